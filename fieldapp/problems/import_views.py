"""Importing one plain sheet: read, preview with errors by cell, then all or nothing."""

import io
from typing import Any
from urllib.parse import quote
from uuid import UUID

from flask import Response, request

from fieldapp import clock
from fieldapp.access.permissions import Permission as P
from fieldapp.deadlines.limits import Unit
from fieldapp.errors import RuleBroken
from fieldapp.inspections.models import Inspection
from fieldapp.inspections.queries import inspection
from fieldapp.problems import actions, forms, mending, preview, queries, sheet
from fieldapp.problems.columns import NAMES, REQUIRED
from fieldapp.problems.views import inspection_choices, pages
from fieldapp.web.forms import bound, has_errors, is_sent, rules_beside
from fieldapp.web.guard import needs, only_reads
from fieldapp.web.render import render, see
from fieldapp.web.viewer import viewer

BLANK_NAME = "问题清单-空表.xlsx"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pages.route("/problems/import", methods=["GET", "POST"])
@needs(P.EDIT_PROBLEMS)
@only_reads
def import_sheet() -> Any:
    """Read a file or pasted rows and show what would be taken over, or what has to be mended."""
    form = bound(forms.ImportForm)
    form.inspection_id.choices = inspection_choices()
    grid: sheet.Grid | None = None
    if is_sent(form):
        with rules_beside(form):
            grid = _read(form)
    elif has_errors(form):
        _keep_rows(form)
    if grid is None:
        return _import_page(form)
    return _look_at(grid, form)


def _keep_rows(form: forms.ImportForm) -> None:
    """A file that came with an incomplete form is not asked for again: its rows stay as pasted ones."""
    if not _file_name():
        return
    with rules_beside(form):
        grid = _read(form)
        found = sheet.parse(grid, Unit.DAY)
        form.pasted.data = "" if found.stopped else mending.carried(grid, found, found.errors)


def _file_name() -> str:
    upload = request.files.get("file")
    return (upload.filename or "") if upload is not None else ""


def _import_page(form: forms.ImportForm, **found: Any) -> Any:
    status = 422 if has_errors(form) or found else 200
    found = {"file": _file_name() if form.pasted.data else "", **found}
    columns: dict[str, Any] = {
        "required": [NAMES[field] for field in REQUIRED],
        "example": sheet.EXAMPLE_TEXT,
    }
    return render("problems/import.html", status=status, form=form, **columns, **found)


def _read(form: forms.ImportForm) -> sheet.Grid:
    if _file_name():
        return sheet.read_xlsx(io.BytesIO(request.files["file"].stream.read()))
    if (form.pasted.data or "").strip():
        return mending.mended(sheet.read_pasted(form.pasted.data), request.form)
    raise RuleBroken("选一个表格文件，或者把表格贴进来", "file")


def _look_at(grid: sheet.Grid, form: forms.ImportForm) -> Any:
    of = inspection(UUID(form.inspection_id.data))
    found = sheet.parse(grid, queries.county_rules(of.county_id).in_force.means)
    taken = actions.numbers_taken(of.county_id, [row.number for row in found.rows])
    errors = [*found.errors, *preview.taken_errors(found, taken)]
    if found.may_be_imported and not errors:
        token = preview.seal(found.rows, of.id, viewer().person_id)
        return _preview_page(of, found, token)
    return _ask_again(grid, found, errors, form)


def _ask_again(
    grid: sheet.Grid, found: sheet.Sheet, errors: list[sheet.CellError], form: forms.ImportForm
) -> Any:
    """The page as it was sent, with the wrong cells to be typed again; of a marked sheet nothing is kept."""
    form.pasted.data = "" if found.stopped else mending.carried(grid, found, errors)
    mends = (
        mending.mends(grid, found, errors) if form.pasted.data else [mending.Mend(each) for each in errors]
    )
    return _import_page(form, sheet=found, mends=mends[: mending.MOST], all=len(mends))


def _preview_page(of: Inspection, found: sheet.Sheet, token: str) -> Any:
    return render("problems/preview.html", sheet=found, token=token, inspection=of)


@pages.post("/problems/import/confirmation")
@needs(P.EDIT_PROBLEMS)
def confirm_import() -> Any:
    """Take over what was previewed: every row, or with a refusal none."""
    form = bound(forms.ConfirmForm)
    inspection_id, rows = preview.unseal(form.token.data or "", viewer().person_id)
    of = inspection(inspection_id)
    if is_sent(form):
        made = actions.import_rows(rows, of, by=viewer(), at=clock.now())
        return see("problems.index", unit=str(made[0].unit_id), said="imported", n=len(made))
    return _preview_page(of, sheet.Sheet(rows), form.token.data or "")


@pages.get("/problems/import/template.xlsx")
@needs(P.EDIT_PROBLEMS)
def template() -> Any:
    """An empty sheet with the headings and one 示例 row."""
    response = Response(sheet.template_xlsx(), mimetype=XLSX)
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"checklist-blank.xlsx\"; filename*=UTF-8''{quote(BLANK_NAME)}"
    )
    return response
