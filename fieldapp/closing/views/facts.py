"""事实确认: the office puts a finding before its unit, the unit answers, and what was answered may become a problem."""

from typing import Any
from uuid import UUID

from flask import url_for

from fieldapp import clock
from fieldapp.access.permissions import Permission as P
from fieldapp.access.queries import has_liaison
from fieldapp.closing import dismissing, facts
from fieldapp.closing.dismissing import dismissals
from fieldapp.closing.fact_forms import AnswerForm, AnswerLetterForm, DismissForm, FactForm
from fieldapp.closing.views import pages
from fieldapp.errors import NotVisible
from fieldapp.inspections.queries import inspection, inspections
from fieldapp.problems import forms as problem_forms
from fieldapp.problems.cells import NEUTRAL_NAME
from fieldapp.problems.queries import county
from fieldapp.problems.views import bare_day, draft_of, edit_page, saved
from fieldapp.web import menu
from fieldapp.web.beside import Beside, provide
from fieldapp.web.forms import bound, carry_out, has_errors, to_choose
from fieldapp.web.guard import needs
from fieldapp.web.render import render, see
from fieldapp.web.viewer import viewer

menu.entry(43, "closing.facts", "新发现", "/findings")
SHOWN = 24  # characters of a fact in a link


@pages.get("/facts", endpoint="facts")
@needs(P.CONFIRM_FACTS, P.PUBLISH)
def index() -> Any:
    """The unit's own; the office's with the findings that no unit has read."""
    if viewer().is_unit:
        return render("closing/unit_facts.html", rows=facts.standings())
    rows, found = facts.standings(), facts.findings()
    return render(
        "closing/facts.html",
        rows=rows,
        findings=[each for each in found if each.dismissed is None],
        dismissed=[each for each in found if each.dismissed is not None],
        not_problems=dismissals({row.fact.visit_id for row in rows}),
    )


@pages.route("/findings/<uuid:visit_id>/<uuid:tap_id>", methods=["GET", "POST"])
@needs(P.PUBLISH)
def send_fact(visit_id: UUID, tap_id: UUID) -> Any:
    """The finding as it was written, and the words that the unit is to read."""
    found, form = facts.finding(visit_id, tap_id), bound(FactForm)
    how = {"key": form.key, "by": viewer(), "at": clock.now()}
    if carry_out(form, lambda: facts.send_fact(found, form.text.data, **how)):
        return see("closing.facts", said="fact_sent")
    return _finding_page(found, form, DismissForm())


@pages.post("/findings/<uuid:visit_id>/<uuid:tap_id>/dismissal")
@needs(P.PUBLISH)
def dismiss(visit_id: UUID, tap_id: UUID) -> Any:
    """不立为问题, with a reason that no unit reads."""
    found, form = facts.finding(visit_id, tap_id), bound(DismissForm)
    how = {"by": viewer(), "at": clock.now()}
    if carry_out(form, lambda: dismissing.dismiss(found.visit, tap_id, form.reason.data, **how)):
        return see("closing.facts", said="dismissed")
    return _finding_page(found, FactForm(), form)


def _finding_page(found: facts.Finding, form: FactForm, no: DismissForm) -> Any:
    status = 422 if has_errors(form) or has_errors(no) else 200
    sent = facts.fact_of(found)
    return render("closing/finding.html", status=status, finding=found, form=form, no=no, sent=sent)


@pages.get("/facts/<uuid:fact_id>")
@needs(P.CONFIRM_FACTS, P.PUBLISH)
def fact(fact_id: UUID) -> Any:
    """What was put before the unit, and its answer."""
    return _page(fact_id, _answer_form()())


@pages.post("/facts/<uuid:fact_id>/reply")
@needs(P.CONFIRM_FACTS, P.PUBLISH)
def answer_fact(fact_id: UUID) -> Any:
    """属实 or 有异议; the office enters what a letter says."""
    facts.standing(fact_id)
    form = bound(_answer_form())
    how = {"by": viewer(), "at": clock.now()}
    if carry_out(form, lambda: facts.answer(fact_id, _said(form), **how)):
        return see("closing.fact", fact_id=fact_id, said="fact_answered")
    return _page(fact_id, form)


def _answer_form() -> type[AnswerForm]:
    return AnswerForm if viewer().is_unit else AnswerLetterForm


def _said(form: AnswerForm) -> facts.Answer:
    letter = form.letter.data or "" if isinstance(form, AnswerLetterForm) else ""
    return facts.Answer(form.agrees.data == "yes", form.text.data or "", letter)


def _page(fact_id: UUID, form: AnswerForm) -> Any:
    found = facts.standing(fact_id)
    page = "closing/unit_fact.html" if viewer().is_unit else "closing/fact.html"
    context: dict[str, Any] = {"row": found, "form": form}
    if not viewer().is_unit:
        context["has_liaison"] = has_liaison(found.fact.unit_id)
        key = (found.fact.visit_id, found.fact.tap_id)
        context["dismissed"] = dismissals([found.fact.visit_id]).get(key)
    return render(page, status=422 if has_errors(form) else 200, **context)


@pages.get("/facts/<uuid:fact_id>/letter")
@needs(P.PUBLISH)
def fact_letter(fact_id: UUID) -> Any:
    """The same on paper, for a unit without an account."""
    found = facts.standing(fact_id)
    return render("closing/fact_letter.html", row=found, office=county(found.fact.county_id).office)


@pages.route("/facts/<uuid:fact_id>/problem", methods=["GET", "POST"])
@needs(P.EDIT_PROBLEMS)
def make_problem(fact_id: UUID) -> Any:
    """A draft, with what is known filled in; only of what was answered, and once."""
    found = facts.standing(fact_id)
    if found.reply is None or found.problem is not None:
        raise NotVisible
    form = bound(problem_forms.NewForm, data={"short_name": NEUTRAL_NAME, "text": found.fact.text})
    form.bare_day, form.inspection_id.choices = bare_day(), _inspections_of(found.fact.unit_id)
    made: list[UUID] = []
    if carry_out(form, lambda: made.append(_make(fact_id, form))):
        return saved(made[0], said="drafted")
    here = url_for("closing.make_problem", fact_id=fact_id)
    return edit_page(form, None, action=here, leave=url_for("closing.fact", fact_id=fact_id))


def _make(fact_id: UUID, form: problem_forms.NewForm) -> UUID:
    of = inspection(UUID(form.inspection_id.data))
    return facts.make_problem(fact_id, draft_of(form), of, by=viewer(), at=clock.now()).id


def _inspections_of(unit_id: UUID) -> list[Any]:
    rows = [row for row in inspections() if row.unit_id == unit_id]
    return to_choose((str(row.id), f"{row.unit.name}·{row.team.round.name}{row.team.name}") for row in rows)


def _link(row: facts.Standing) -> tuple[str, str]:
    text = row.fact.text if len(row.fact.text) <= SHOWN else row.fact.text[:SHOWN] + "…"
    return text, url_for("closing.fact", fact_id=row.fact.id)


def _to_answer(_unit_id: UUID) -> Beside | None:
    rows = [row for row in facts.standings() if row.reply is None]
    return Beside("请单位确认是不是这样", tuple(map(_link, rows)), is_first=True) if rows else None


def _answered(_unit_id: UUID) -> Beside | None:
    rows = [row for row in facts.standings() if row.reply is not None]
    return Beside("答复过的", tuple(map(_link, rows[:3])), url_for("closing.facts")) if rows else None


provide("unit", _to_answer)
provide("unit", _answered)
