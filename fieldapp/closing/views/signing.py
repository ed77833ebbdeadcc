"""签认销号: what asks the viewer for a signature, the record that it is of, and saying no."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from fieldapp import clock
from fieldapp.access.permissions import Permission as P
from fieldapp.closing import actions, queries, reviews, words
from fieldapp.closing.forms import ObjectionForm, SignForm
from fieldapp.closing.views import pages
from fieldapp.errors import RuleBroken
from fieldapp.ids import read_id
from fieldapp.visits import library
from fieldapp.visits.queries import is_visible
from fieldapp.visits.scenario_content import limit_text
from fieldapp.web import menu
from fieldapp.web.forms import asked, bound, carry_out, has_errors, offered
from fieldapp.web.guard import needs
from fieldapp.web.render import render, see
from fieldapp.web.viewer import viewer

menu.entry(46, "closing.signing", "签认销号")
for _word in (words.instant, words.iso_day, words.asked, words.counted):
    pages.add_app_template_global(_word, f"record_{_word.__name__}")


@pages.get("/signing")
@needs(P.SIGN_CLOSINGS)
def signing() -> Any:
    """By number, with the record of one of them beside; those that cannot be signed yet with the reason."""
    return _page(bound(SignForm))


@pages.post("/signing")
@needs(P.SIGN_CLOSINGS)
def sign() -> Any:
    """The ticked ones, by one password."""
    form = bound(SignForm)
    form.who = viewer()
    if carry_out(form, lambda: _sign(form.ticked.data)):
        return see("closing.signing", said="signed", n=len(form.ticked.data))
    return _page(form)


def _sign(tokens: Iterable[str]) -> None:
    ticked = [_read(token) for token in tokens]
    queries.are_visible({each.problem_id for each in ticked})
    actions.sign_all(ticked, by=viewer(), at=clock.now())


def _read(token: str) -> actions.Ticked:
    problem, _, rest = token.partition(":")
    body, _, fingerprint = rest.partition(":")
    key = read_id(problem)
    if key is None:
        raise RuleBroken("勾的这一项认不出来，刷新再勾", "ticked")
    return actions.Ticked(key, body, fingerprint)


def _page(form: SignForm) -> Any:
    lines = queries.lines_for(viewer())
    open_lines = [line for line in lines if not line.refusal]
    wanted = read_id(asked("record"))
    shown = next((line for line in lines if line.problem_id == wanted), None) or next(iter(lines), None)
    closed = [
        (line.record["problem"]["number"], line.record["problem"]["text"], line.refusal)
        for line in lines
        if line.refusal
    ]
    context: dict[str, Any] = {"form": form, "lines": open_lines, "closed": [*closed, *_unready()]}
    context |= _record_context(queries.closing(shown.problem_id)) if shown else {"found": None}
    return render("closing/signing.html", status=422 if has_errors(form) else 200, **context)


def _unready() -> list[tuple[str, str, str]]:
    """What the office has to settle before anybody can sign; nobody else knows of it."""
    if not viewer().is_office:
        return []
    rows = [each for each in reviews.waiting() if each.state == "reviewing"]
    return [(each.problem.number, each.problem.text, each.lacking or "还没审") for each in rows]


@pages.get("/problems/<uuid:problem_id>/closure/record")
@needs(P.READ_CLOSINGS)
def record(problem_id: UUID) -> Any:
    """The frozen record in plain words, and the form to object."""
    return _record_page(problem_id)


def _record_page(problem_id: UUID, form: ObjectionForm | None = None) -> Any:
    found = queries.closing(problem_id)
    bodies = queries.bodies_to_sign(found, viewer())
    form = form or ObjectionForm(data={"fingerprint": found.fingerprint})
    form.body.choices = offered(bodies.items())
    context = {
        **_record_context(found),
        "form": form,
        "bodies": bodies,
        "objections": queries.objections(found),
    }
    status = 422 if has_errors(form) else 200
    return render("closing/record.html", "closing/_record.html", status=status, **context)


def _record_context(found: Any) -> dict[str, Any]:
    frozen = queries.record_of(found)
    return {
        "found": found,
        "frozen": frozen,
        "basis": words.basis(frozen),
        "sides": queries.sides(found),
        "labels": library.labels,
        "limit_text": lambda limit: limit_text(limit or None),
        "may_open": {each["id"] for each in frozen["visits"] if is_visible(UUID(each["id"]))},
    }


@pages.post("/problems/<uuid:problem_id>/closure/objections")
@needs(P.SIGN_CLOSINGS)
def object_(problem_id: UUID) -> Any:
    """One body's no, with its reason."""
    found, form = queries.closing(problem_id), bound(ObjectionForm)
    said = (form.body.data or "", form.fingerprint.data or "", form.reason.data or "")
    if carry_out(form, lambda: actions.object_to(found.problem_id, *said, by=viewer(), at=clock.now())):
        return see("closing.signing", said="objected")
    return _record_page(problem_id, form)
