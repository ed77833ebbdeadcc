"""Importing one plain sheet: read, preview with errors by cell, then all or nothing."""

import io
from collections.abc import Sequence
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
from fieldapp.web.guard import needs, only_reads
from fieldapp.web.render import render, see
from fieldapp.web.viewer import viewer

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pages.route("/problems/import", methods=["GET", "POST"])
@needs(P.EDIT_PROBLEMS)
@only_reads
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
    return _preview(found, form)


def _read(form: forms.ImportForm) -> sheet.Sheet:
    upload = _upload()
    if upload is not None:
        return sheet.parse(sheet.read_xlsx(io.BytesIO(upload.stream.read())))
    if (form.pasted.data or "").strip():
        return sheet.parse(sheet.read_pasted(form.pasted.data))
    raise RuleBroken("选一个表格文件，或者把表格贴进来", "file")


def _upload() -> Any:
    upload = request.files.get("file")
    return upload if upload is not None and upload.filename else None


def _preview(found: sheet.Sheet, form: forms.ImportForm) -> Any:
    of = inspection(UUID(form.inspection_id.data))
    taken = actions.numbers_taken(of.county_id, [row.number for row in found.rows])
    errors = [*found.errors, *preview.taken_errors(found, taken)]
    if found.may_be_imported and not errors:
        token = preview.seal(found.rows, of.id, viewer().person_id)
        return _preview_page(of, found, token=token)
    source = form.file if _upload() else form.pasted
    source.errors = [found.stopped or _wrong(len(errors))]
    if found.stopped:  # what carries a marking is not shown again
        form.pasted.data = ""
    return _preview_page(of, found, errors, form=form)


def _wrong(count: int) -> str:
    return f"表里有 {count} 处要改，改好再看一遍；现在一行也没有进" if count else "表里没有可以进来的行"


def _preview_page(
    of: Inspection,
    found: sheet.Sheet,
    errors: Sequence[sheet.CellError] = (),
    *,
    token: str = "",
    form: Any = None,
) -> Any:
    context: dict[str, Any] = {
        "sheet": found,
        "errors": errors,
        "inspection": of,
        "token": token,
        "form": form,
    }
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
        return see("problems.index", unit=str(made[0].unit_id), said="saved")
    return _preview_page(of, sheet.Sheet(rows), token=form.token.data)


@pages.get("/problems/import/template.xlsx")
@needs(P.EDIT_PROBLEMS)
def template() -> Any:
    """An empty sheet with the headings and one 示例 row."""
    response = Response(sheet.template_xlsx(), mimetype=XLSX)
    response.headers["Content-Disposition"] = 'attachment; filename="checklist-template.xlsx"'
    return response
