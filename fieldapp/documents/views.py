"""Papers: each is a page made for A4, which the browser prints."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, request, url_for

from fieldapp.access.permissions import Permission as P
from fieldapp.documents import queries, sheet
from fieldapp.documents.drafting import Words
from fieldapp.visits import library
from fieldapp.visits.scenario_content import limit_text
from fieldapp.web import beside
from fieldapp.web.beside import Beside
from fieldapp.web.guard import needs
from fieldapp.web.render import render
from fieldapp.web.ui import day_text, duration_text, full_day_text, full_moment_text
from fieldapp.web.viewer import viewer

pages = Blueprint("documents", __name__)


def iso_full_day(text: str) -> str:
    """2018年6月20日, of a day as a frozen record has it."""
    return full_day_text(date.fromisoformat(text) if text else None)


pages.add_app_template_filter(full_day_text, "full_day")
pages.add_app_template_filter(full_moment_text, "full_moment")
pages.add_app_template_filter(iso_full_day, "iso_full_day")


@pages.get("/visits/<uuid:visit_id>/sheet")
@needs(P.READ_VISITS)
def visit_sheet(visit_id: UUID) -> Any:
    """回访督查记录表."""
    words: dict[str, Any] = {
        "labels": library.labels,
        "limit_text": limit_text,
        "agreed": sheet.agreed,
        "all_ways": sheet.WAYS,
    }
    return render("documents/visit.html", **queries.visit_sheet(visit_id), **words)


@pages.get("/problems/<uuid:problem_id>/report")
@needs(P.READ_VISITS)
def report(problem_id: UUID) -> Any:
    """回访情况报告, drafted."""
    say = Words(full_day_text, duration_text, limit_text)
    return render("documents/report.html", **queries.report(problem_id, say))


@pages.get("/closings/<uuid:closing_id>/form")
@needs(P.READ_CLOSINGS)
def approval_form(closing_id: UUID) -> Any:
    """销号申请审批表."""
    return render("documents/approval.html", **queries.approval_form(closing_id))


@pages.get("/units/<uuid:unit_id>/checklist")
@needs(P.EDIT_PROBLEMS, P.RECEIVE_PROBLEMS)
def checklist(unit_id: UUID) -> Any:
    """A unit's ledger; `?as=unit` gives the office what the unit may see."""
    found = queries.checklist(unit_id, narrow=request.args.get("as") == "unit", viewer=viewer())
    return render("documents/checklist.html", **found)


def _papers_beside(problem_id: UUID) -> Beside | None:
    """What can be printed of a problem."""
    links: list[tuple[str, str]] = []
    if viewer().has(P.READ_VISITS) and queries.checked_visits(problem_id):
        links.append(("回访情况报告", url_for("documents.report", problem_id=problem_id)))
    for each in queries.closings_of(problem_id) if viewer().has(P.READ_CLOSINGS) else ():
        day = day_text(each.frozen_at)
        links.append((f"销号申请审批表（{day}）", url_for("documents.approval_form", closing_id=each.id)))
    return Beside("打印", tuple(links)) if links else None


beside.provide("problem", _papers_beside)
