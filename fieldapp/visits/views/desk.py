"""Handed-in visits as the leader and the office see them; the leader's word on a conflict."""

from typing import Any
from uuid import UUID

from flask import url_for

from fieldapp import clock
from fieldapp.access import sessions
from fieldapp.access.permissions import Permission
from fieldapp.errors import NotVisible
from fieldapp.ids import read_id
from fieldapp.visits import attendance, library, people, projecting, queries, reviewing, settling
from fieldapp.visits.briefing import problem_of, stage_label
from fieldapp.visits.forms import CheckForm, CorrectionForm, ReturnForm
from fieldapp.visits.scenario_content import limit_text
from fieldapp.visits.states import SHORTEST_REASON, visit_flow
from fieldapp.visits.telling import first_sayings, sayings
from fieldapp.visits.views import pages
from fieldapp.web import beside, menu
from fieldapp.web.beside import Beside
from fieldapp.web.forms import asked, bound, has_errors, is_sent, rules_beside
from fieldapp.web.guard import needs
from fieldapp.web.render import render, see
from fieldapp.web.ui import dated_text
from fieldapp.web.viewer import viewer

menu.entry(40, "visits.index", "交来的记录")


@pages.get("/visits")
@needs(Permission.READ_VISITS)
def index() -> Any:
    """Handed-in visits that the viewer may see, newest first; `?problem=` keeps those that judged it."""
    problem = read_id(asked("problem"))
    if problem is None:
        return render("visits/index.html", rows=queries.handed_in(), number="")
    rows = queries.judging(problem)
    found = problem_of(rows[0].briefing, str(problem)) if rows else None
    return render("visits/index.html", rows=rows, number=found["number"] if found else "这个问题")


def _visits_beside(problem_id: UUID) -> Beside | None:
    """What the problem's page lists for those who may see it: the problem itself never knows of visits."""
    if not viewer().has(Permission.READ_VISITS):
        return None
    rows = queries.judging(problem_id)
    links = tuple(
        (f"{dated_text(row.day)}·{row.team.name}", url_for("visits.show_visit", visit_id=row.id))
        for row in rows[:5]
    )
    return Beside("核过这个问题的记录", links, url_for("visits.index", problem=problem_id)) if rows else None


beside.provide("problem", _visits_beside)


@pages.get("/visits/<uuid:visit_id>")
@needs(Permission.READ_VISITS)
def show_visit(visit_id: UUID) -> Any:
    """Timeline, photos, answers, claims, conclusions against criteria."""
    found = queries.visit(visit_id)
    takes_part = queries.takes_part(visit_id, viewer().person_id)
    if found.state == "under_way" and takes_part:  # who leads is blind as well
        return see("visits.memo", visit_id=visit_id)
    return page_of(found)


def page_of(found: Any, status: int = 200, **sent: Any) -> Any:
    """The record's page, with the form that was sent if any."""
    fresh = {"return_form": ReturnForm(), "check_form": CheckForm(data={"seal": found.seal})}
    facts = {**facts_of(found), "number": queries.number(found)}
    return render("visits/show.html", status=status, **{**facts, **fresh, **sent})


def _is_leader(found: Any) -> bool:
    return found.team_id in viewer().led_team_ids


def facts_of(found: Any) -> dict[str, Any]:
    """What the parts of a record's page are made from."""
    names, went = queries.names_in(found), attendance.said_of(found)
    whole, late = queries.record_and_late(found)
    record = people.in_order(whole, names)
    return {
        "visit": found,
        "r": record,
        "judged_late": late,
        "spoiled": queries.spoiled(record),
        "c": found.briefing,
        "names": names,
        "words": library.words(),
        "told": sayings(record, found.briefing),
        "told_first": first_sayings(record, found.briefing),
        "labels": library.labels,
        "limit_text": limit_text,
        "label": lambda code: stage_label(found.briefing, code),
        "problem_of": lambda problem_id: problem_of(found.briefing, problem_id),
        "steps": visit_flow.steps_open_to(found, viewer(), {"missing": "…" * SHORTEST_REASON}),
        "added": reviewing.asked_to_add(found),
        "went": went,
        "to_confirm": [one for one in went if one.went is None],
        "may_confirm": viewer().has(Permission.CONFIRM_PEOPLE) and attendance.may_say(found, viewer()),
        "may_settle": viewer().has(Permission.SETTLE_CONFLICTS) and _is_leader(found),
    }


@pages.route("/visits/<uuid:visit_id>/conflicts/<int:place>", methods=["GET", "POST"])
@needs(Permission.SETTLE_CONFLICTS)
def settle(visit_id: UUID, place: int) -> Any:
    """The leader's word on one conflict: a correction with the first values kept."""
    found, form = queries.visit_to_settle(visit_id), bound(CorrectionForm)
    record = queries.record(found)
    if place >= len(record.conflicts) or not _is_leader(found):
        raise NotVisible
    conflict = record.conflicts[place]
    if is_sent(form):
        with rules_beside(form):
            receipt = settling.settle(
                found,
                conflict,
                form.value.data,
                form.reason.data,
                by=viewer(),
                device=sessions.device(),
                at=clock.now(),
            )
            projecting.project(visit_id, "correct", {}, viewer().person_id, receipt.received_at)
        if not has_errors(form):
            return see("visits.show_visit", visit_id=visit_id, said="settled")
    facts = facts_of(found)
    context = {**facts, "conflict": facts["r"].conflicts[place], "place": place, "form": form}
    return render("visits/settle.html", status=422 if has_errors(form) else 200, **context)
