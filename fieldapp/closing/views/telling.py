"""发布: what waits to be told to a unit is chosen, read as the unit will read it, and sent."""

from typing import Any
from uuid import UUID

from flask import request, url_for

from fieldapp import clock
from fieldapp.access.permissions import Permission as P
from fieldapp.access.queries import has_liaison
from fieldapp.closing import composing, telling
from fieldapp.closing.composing import Desk, Picture
from fieldapp.closing.telling_forms import SendForm, send_form
from fieldapp.closing.views import pages
from fieldapp.db import keeping
from fieldapp.evidence import actions as evidence
from fieldapp.ids import read_id
from fieldapp.organisations.models import Unit
from fieldapp.organisations.queries import one
from fieldapp.publishing.editions import Released, fingerprint, sheet_of
from fieldapp.web import menu
from fieldapp.web.beside import Beside, provide
from fieldapp.web.forms import asked, bound, has_errors, is_sent, offered, rules_beside
from fieldapp.web.guard import needs, only_reads
from fieldapp.web.render import render, see
from fieldapp.web.viewer import viewer

menu.entry(47, "closing.new_edition", "发布")


@pages.route("/editions/new", methods=["GET", "POST"])
@needs(P.PUBLISH)
@only_reads
def new_edition() -> Any:
    """`?unit=`: its decisions, and what the unit would read. It goes only as it was shown."""
    unit_id = read_id(asked("unit"))
    if unit_id is None:
        return render("closing/to_tell.html", units=composing.units_waiting())
    desk = composing.desk_of(one(Unit, unit_id))
    form = _form(desk)
    if is_sent(form) and "look" not in request.form:
        edition_id = _send(desk, form)
        if edition_id is not None:
            return see("publishing.show", edition_id=edition_id, said="edition_sent")
    return _page(composing.desk_of(one(Unit, unit_id)), form)


def _form(desk: Desk) -> SendForm:
    keys = [str(each.closing_id) for each in desk.waiting]
    form = bound(send_form(desk.pictures), data={"decisions": keys})
    form.decisions.choices = offered(
        (str(each.closing_id), f"{each.item.number} {each.item.label}") for each in desk.waiting
    )
    return form


def _released(desk: Desk, form: SendForm) -> list[tuple[Picture, Released]]:
    """The photos that are ticked; one that cannot be opened now stays."""
    keys = {each.closing_id for each in desk.chosen(form.decisions.data or ())}
    ticked = [each for each in desk.pictures if form[each.name].data and each.closing_id in keys]
    sums = [(each, evidence.sum_of_copy(each.sha256)) for each in ticked]
    return [
        (each, Released(key, form[each.caption_name].data.strip() or "照片")) for each, key in sums if key
    ]


def _send(desk: Desk, form: SendForm) -> UUID | None:
    """The copies are on disk before the write transaction begins."""
    keys = {each.closing_id for each in desk.chosen(form.decisions.data)}
    photos, unit_id = _released(desk, form), desk.unit.id
    how: dict[str, Any] = {"by": viewer(), "at": clock.now(), "shown": form.shown.data or ""}
    with keeping():
        evidence.keep_copies([picture.sha256 for picture, _ in photos], at=clock.now())
        with rules_beside(form):
            return telling.publish(unit_id, keys, [released for _, released in photos], **how).id
    return None


def _page(desk: Desk, form: SendForm) -> Any:
    chosen, photos = desk.chosen(form.decisions.data or ()), _released(desk, form)
    keys = {each.closing_id for each in chosen}
    n, content = telling.drafted(desk.unit.id, keys, [released for _, released in photos], at=clock.now())
    context = {
        "desk": desk,
        "form": form,
        "n": n,
        "chosen": chosen,
        "sheet": sheet_of(content),
        "shown": fingerprint(content),
        "rows": composing.rows(desk, chosen),
        "seen_now": composing.seen_now(desk, chosen),
        "has_liaison": has_liaison(desk.unit.id),
        "photo_address": lambda place, size: _address(photos[place - 1][0], size),
        "address": _address,
    }
    status = 422 if has_errors(form) else 200
    return render("closing/new_edition.html", "closing/_edition.html", status=status, **context)


def _address(picture: Picture, size: str) -> str:
    about = picture.problem_id
    return url_for("closing.picture", problem_id=about, sha256=picture.sha256, size=size)


def _to_tell(problem_id: UUID) -> Beside | None:
    unit_id = composing.unit_to_tell(problem_id) if viewer().has(P.PUBLISH) else None
    if unit_id is None:
        return None
    return Beside("还没告诉单位", (("发一期反馈", url_for("closing.new_edition", unit=unit_id)),))


provide("problem", _to_tell)
