"""Importing one plain sheet: read, preview with errors by cell, then all or nothing."""

import io
from typing import Any
from uuid import UUID

from flask import Response, request

from fieldapp import clock
from fieldapp.access.permissions import Permission as P
from fieldapp.errors import RuleBroken
from fieldapp.inspections.models import Inspection
from fieldapp.inspections.queries import inspection
from fieldapp.problems import actions, forms, preview, sheet
from fieldapp.problems.views import inspection_choices, pages
from fieldapp.web.forms import bound, has_errors, is_sent, rules_beside
from fieldapp.web.guard import needs
from fieldapp.web.render import render, see
from fieldapp.web.viewer import viewer

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pages.route("/problems/import", methods=["GET", "POST"])
@needs(P.EDIT_PROBLEMS)
def import_sheet() -> Any:
    """Read a file or pasted rows and show what would be taken over."""
    form = bound(forms.ImportForm)
    form.inspection_id.choices = inspection_choices()
    if not is_sent(form):
        return render("problems/import.html", status=422 if has_errors(form) else 200, form=form)
    found: sheet.Sheet | None = None
    with rules_beside(form):
        found = _read(form)
    if found is None:
        return render("problems/import.html", status=422, form=form)
    return _preview(found, UUID(form.inspection_id.data))


def _read(form: forms.ImportForm) -> sheet.Sheet:
    upload = request.files.get("file")
    if upload is not None and upload.filename:
        return sheet.parse(sheet.read_xlsx(io.BytesIO(upload.stream.read())))
    if (form.pasted.data or "").strip():
        return sheet.parse(sheet.read_pasted(form.pasted.data))
    raise RuleBroken("选一个表格文件，或者把表格贴进来", "file")


def _preview(found: sheet.Sheet, inspection_id: UUID) -> Any:
    of = inspection(inspection_id)
    taken = actions.numbers_taken(of.county_id, [row.number for row in found.rows])
    errors = [*found.errors, *preview.taken_errors(found, taken)]
    token = ""
    if found.may_be_imported and not errors:
        token = preview.seal(found.rows, inspection_id, viewer().person_id)
    return _preview_page(of, found, errors, token)


def _preview_page(of: Inspection, found: sheet.Sheet, errors: list[sheet.CellError], token: str) -> Any:
    context: dict[str, Any] = {"sheet": found, "errors": errors, "token": token, "inspection": of}
    return render("problems/preview.html", status=200 if token else 422, **context)


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
    return _preview_page(of, sheet.Sheet(rows), [], form.token.data)


@pages.get("/problems/import/template.xlsx")
@needs(P.EDIT_PROBLEMS)
def template() -> Any:
    """An empty sheet with the headings and one 示例 row."""
    response = Response(sheet.template_xlsx(), mimetype=XLSX)
    response.headers["Content-Disposition"] = 'attachment; filename="checklist-template.xlsx"'
    return response
