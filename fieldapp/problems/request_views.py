"""The unit's request to close: by its liaison, or entered by the office from a letter; the sealed page as an image."""

from typing import Any
from uuid import UUID

from fieldapp import clock
from fieldapp.access.permissions import Permission as P
from fieldapp.db import keeping
from fieldapp.evidence.images import image
from fieldapp.evidence.uploads import keep_beside
from fieldapp.problems import queries
from fieldapp.problems.request_forms import LetterForm, RequestForm
from fieldapp.problems.requesting import Ask, page_of, request_closing
from fieldapp.problems.views import pages, saved, show_to_office, show_to_unit
from fieldapp.web.forms import bound, has_errors, is_sent, rules_beside, sent_file, with_ids
from fieldapp.web.guard import needs, only_reads
from fieldapp.web.viewer import viewer


@pages.post("/problems/<uuid:problem_id>/requests")
@needs(P.REQUEST_CLOSING, P.ENTER_REQUESTS)
@only_reads
def ask_to_close(problem_id: UUID) -> Any:
    """Whether it may be is read first, then the page's photo is kept, then the request is written."""
    queries.problem(problem_id)
    form = with_ids(bound(RequestForm if viewer().is_unit else LetterForm), "request-")
    if is_sent(form):
        with keeping():
            _ask(problem_id, form)
        if not has_errors(form):
            return saved(problem_id, said="requested")
    show = show_to_unit if viewer().is_unit else show_to_office
    return show(queries.problem(problem_id), status=422, request_form=form)


def _ask(problem_id: UUID, form: RequestForm) -> None:
    page = keep_beside(form.page, sent_file(form.page))
    if has_errors(form):
        return
    day = form.day.data if isinstance(form, LetterForm) else clock.today()
    ask = Ask(day, form.statement.data or "", form.letter.data or "", page)
    with rules_beside(form):
        found = queries.problem(problem_id)
        request_closing(found, ask, key=form.key, by=viewer(), at=clock.now())


@pages.get("/requests/<uuid:request_id>/page/<any(thumb, view):size>")
@needs(P.READ_PROBLEMS)
def sealed_page(request_id: UUID, size: str) -> Any:
    """To whoever may see the request."""
    return image(page_of(request_id), size)
