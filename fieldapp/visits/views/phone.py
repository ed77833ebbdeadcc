"""The inspector's pages. Addresses, titles and names are neutral; a running visit shows the memo first."""

import json
from collections.abc import Callable
from datetime import date
from functools import cache, partial
from typing import Any
from uuid import UUID

from flask import current_app, request, url_for
from markupsafe import Markup
from werkzeug.routing import Map

from fieldapp import clock, ids
from fieldapp.access.permissions import Permission
from fieldapp.errors import NotVisible
from fieldapp.organisations.queries import counters
from fieldapp.outbox.keeping import keep_on_phone
from fieldapp.visits import attendance, library, plans, queries, waiting
from fieldapp.visits.briefing import problem_of, stage_label
from fieldapp.visits.scenario_queries import scenarios_by_system
from fieldapp.visits.views import pages
from fieldapp.visits.views.screens import Screen, named, screen, show
from fieldapp.web import menu
from fieldapp.web.guard import needs
from fieldapp.web.render import render, see
from fieldapp.web.viewer import viewer

MAKE = Permission.MAKE_VISITS
OBSERVER = "观察"
menu.entry(10, "visits.today", "今日")


@pages.get("/n/")
@needs(MAKE)
def today() -> Any:
    """The next visit only, by its neutral name; 换一个 (`other`: after which) leads on. Nothing tells how many."""
    running = [screen(visit.id) for visit in queries.running(viewer().person_id)]
    return show_today(ahead_of(plans.of_day(viewer(), clock.today()), running), running)


def show_today(ahead: list[plans.PlannedVisit], running: list[Screen], day: date | None = None) -> Any:
    """The page with what the viewer has still to begin and what he has begun; of a `day` to come as it will be then.
    What shows a visit ahead of its day stays on no phone: for that there is the sealed way (sealed.py)."""
    who, day = viewer(), day or clock.today()
    to_begin = {plan.visit_id for plan in ahead}
    before = next((n for n, plan in enumerate(ahead) if plan.id == request.args.get("other")), -1)
    made = render(
        "visits/today.html",
        ahead=ahead,
        plan=ahead[(before + 1) % len(ahead)] if ahead else None,
        running=[seen for seen in running if str(seen.visit.id) not in to_begin],
        joinable=queries.joinable(who.person_id, who.team_ids),
        day=day,
        unreadable=plans.has_unreadable(who, [clock.today().isoformat()]),
        to_settle=queries.to_settle(who.led_team_ids) if who.has(Permission.SETTLE_CONFLICTS) else [],
        unspoken=attendance.unspoken(who) if who.has(Permission.CONFIRM_PEOPLE) else 0,
    )
    return made if any(plan.first_day > day for plan in ahead) else keep_on_phone(made)


def ahead_of(found: list[plans.PlannedVisit], running: list[Screen]) -> list[plans.PlannedVisit]:
    """The plans that the viewer still has to begin."""
    return [plan for plan in found if _is_ahead(plan, running)]


def _is_ahead(plan: plans.PlannedVisit, running: list[Screen]) -> bool:
    """Whether the viewer still has to begin: its visit is not there, or only a colleague has begun it."""
    seen = next((each for each in running if str(each.visit.id) == plan.visit_id), None)
    return not seen.role if seen else not queries.is_visible(UUID(plan.visit_id))


@pages.get("/n/p/<uuid:plan_id>")
@needs(Permission.READ_PLANS)
def briefing(plan_id: UUID) -> Any:
    """What to do, as whom, how far; with the button that begins."""
    plan = plans.open_for(viewer(), plan_id)
    if str(viewer().person_id) not in plan.people:
        raise NotVisible
    return show_briefing(plan)


def show_briefing(plan: plans.PlannedVisit) -> Any:
    """The page of a plan that the viewer has been shown to see."""
    made = render(
        "visits/briefing.html",
        plan=plan,
        c=plan.briefing["content"],
        version=plan.briefing["version"],
        me=str(viewer().person_id),
    )
    return made if plan.first_day > clock.today() else keep_on_phone(made)


@pages.get("/n/new")
@needs(MAKE)
def unplanned() -> Any:
    """Begin on the spot: where, and what for."""
    made = render(
        "visits/unplanned.html",
        counters=counters(on=clock.today()),
        scenarios=scenarios_by_system(),
        visit_id=ids.new_id(),
        beside="beside" in request.args,
    )
    return keep_on_phone(made)


@pages.get("/n/<uuid:visit_id>")
@needs(MAKE)
def memo(visit_id: UUID) -> Any:
    """The discreet view: what a running visit shows."""
    seen = screen(visit_id)
    if seen.role == OBSERVER:
        return show("observer", visit_id, seen=seen, discreet=True)
    return show("memo", visit_id, seen=seen)


@pages.get("/n/<uuid:visit_id>/all")
@needs(MAKE)
def full(visit_id: UUID) -> Any:
    """Clock, stages, answers, dock; for the observer his timers."""
    seen = screen(visit_id)
    if seen.role == OBSERVER:
        return show("observer", visit_id, seen=seen, discreet=False)
    return show("full", visit_id, seen=seen)


@pages.get("/n/<uuid:visit_id>/more")
@needs(MAKE)
def more(visit_id: UUID) -> Any:
    """The items that are not shown at first."""
    return show("more", visit_id)


@pages.get("/n/<uuid:visit_id>/aside")
@needs(MAKE)
def observer(visit_id: UUID) -> Any:
    """Parallel timers and counts of whoever watches."""
    return show("observer", visit_id, discreet=False)


@pages.get("/n/<uuid:visit_id>/stuck")
@needs(MAKE)
def stuck(visit_id: UUID) -> Any:
    """没办成 with its reasons; worded as a memo unless asked from the full view."""
    return show("stuck", visit_id, discreet=request.args.get("full") is None)


@pages.get("/n/<uuid:visit_id>/after")
@needs(MAKE)
def stuck_after(visit_id: UUID) -> Any:
    """After 没办成: go on, or end here."""
    return show("stuck_after", visit_id)


@pages.get("/n/<uuid:visit_id>/then")
@needs(MAKE)
def memo_after(visit_id: UUID) -> Any:
    """The same in the discreet view."""
    return show("memo_after", visit_id)


@pages.get("/n/<uuid:visit_id>/skip")
@needs(MAKE)
def skip(visit_id: UUID) -> Any:
    """没有这一步: for the next stage or any other not yet done."""
    seen = screen(visit_id)
    return show("skip", visit_id, seen=seen) if seen.skippable else see("visits.full", visit_id=visit_id)


@pages.get("/n/<uuid:visit_id>/late")
@needs(MAKE)
def late(visit_id: UUID) -> Any:
    """刚才忘按: which stage, how long ago, why; all by tap."""
    return show("late", visit_id)


@pages.get("/n/<uuid:visit_id>/log")
@needs(MAKE)
def log(visit_id: UUID) -> Any:
    """Every own tap in order; undone and corrected ones struck through."""
    return show("log", visit_id)


@pages.get("/n/<uuid:visit_id>/log/<uuid:subject>")
@needs(MAKE)
def correct(visit_id: UUID, subject: UUID) -> Any:
    """更正 of one own tap: a new value or instant, with a reason; the first is kept."""
    seen = screen(visit_id)
    line = next((row for row in seen.whole.lines if row.tap == subject and row.person == seen.me), None)
    if line is None:
        raise NotVisible
    return show("correct", visit_id, seen=seen, line=line)


@pages.get("/n/<uuid:visit_id>/note")
@needs(MAKE)
def note(visit_id: UUID) -> Any:
    """A free note."""
    return show("note", visit_id)


@pages.get("/n/<uuid:visit_id>/talk")
@needs(MAKE)
def interview(visit_id: UUID) -> Any:
    """随机访谈, without names."""
    return show("interview", visit_id)


@pages.get("/n/<uuid:visit_id>/found")
@needs(MAKE)
def finding(visit_id: UUID) -> Any:
    """A new finding; one that names a person belongs to 线索另报."""
    return show("finding", visit_id)


@pages.get("/n/<uuid:visit_id>/checks")
@needs(MAKE)
def checks(visit_id: UUID) -> Any:
    """Problems to judge, and the claimed measures."""
    return show("checks", visit_id)


@pages.get("/n/<uuid:visit_id>/checks/<uuid:subject>")
@needs(MAKE)
def tick(visit_id: UUID, subject: UUID) -> Any:
    """One problem against its criterion; nothing is chosen beforehand."""
    seen = screen(visit_id)
    problem = problem_of(seen.content, str(subject))
    if problem is None:
        raise NotVisible
    return show("tick", visit_id, seen=seen, problem=problem)


@pages.get("/n/<uuid:visit_id>/handin")
@needs(MAKE)
def handin(visit_id: UUID) -> Any:
    """What is missing, the hand-in, then the countersign."""
    seen, names = named(visit_id)
    called = {**names, seen.me: "你"}
    return show(
        "handin",
        visit_id,
        seen=seen,
        names=names,
        wanted=waiting.wanted(seen.record, called),
        is_on_its_way=waiting.is_on_its_way(seen.record),
        changed=waiting.before_signing(seen.record, seen.me),
    )


@pages.get("/n/<uuid:visit_id>/merged")
@needs(MAKE)
def merged(visit_id: UUID) -> Any:
    """The merged record before the countersign; open only after the own hand-in."""
    seen, names = named(visit_id)
    if not seen.handed_in:
        return see("visits.handin", visit_id=visit_id)
    label = partial(stage_label, seen.content)
    return show("merged", visit_id, seen=seen, label=label, names=names)


@pages.get("/n/<uuid:visit_id>/pictures")
@needs(MAKE)
def pictures(visit_id: UUID) -> Any:
    """Own photos; the upload buttons again for browsers without JavaScript."""
    return show("pictures", visit_id)


OF_A_SUBJECT = ("tick", "correct")
WITH_PLACES = ("more", "pictures")
BEGINS_ANEW = ("interview",)  # after it is saved the form is empty again


def after_judging(visit_id: UUID, subject: str) -> str:
    """The screen that a saved conclusion leads to."""
    seen = screen(visit_id)
    return "tick" if seen.lacks(problem_of(seen.content, subject)) else "checks"


SCREENS: dict[str, Callable[..., Any]] = {
    view.__name__: view
    for view in (
        memo,
        full,
        more,
        observer,
        stuck,
        stuck_after,
        memo_after,
        skip,
        late,
        log,
        correct,
        note,
        interview,
        finding,
        checks,
        tick,
        handin,
        merged,
        pictures,
    )
}


@cache
def _places(urls: Map) -> str:
    at = UUID(int=0)
    build = partial(urls.bind("").build, method="GET")
    found = {
        name: build(f"visits.{name}", {"visit_id": at} | ({"subject": at} if name in OF_A_SUBJECT else {}))
        for name in SCREENS
    }
    below = len(found["memo"])
    return json.dumps({name: url[below:].replace(str(at), "*") for name, url in found.items()})


@pages.app_template_global()
def phone_places() -> Markup:
    """For a page's root, as JSON: where each screen of a visit lies below its memo, `*` for a subject. A phone without
    an answer goes on by it."""
    return Markup(_places(current_app.url_map))  # noqa: S704 - names and paths of our own


@pages.app_template_global()
def tap_url(visit_id: Any) -> str:
    """Where the taps of a visit go."""
    return url_for("visits.tap", visit_id=visit_id)


@pages.app_template_global()
def discreet_words() -> Any:
    """Filler lines and reasons in memo wording."""
    return library.words()
