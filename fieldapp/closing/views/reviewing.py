"""What waits at the office, and the page on which it reviews one request and gives its opinion."""

from typing import Any
from uuid import UUID

from fieldapp import clock
from fieldapp.access.permissions import Permission as P
from fieldapp.closing import actions, queries, reviews, signing
from fieldapp.closing.forms import LimitedForm, OpinionForm
from fieldapp.closing.models import STATES
from fieldapp.closing.views import pages
from fieldapp.errors import RuleBroken
from fieldapp.evidence import queries as evidence
from fieldapp.ids import read_id
from fieldapp.organisations.models import County
from fieldapp.problems import counting
from fieldapp.problems import queries as problems
from fieldapp.problems.models import SEVERITIES, WAYS, Problem
from fieldapp.visits import reviewing
from fieldapp.visits.models import Visit
from fieldapp.visits.states import visit_flow
from fieldapp.visits.views.desk import facts_of
from fieldapp.web import menu
from fieldapp.web.beside import beside
from fieldapp.web.forms import asked, bound, carry_out, has_errors
from fieldapp.web.guard import needs
from fieldapp.web.render import render, see
from fieldapp.web.viewer import viewer

_KEPT = {"sent_back": "已经在补", "collected": "又补了记录，还没有会签"}
menu.entry(45, "closing.index", "审核", "/problems/*/closure")


@pages.get("/closings")
@needs(P.REVIEW_CLOSINGS)
def index() -> Any:
    """Requests that wait: for the office, for signatures, for an edition."""
    rows = [(each, queries.sides(each.closing) if each.closing else []) for each in reviews.waiting()]
    return render("closing/index.html", rows=rows, ways=WAYS, words=STATES)


@pages.get("/problems/<uuid:problem_id>/closure")
@needs(P.READ_CLOSINGS)
def show(problem_id: UUID) -> Any:
    """The office's review; whoever signs reads the frozen record."""
    if viewer().is_office:
        return review_page(problems.problem(problem_id))
    return see("closing.record", problem_id=queries.closing(problem_id).problem_id)


@pages.post("/problems/<uuid:problem_id>/closure")
@needs(P.REVIEW_CLOSINGS)
def opine(problem_id: UUID) -> Any:
    """同意, 退回回访组 or 打回单位."""
    found, form = problems.problem(problem_id), bound(OpinionForm)
    form.bare_day = problems.county_rules(found.county_id).in_force.means
    if carry_out(form, lambda: _give(found, form)):
        return _given(problem_id, form.opinion.data)
    return review_page(found, 422 if has_errors(form) else 200, form)


def _given(problem_id: UUID, opinion: str) -> Any:
    if opinion == "approve":
        return see("closing.show", problem_id=problem_id, said="approve")
    return see(
        "closing.show", problem_id=problem_id, said="send_back" if opinion == "send_back" else "turn_down"
    )


def _give(found: Problem, form: OpinionForm) -> None:
    how: dict[str, Any] = {"by": viewer(), "at": clock.now()}
    opinion, reason = form.opinion.data, form.reason.data or ""
    review = reviews.review(found)
    if form.seen.data != review.seen:
        raise RuleBroken("记录在你看的时候变了，看过新的再提交")
    if opinion == "approve":
        actions.approve(found.id, **how)
    elif opinion == "send_back":
        visit = next((each for each in review.visits if str(each.id) == form.visit.data), None)
        if visit is None or not may_return(visit):
            raise RuleBroken("没有能退回去补的记录", "opinion")
        reviewing.send_back(visit, reason, **how)
    else:
        is_told(form, found.county)
        actions.turn_down(found.id, reason, form.limit_text.data, **how)


def is_told(form: Any, county: County) -> None:
    """The day that a new limit comes to if the unit is told today, shown before it is set."""
    found = counting.counted(form.limit_text.data, clock.today(), county)
    if form.shown.data != found.day.isoformat():
        form.shown.data, form.is_ahead = found.day.isoformat(), True
        until = counting.until_words(found.day, form.limit_text.data.strip(), found.estimated)
        raise RuleBroken(f"期限从告诉单位那天起算，今天发布就到 {until}。看好了再点一次", "limit_text")


def may_return(visit: Visit) -> bool:
    """Whether a record may still go back to its people."""
    return visit.state in {row.source for row in visit_flow.table if row.step == "send_back"}


def review_page(found: Problem, status: int = 200, form: OpinionForm | None = None) -> Any:
    """The whole of a request, with the form that was sent if any."""
    review = reviews.review(found)
    seen = _chosen(review)
    shown = {"seen": review.seen, "visit": seen.id if seen else ""}
    form = form or OpinionForm(data=shown)
    form.seen.data, form.visit.data = shown.values()
    context = {
        "review": review,
        "row": found,
        "form": form,
        "closed": _closed_to(review, seen),
        "severities": SEVERITIES,
        "ways": WAYS,
        "states": STATES,
        "until": counting.until_words,
        "limit": counting.limit_words(found),
        "sides": queries.sides(review.closing) if review.closing else [],
        "asked_before": reviews.asked_before(review),
        "wanted": [queries.label_of(body, found.inspection.team.name) for body in signing.bodies_of(found)],
        "objections": queries.objections(review.closing) if review.closing else [],
        "beside": beside("closing", found.id),
        **(_visit_shown(review, seen) if seen else {"visit": None}),
    }
    return render("closing/review.html", status=status, **context)


def _chosen(review: reviews.Review) -> Visit | None:
    """The visit that the page shows whole: the one asked for, else the newest."""
    wanted = read_id(asked("visit"))
    found = next((each for each in review.visits if each.id == wanted), None)
    return found or (review.visits[0] if review.visits else None)


def _visit_shown(review: reviews.Review, seen: Visit) -> dict[str, Any]:
    facts = facts_of(seen)
    record = facts["r"]
    photos = {photo.file_sha256 for photo in record.photos if photo.file_sha256}
    return {
        **facts,
        "intact": evidence.intact(photos),
        "elsewhere": reviews.used_elsewhere(seen, record),
        "earlier": reviews.earlier(seen, review.problem.id),
    }


def _closed_to(review: reviews.Review, seen: Visit | None) -> dict[str, str]:
    """Opinions that cannot be given now, each with why."""
    lacking = review.lacking or review.grounds.refusal(viewer().person_id)
    closed = {"approve": lacking} if lacking else {}
    if seen is None:
        closed["send_back"] = "没有交来的记录"
    elif not may_return(seen):
        closed["send_back"] = _KEPT.get(seen.state, "审过的记录不再退，缺什么再去一次")
    return closed


def limited(form_class: type[LimitedForm], county_id: UUID, **more: Any) -> Any:
    """A form with a limit that knows what its county has settled of bare days."""
    form = bound(form_class, **more)
    form.bare_day = problems.county_rules(county_id).in_force.means
    return form
