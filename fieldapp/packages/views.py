"""证据包: of a closed problem, of a unit's whole checklist; streamed, and remembered before the first byte leaves."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request, url_for

from fieldapp import clock
from fieldapp.access.permissions import Permission as P
from fieldapp.organisations.models import Unit
from fieldapp.organisations.queries import one
from fieldapp.packages import copies, queries
from fieldapp.packages.actions import export
from fieldapp.packages.bag import Bag
from fieldapp.packages.forms import HINTS, PHOTOS, PackageForm
from fieldapp.packages.parcels import PROBLEM, UNIT, parcel_of
from fieldapp.problems import queries as problems
from fieldapp.problems.models import STATE_LABELS
from fieldapp.web import menu
from fieldapp.web.beside import Beside, provide
from fieldapp.web.forms import bound, carry_out, has_errors
from fieldapp.web.guard import needs, only_reads
from fieldapp.web.render import render, see
from fieldapp.web.viewer import viewer

pages = Blueprint("packages", __name__)
menu.entry(49, "packages.index", "证据包")
SECONDS = 5.0  # of one request, for making copies


@dataclass(frozen=True)
class Subject:
    """What a page packs."""

    kind: str
    thing_id: UUID
    title: str

    def address(self, endpoint: str) -> str:
        values: dict[str, Any] = {f"{self.kind}_id": self.thing_id}
        return url_for(f"packages.{endpoint}_{self.kind}", **values)


def _problem(problem_id: UUID) -> Subject:
    found = problems.problem(problem_id)
    return Subject(PROBLEM, found.id, f"{found.number}·{found.unit.name}")


def _unit(unit_id: UUID) -> Subject:
    found = one(Unit, unit_id)
    return Subject(UNIT, found.id, f"{found.name}·整张清单")


@pages.get("/packages")
@needs(P.EXPORT_EVIDENCE)
def index() -> Any:
    """What is closed, unit by unit."""
    return render("packages/index.html", rows=queries.closed_problems())


@pages.get("/problems/<uuid:problem_id>/package")
@needs(P.EXPORT_EVIDENCE)
def show_problem(problem_id: UUID) -> Any:
    """Of one problem, or why there is none."""
    return _page(_problem(problem_id))


@pages.post("/problems/<uuid:problem_id>/package")
@needs(P.EXPORT_EVIDENCE)
@only_reads
def export_problem(problem_id: UUID) -> Any:
    """The ZIP."""
    return _export(_problem(problem_id))


@pages.post("/problems/<uuid:problem_id>/package/copies")
@needs(P.EXPORT_EVIDENCE)
@only_reads
def copy_problem(problem_id: UUID) -> Any:
    """Some of the copies that go along."""
    return _copy(_problem(problem_id))


@pages.get("/units/<uuid:unit_id>/package")
@needs(P.EXPORT_EVIDENCE)
def show_unit(unit_id: UUID) -> Any:
    """Of a unit's whole checklist."""
    return _page(_unit(unit_id))


@pages.post("/units/<uuid:unit_id>/package")
@needs(P.EXPORT_EVIDENCE)
@only_reads
def export_unit(unit_id: UUID) -> Any:
    """The ZIP."""
    return _export(_unit(unit_id))


@pages.post("/units/<uuid:unit_id>/package/copies")
@needs(P.EXPORT_EVIDENCE)
@only_reads
def copy_unit(unit_id: UUID) -> Any:
    """Some of the copies that go along."""
    return _copy(_unit(unit_id))


def _page(subject: Subject, form: PackageForm | None = None, status: int = 200, goes_on: bool = False) -> Any:
    parcel, refusal = queries.ready(subject.kind, subject.thing_id)
    lacking = copies.lacking(parcel.copies(originals=False)) if parcel else []
    context = {
        "subject": subject,
        "parcel": parcel,
        "refusal": refusal,
        "lacking": len(lacking),
        "goes_on": goes_on,
        "form": form or PackageForm(),
        "hints": HINTS,
        "words": PHOTOS,
        "exports": queries.exports(subject.kind, subject.thing_id),
    }
    return render("packages/show.html", "packages/_copies.html", status=status, **context)


def _copy(subject: Subject) -> Any:
    """What is made in a few seconds. With script the page asks again by itself, else the button stands there."""
    parcel, _refusal = queries.ready(subject.kind, subject.thing_id)
    before = copies.lacking(parcel.copies(originals=False)) if parcel else []
    made = len(before) - len(copies.make(before, SECONDS))
    if request.headers.get("HX-Request"):
        return _page(subject, goes_on=made > 0)
    return see(
        f"packages.show_{subject.kind}", said="copied", n=made, **{f"{subject.kind}_id": subject.thing_id}
    )


def _export(subject: Subject) -> Any:
    form, made = bound(PackageForm), list[Bag]()
    if carry_out(form, lambda: made.append(_packed(subject, form.photos.data == "originals"))):
        return _streamed(made[0])
    return _page(subject, form, 422 if has_errors(form) else 200)


def _packed(subject: Subject, originals: bool) -> Bag:
    parcel = parcel_of(subject.kind, subject.thing_id)
    return export(parcel, originals=originals, by=viewer(), at=clock.now())


def _streamed(bag: Bag) -> Response:
    """Its length is said beforehand, so that a browser shows how far it is and notices when it was cut off."""
    response = Response(bag.chunks(), mimetype="application/zip")
    response.content_length = bag.length
    response.headers["Content-Disposition"] = f'attachment; filename="{bag.folder}.zip"'
    return response


def _beside(problem_id: UUID) -> Beside | None:
    """The way to the form, or why there is none yet: on the problem's page and where its closing is reviewed."""
    found = problems.problem(problem_id)
    if not viewer().has(P.EXPORT_EVIDENCE) or found.state == "draft":
        return None
    if not queries.was_closed(problem_id):
        why = f"现在是“{STATE_LABELS[found.state]}”，各方签认、销号以后才能导出"
        return Beside("证据包", (), why=why)
    words = "导出证据包" if found.closure_id else "导出重启以前那一轮的证据包"
    return Beside("证据包", ((words, url_for("packages.show_problem", problem_id=problem_id)),))


for _page_of in ("problem", "closing"):
    provide(_page_of, _beside)
