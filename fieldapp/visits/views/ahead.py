"""Pages made ahead of the visit, in a request for something else: for /n/ready, and for whatever else holds pages of
days to come. `Making` is a group of them; `page_of` makes one."""

import hashlib
import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import Any
from uuid import UUID

from flask import current_app, make_response, request

from fieldapp import clock, config
from fieldapp.db import system_reads
from fieldapp.errors import NotVisible
from fieldapp.visits import plans, queries, ready, supposed
from fieldapp.visits.ready import Group, Wanted
from fieldapp.visits.scenario_models import ScenarioVersion
from fieldapp.visits.scenario_queries import open_scenarios
from fieldapp.visits.supposed import PLACEHOLDER, Press, Supposed, supposing
from fieldapp.visits.views.phone import ahead_of, show_briefing, show_today
from fieldapp.visits.views.screens import Screen, screen
from fieldapp.web.viewer import viewer

ROOM = 2000  # pages that are the same for many, some 2 kB each
START = ("/n/", "/outbox", "/n/new", "/n/new?beside=1", "/n/code")
_ME = "{me}"
_PRESS = re.compile(r'(name="press" value=")[0-9a-f-]{36}')
_CHANGING = re.compile(r"\d{13}|[0-9a-f]{8}-[0-9a-f-]{27}")
_shelf: dict[Any, bytes] = {}


@dataclass(frozen=True)
class Making:
    """A group, and how its pages are made: what is supposed for one, and which are at hand without asking again."""

    group: Group
    suppose: Callable[[tuple[Press, ...]], Supposed] | None = None
    views: Mapping[str, Callable[[], Any]] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)  # of the stages
    is_shared: bool = False  # the same for everybody of a county but for the person's own id

    def told(self) -> dict[str, Any]:
        """What the phone is told of it."""
        of = self.group
        return {
            "v": of.version,
            "n": len(of.pages),
            "last": of.last_day,
            "scenarios": of.scenarios,
            "labels": self.labels,
            "pages": [[page.address, list(page.taps)] for page in of.pages],
        }


def makings_of_today() -> list[Making]:
    """What today's visits need, the nearest first; what one may begin on the spot last."""
    who = viewer()
    running = [screen(visit.id) for visit in queries.running(who.person_id)]
    seen = ahead_of(plans.of_day(who, clock.today()), running)
    # before its day only sealed: sealed.py
    going = [plan for plan in seen if plan.first_day <= clock.today()]
    to_begin = {plan.visit_id for plan in going}
    planned = [of_plan(plan) for plan in going]
    begun = [_of_running(seen) for seen in running if str(seen.visit.id) not in to_begin]
    unplanned = _of_scenarios() if who.team_ids else []
    return [_start(partial(show_today, going, running)), *begun, *planned, *unplanned]


def _start(today: Callable[[], Any]) -> Making:
    """The pages from which one goes; their version is of what they say."""
    wanted = tuple(Wanted(address) for address in START)
    made = Making(Group("", wanted), views={START[0]: today})
    said = [_CHANGING.sub("", page_of(page, made)) for page in wanted]
    return replace(made, group=Group(ready.version_of(said), wanted))


def of_plan(plan: plans.PlannedVisit) -> Making:
    """The briefing, and every page as after a begin."""
    content = plan.briefing["content"]
    visit = UUID(plan.visit_id)
    wanted = (Wanted(f"/n/p/{plan.id}"), *ready.of_plan(visit, content))
    day = max(clock.today(), plan.first_day)
    version = ready.version_of(_stamp(), plan.id, plan.briefings, plan.people, plan.starts, plan.ends)

    def suppose(presses: tuple[Press, ...]) -> Supposed:
        return supposed.of_plan(plan, viewer().person_id, presses, day)

    briefing = {wanted[0].address: partial(show_briefing, plan)}
    return Making(Group(version, wanted, plan.ends), cache(suppose), briefing, _labels(content))


def _of_running(seen: Screen) -> Making:
    visit, content = seen.visit, seen.content
    codes = [row["code"] for row in content["stages"]]
    after = codes.index(seen.next_stage["code"]) if seen.next_stage else len(codes)
    to_come = [row for row in seen.left_out if codes.index(row["code"]) >= after]
    wanted = (
        ready.of_handed_in(visit.id)
        if seen.handed_in and not seen.may_judge
        else ready.of_running(visit.id, content, to_come)
    )
    version = ready.version_of(
        _stamp(), visit.id, visit.content_hash, visit.state, seen.handed_in, [row["code"] for row in to_come]
    )

    def suppose(presses: tuple[Press, ...]) -> Supposed:
        with system_reads() as session:
            return supposed.of_visit(visit, viewer().person_id, presses, session)

    return Making(Group(version, wanted), cache(suppose), labels=_labels(content))


def _of_scenarios() -> list[Making]:
    """临时去一处: what is the same whatever it is for, what goes by its steps, then each scenario's own."""
    versions = [version for _, version in open_scenarios()]
    by_steps: dict[str, list[ScenarioVersion]] = {}
    for each in versions:
        by_steps.setdefault(ready.version_of(each.content["stages"], each.content["roles"]), []).append(each)
    return [
        *([_unplanned(versions, (), ready.of_anything)] if versions else []),
        *(_unplanned(alike, alike, ready.of_first_steps) for alike in by_steps.values()),
        *(_unplanned([each], [each], ready.of_items) for each in versions),
    ]


def _unplanned(
    made_from: Sequence[ScenarioVersion],
    fit_for: Sequence[ScenarioVersion],
    what: Callable[..., tuple[Wanted, ...]],
) -> Making:
    who, one = viewer(), made_from[0]
    start = ready.begin(PLACEHOLDER, one.content["roles"], one.id)
    wanted, fit = what(start, one.content), tuple(str(each.id) for each in fit_for)

    def suppose(presses: tuple[Press, ...]) -> Supposed:
        return supposed.of_scenario(who.person_id, presses, clock.today())

    version = ready.version_of(_stamp(), str(who.county_id), what.__name__, fit)
    return Making(
        Group(version, wanted, scenarios=fit), cache(suppose), labels=_labels(one.content), is_shared=True
    )


def _labels(content: dict[str, Any]) -> dict[str, str]:
    return {row["code"]: row["label"] for row in content["stages"]}


def page_of(page: Wanted, making: Making) -> str:
    """A page's text as its address would answer this viewer, after what is supposed; empty if there is none."""
    if not making.is_shared:
        return _made(page, making)
    me, key = str(viewer().person_id), (_look(), viewer().big_text, clock.today(), page)
    if key not in _shelf:
        if len(_shelf) >= ROOM:
            _shelf.clear()
        _shelf[key] = zlib.compress(_made(page, making).replace(me, _ME).encode(), 1)
    return zlib.decompress(_shelf[key]).decode().replace(_ME, me)


def _made(page: Wanted, making: Making) -> str:
    if making.suppose is None or not page.presses:
        text = _at(page.address, making.views.get(page.address))
    else:
        with supposing(making.suppose(page.presses)):
            text = _at(page.address)
    return _PRESS.sub(rf"\g<1>{PLACEHOLDER}", text)


def _at(address: str, view: Callable[[], Any] | None = None) -> str:
    """In this request's stead, for the same viewer and in the same transaction."""
    path, _, query = address.partition("?")
    drop = ("HTTP_COOKIE", "HTTP_HX_REQUEST", "werkzeug.request")
    environ = {name: value for name, value in request.environ.items() if name not in drop}
    environ.update(PATH_INFO=path, QUERY_STRING=query, REQUEST_METHOD="GET")
    with current_app.request_context(environ) as context:
        asked = context.request
        its_own = partial(current_app.view_functions[asked.endpoint or ""], **(asked.view_args or {}))
        try:
            answer = make_response((view or its_own)())
        except NotVisible:
            return ""
        return str(answer.get_data(as_text=True)) if answer.status_code == 200 else ""


def _stamp() -> tuple[str, ...]:
    """What every page depends on besides its visit."""
    who = viewer()
    return (_look(), str(who.person_id), str(who.big_text))


@cache
def _look() -> str:
    """Of all templates and of what they link to: a new version of the app makes new pages."""
    files = [*config.part("templates").rglob("*.html"), *config.part("static").rglob("*.*s")]
    return ready.version_of(
        [(path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in sorted(files)]
    )
