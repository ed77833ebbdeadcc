"""What can be permitted: feature:thing:action. The whole list, so that nothing is permitted by a typo."""

from enum import Enum


class Permission(Enum):
    ENTER = "access:app:enter"  # any signed-in person: own start page, own password, own logins
    MANAGE_ACCOUNTS = "access:accounts:manage"
    CONFIRM_ROLES = "access:roles:confirm"
    BIND_PHONES = "phones:phone:bind"  # the office, which plans and reads out the codes of the day
    READ_ORGANISATION = "organisations:all:read"
    EDIT_ORGANISATION = "organisations:all:edit"
    EDIT_TEAMS = "organisations:teams:edit"  # who belongs to a team makes inspectors: never the administrator
    EDIT_RULES = "organisations:rules:edit"  # how the county counts days, and what it calls its lists
    READ_INSPECTIONS = "inspections:all:read"
    EDIT_INSPECTIONS = "inspections:all:edit"
    READ_PROBLEMS = "problems:problem:read"
    EDIT_PROBLEMS = "problems:problem:edit"
    ISSUE_PROBLEMS = "problems:problem:issue"
    CHANGE_ISSUED = (
        "problems:issued:change"  # criterion or way of verification after issue: the head, with a reason
    )
    RECEIVE_PROBLEMS = "problems:problem:receive"
    ADD_MEASURES = "problems:measure:add"  # what the unit says it does: itself, or the office for it
    REPORT_MEASURES = "problems:measure:report"
    ENTER_REPORTS = "problems:measure:enter"  # the office, for a unit without an account
    PLAN_VISITS = "visits:plan:write"
    OVERRIDE_TEAM = "visits:plan:override"  # the finder's own team: the head, with a reason
    READ_PLANS = "visits:plan:read"
    READ_LOG_OF_PLANS = "visits:readlog:read"
    MAKE_VISITS = "visits:visit:make"
    READ_VISITS = "visits:visit:read"
    SETTLE_CONFLICTS = "visits:visit:settle"
    READ_SCENARIOS = "visits:scenario:read"
    EDIT_SCENARIOS = "visits:scenario:edit"
    SEE_PARKED = "visits:parked:read"
    DECIDE_PARKED = "visits:parked:decide"
    CONFIRM_PEOPLE = "visits:people:confirm"  # who went on an unplanned visit of one's own team
    REQUEST_CLOSING = "problems:closing:request"  # the unit asks to close
    ENTER_REQUESTS = "problems:closing:enter"  # the office, for a unit that wrote on paper
    CHECK_VISITS = "visits:visit:check"  # the visiting team's leader, before the office reviews
    SEND_BACK_VISITS = "visits:visit:send-back"  # to the inspectors: something is missing
    READ_CLOSINGS = "closing:closing:read"
    REVIEW_CLOSINGS = "closing:closing:review"
    VERIFY = "closing:verification:write"  # 资料核验, 电话回访: a record by somebody who does not sign
    SIGN_CLOSINGS = "closing:closing:sign"  # for a body one may sign for
    ENTER_PAPER = "closing:paper:enter"  # 纸质签批: entered by one, confirmed by another
    NAME_SIGNERS = "closing:signers:name"
    REOPEN = "closing:closing:reopen"
    PUBLISH = "publishing:edition:make"
    READ_EDITIONS = "publishing:edition:read"
    CONFIRM_FACTS = "closing:fact:confirm"  # 事实确认: the unit on a new finding
    READ_FIGURES = "figures:all:read"  # counts, and the rows behind each
    EXPORT_EVIDENCE = "packages:package:export"  # what leaves the house
