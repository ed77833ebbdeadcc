"""纸质签批: entered by one of the office, compared by another, shown as such for ever."""

from typing import Any
from uuid import UUID

from fieldapp import clock
from fieldapp.access.permissions import Permission as P
from fieldapp.closing import actions, queries
from fieldapp.closing.forms import CompareForm, PaperForm
from fieldapp.closing.views import pages
from fieldapp.closing.views.pictures import kept
from fieldapp.db import keeping
from fieldapp.errors import NotVisible, RuleBroken
from fieldapp.web.forms import bound, carry_out, has_errors, is_sent, rules_beside, to_choose
from fieldapp.web.guard import needs, only_reads
from fieldapp.web.render import render, see
from fieldapp.web.viewer import viewer


@pages.route("/problems/<uuid:problem_id>/closure/papers", methods=["GET", "POST"])
@needs(P.ENTER_PAPER)
@only_reads
def enter_paper(problem_id: UUID) -> Any:
    """Who signed for which body, on which day, and the page; the transaction begins when the photo is on disk."""
    form = _form(problem_id)
    if is_sent(form):
        with keeping():
            photos = kept(form.page)
            if not has_errors(form):
                with rules_beside(form):
                    _enter(problem_id, form, photos)
        if not has_errors(form):
            return see("closing.show", problem_id=problem_id, said="paper_entered")
    context: dict[str, Any] = {
        "found": queries.closing(problem_id),
        "frozen": queries.record_of(queries.closing(problem_id)),
    }
    return render("closing/papers.html", status=422 if has_errors(form) else 200, form=form, **context)


def _form(problem_id: UUID) -> PaperForm:
    found = queries.closing(problem_id)
    if found.state != "signing":
        raise NotVisible
    form = bound(PaperForm, data={"day": clock.today()})
    form.signed.choices = to_choose(queries.who_may_sign(found))
    return form


def _enter(problem_id: UUID, form: PaperForm, photos: list[str]) -> None:
    body, _, person = form.signed.data.partition(":")
    if len(photos) != 1:
        raise RuleBroken("选一张签字盖章页的照片", "page")
    page = actions.Page(body, UUID(person), form.day.data, photos[0])
    actions.enter_paper(problem_id, page, by=viewer(), at=clock.now())


@pages.route("/papers/<uuid:paper_id>", methods=["GET", "POST"])
@needs(P.ENTER_PAPER)
def compare_paper(paper_id: UUID) -> Any:
    """The page beside what was entered; somebody else than the enterer says whether they agree."""
    (row, found, said), form = queries.paper(paper_id), bound(CompareForm)
    stands = form.stands.data == "yes"
    if carry_out(form, lambda: actions.confirm_paper(paper_id, stands, by=viewer(), at=clock.now())):
        where = found.problem_id
        return see("closing.show", problem_id=where, said="paper_stands" if stands else "paper_refused")
    label = queries.label_of(row.body, found.team.name)
    context: dict[str, Any] = {
        "paper": row,
        "found": found,
        "compared": said,
        "label": label,
        "frozen": queries.record_of(found),
    }
    return render("closing/paper.html", status=422 if has_errors(form) else 200, form=form, **context)
