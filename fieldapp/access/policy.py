"""The one table of who may do what: role -> permissions (the office's written rule; data.md "Who sees what").

A permission opens a door; which rows lie behind it is the model's `visible_to`. A person's permissions are the
union of the roles valid today. Inspector and leader are not given: they follow from team memberships; a signer is who
once led a team, whose finds stay its own, or whom the head named for a round.
"""

from enum import Enum

from fieldapp.access.permissions import Permission as P


class Role(Enum):
    INSPECTOR = "inspector"
    LEADER = "leader"
    CLERK = "clerk"
    HEAD = "head"
    UNIT = "unit"
    LEADERSHIP = "leadership"
    CITY = "city"
    ADMIN = "admin"
    SIGNER = "signer"


STANDING = (Role.CLERK, Role.HEAD, Role.UNIT, Role.LEADERSHIP, Role.CITY, Role.ADMIN)
# What reads content counts once the head has said so: an administrator who reads nothing could make himself one else.
NEEDS_HEAD = (Role.CLERK, Role.HEAD, Role.UNIT, Role.LEADERSHIP)
BY_COMMAND = (Role.CITY,)  # reads several counties: given on the server, by nobody's page of one county

LABELS = {
    Role.INSPECTOR: "回访人员",
    Role.LEADER: "组长",
    Role.CLERK: "巡察办经办",
    Role.HEAD: "巡察办主任",
    Role.UNIT: "单位联络员",
    Role.LEADERSHIP: "领导小组",
    Role.CITY: "市委巡察办",
    Role.ADMIN: "系统管理员",
    Role.SIGNER: "签认人",
}

_INSPECTOR = {P.ENTER, P.READ_ORGANISATION, P.READ_INSPECTIONS, P.READ_PROBLEMS, P.READ_PLANS, P.MAKE_VISITS}
_INSPECTOR |= {P.READ_VISITS, P.READ_SCENARIOS, P.VERIFY}
_SIGNER = {P.ENTER, P.READ_CLOSINGS, P.SIGN_CLOSINGS}
_INSPECTOR |= _SIGNER  # of those that ask him: as leader of the finder, or a named signer
_CLERK = {
    P.ENTER,
    P.READ_ORGANISATION,
    P.EDIT_ORGANISATION,
    P.EDIT_TEAMS,
    P.READ_INSPECTIONS,
    P.EDIT_INSPECTIONS,
    P.READ_PROBLEMS,
    P.EDIT_PROBLEMS,
    P.ISSUE_PROBLEMS,
    P.ADD_MEASURES,
    P.ENTER_REPORTS,
    P.PLAN_VISITS,
    P.READ_PLANS,
    P.READ_VISITS,
    P.READ_SCENARIOS,
    P.EDIT_SCENARIOS,
    P.SEE_PARKED,
    P.DECIDE_PARKED,
    P.ENTER_REQUESTS,
    P.READ_CLOSINGS,
    P.REVIEW_CLOSINGS,
    P.SEND_BACK_VISITS,
    P.VERIFY,
    P.SIGN_CLOSINGS,
    P.ENTER_PAPER,
    P.PUBLISH,
    P.READ_EDITIONS,
    P.READ_FIGURES,
    P.EXPORT_EVIDENCE,
    P.BIND_PHONES,
}
_LEADER = {P.SETTLE_CONFLICTS, P.CONFIRM_PEOPLE, P.CHECK_VISITS, P.SEND_BACK_VISITS, P.READ_EDITIONS}
_HEAD = {
    P.CHANGE_ISSUED,
    P.OVERRIDE_TEAM,
    P.READ_LOG_OF_PLANS,
    P.CONFIRM_ROLES,
    P.EDIT_RULES,
    P.NAME_SIGNERS,
    P.REOPEN,
}
_UNIT = {P.ENTER, P.READ_PROBLEMS, P.RECEIVE_PROBLEMS, P.ADD_MEASURES, P.REPORT_MEASURES, P.REQUEST_CLOSING}
_UNIT |= {P.READ_EDITIONS, P.CONFIRM_FACTS}
_LEADERSHIP = {
    P.ENTER,
    P.READ_ORGANISATION,
    P.READ_INSPECTIONS,
    P.READ_PROBLEMS,
    P.READ_CLOSINGS,
    P.SIGN_CLOSINGS,
}
_LEADERSHIP |= {P.READ_VISITS, P.READ_EDITIONS, P.READ_FIGURES}

POLICY: dict[Role, frozenset[P]] = {
    Role.INSPECTOR: frozenset(_INSPECTOR),
    Role.LEADER: frozenset(_INSPECTOR | _LEADER),
    Role.CLERK: frozenset(_CLERK),
    Role.HEAD: frozenset(_CLERK | _HEAD),
    Role.UNIT: frozenset(_UNIT),
    Role.LEADERSHIP: frozenset(_LEADERSHIP),
    Role.CITY: frozenset({P.ENTER, P.READ_PROBLEMS, P.READ_FIGURES}),
    Role.SIGNER: frozenset(_SIGNER),
    Role.ADMIN: frozenset({P.ENTER, P.MANAGE_ACCOUNTS, P.READ_ORGANISATION, P.EDIT_ORGANISATION}),
}


def who_resets(roles: frozenset[Role]) -> P | None:
    """Who may set the password of somebody who holds, or ever held, these roles; None is the command line alone.

    Whoever sets it could log in as that person, so he must be somebody who may do as much himself."""
    if roles & set(BY_COMMAND):
        return None
    return P.CONFIRM_ROLES if roles & {*NEEDS_HEAD, Role.INSPECTOR, Role.LEADER} else P.MANAGE_ACCOUNTS


def permissions_of(roles: frozenset[Role]) -> frozenset[P]:
    """The union over the roles."""
    return frozenset().union(*(POLICY[role] for role in roles))
