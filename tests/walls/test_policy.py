"""Wall 2: the office's written rule, line by line, against the policy table."""

import pytest

from fieldapp.access.permissions import Permission as P
from fieldapp.access.policy import POLICY, Role

RULE = [
    ("only clerk and head plan visits", P.PLAN_VISITS, {Role.CLERK, Role.HEAD}),
    ("only the office binds phones: it knows who goes, and no administrator is to", P.BIND_PHONES,
     {Role.CLERK, Role.HEAD}),
    ("only the head sends the finder's own team", P.OVERRIDE_TEAM, {Role.HEAD}),
    ("only the head reads who read the plans", P.READ_LOG_OF_PLANS, {Role.HEAD}),
    ("only the head changes what was issued", P.CHANGE_ISSUED, {Role.HEAD}),
    ("only the head makes a clerk or a head", P.CONFIRM_ROLES, {Role.HEAD}),
    ("only those in a team make visits", P.MAKE_VISITS, {Role.INSPECTOR, Role.LEADER}),
    ("only a leader settles conflicts", P.SETTLE_CONFLICTS, {Role.LEADER}),
    ("only a leader says who went on an unplanned visit", P.CONFIRM_PEOPLE, {Role.LEADER}),
    ("only the office decides on parked taps", P.DECIDE_PARKED, {Role.CLERK, Role.HEAD}),
    ("units, city and administrator read no visit; the leading group what was reviewed", P.READ_VISITS,
     {Role.INSPECTOR, Role.LEADER, Role.CLERK, Role.HEAD, Role.LEADERSHIP}),
    ("only the unit asks to close, or the office for it", P.REQUEST_CLOSING, {Role.UNIT}),
    ("only the office enters a request that came on paper", P.ENTER_REQUESTS, {Role.CLERK, Role.HEAD}),
    ("only a leader checks what his team brought", P.CHECK_VISITS, {Role.LEADER}),
    ("leader or office sends a visit back", P.SEND_BACK_VISITS, {Role.LEADER, Role.CLERK, Role.HEAD}),
    ("only the office reviews a request", P.REVIEW_CLOSINGS, {Role.CLERK, Role.HEAD}),
    ("only the office tells a unit", P.PUBLISH, {Role.CLERK, Role.HEAD}),
    ("only the office enters and compares signed pages", P.ENTER_PAPER, {Role.CLERK, Role.HEAD}),
    ("only the office takes evidence out of the house", P.EXPORT_EVIDENCE, {Role.CLERK, Role.HEAD}),
    ("only the head names signers", P.NAME_SIGNERS, {Role.HEAD}),
    ("only the head reopens", P.REOPEN, {Role.HEAD}),
    ("units, city and administrator never see what the office makes of a request", P.READ_CLOSINGS,
     {Role.INSPECTOR, Role.LEADER, Role.CLERK, Role.HEAD, Role.LEADERSHIP, Role.SIGNER}),
    ("nobody who is of a unit, the city or the administration signs", P.SIGN_CLOSINGS,
     {Role.INSPECTOR, Role.LEADER, Role.CLERK, Role.HEAD, Role.LEADERSHIP, Role.SIGNER}),
    ("only the unit reports its measures", P.REPORT_MEASURES, {Role.UNIT}),
    ("only the office enters a report for a unit without an account", P.ENTER_REPORTS, {Role.CLERK, Role.HEAD}),
    ("the unit says what it does, or the office for it", P.ADD_MEASURES, {Role.UNIT, Role.CLERK, Role.HEAD}),
    ("only the office says who belongs to a team", P.EDIT_TEAMS, {Role.CLERK, Role.HEAD}),
    ("only the administrator manages accounts", P.MANAGE_ACCOUNTS, {Role.ADMIN}),
    ("the administrator never reads content", P.READ_PROBLEMS,
     {Role.INSPECTOR, Role.LEADER, Role.CLERK, Role.HEAD, Role.UNIT, Role.LEADERSHIP, Role.CITY}),
    ("figures are for office, leading group and city: no unit counts with another", P.READ_FIGURES,
     {Role.CLERK, Role.HEAD, Role.LEADERSHIP, Role.CITY}),
    ("only the head settles the county's rules", P.EDIT_RULES, {Role.HEAD}),
    ("the office edits what is tried", P.EDIT_SCENARIOS, {Role.CLERK, Role.HEAD}),
    ("scenarios are not shown to units and city", P.READ_SCENARIOS,
     {Role.INSPECTOR, Role.LEADER, Role.CLERK, Role.HEAD}),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "permission", "roles"), RULE, ids=[row[0] for row in RULE])
def test_rule(rule: str, permission: P, roles: set[Role]) -> None:
    assert {role for role in Role if permission in POLICY[role]} == roles


def test_every_role_has_a_row() -> None:
    assert set(POLICY) == set(Role)
