"""What lies where, and what is refused: parts that contradict each other do not leave as evidence."""

from dataclasses import replace
from pathlib import Path

import pytest

from fieldapp.errors import RuleBroken
from fieldapp.packages.contents import Dossier, Line, problem_bag, unit_bag
from tests.packages import dossiers


def names(entries: tuple[object, ...]) -> list[str]:
    return [each.name for each in entries]  # type: ignore[attr-defined]


def pack(dossier: Dossier) -> list[str]:
    return names(problem_bag(dossier, (), office=dossiers.OFFICE, originals=True).entries)


def test_a_record_that_is_not_the_signed_one_is_refused() -> None:
    good = dossiers.dossier()
    with pytest.raises(RuleBroken, match="甘棠-07 的记录和它的指纹对不上"):
        pack(replace(good, record=good.record.replace("窗口", "大厅")))


def test_a_broken_history_is_refused() -> None:
    good = dossiers.dossier()
    with pytest.raises(RuleBroken, match=r"甘棠-07 的历史接不上（entry 2 "):
        pack(replace(good, history=good.history[::2]))


def test_a_dossier_names_its_photos_and_the_signed_pages_once(tmp_path: Path) -> None:
    photos = dossiers.shots(tmp_path)
    page = {**dossiers.SIGNATURES[1], "page": "7" * 64}
    dossier = replace(dossiers.dossier(photos=photos), signatures=[page, {**page, "page": photos[0].sha256}])
    assert dossier.photos == [*(each.sha256 for each in photos), "7" * 64]


def test_what_came_after_the_record_lies_beside_it(tmp_path: Path) -> None:
    folder = dossiers.unpack(dossiers.of_problem(tmp_path / "store"), tmp_path / "out")
    kept = dossiers.parsed(folder, "data/signatures.json")
    of = dossiers.sum_of(folder / "data" / "record.json")
    assert kept == [{**each, "fingerprint": of} for each in dossiers.SIGNATURES]
    assert dossiers.parsed(folder, "data/editions.json") == [dict(each) for each in dossiers.EDITIONS]
    assert "示例主任" not in (folder / "data" / "record.json").read_text("utf-8")


def test_an_open_problem_is_a_row_and_nothing_else(tmp_path: Path) -> None:
    found = names(dossiers.of_unit(tmp_path).entries)
    assert [name for name in found if "problems/002" in name or "report-002" in name] == []
    assert {"data/report-001.html", "data/report-003.html", "data/problems/003/record.json"} <= set(found)


def test_a_checklist_without_a_closed_problem_is_refused() -> None:
    with pytest.raises(RuleBroken, match="甘棠镇还没有销号的问题"):
        unit_bag("甘棠镇", [Line(dossiers.row("甘棠-08"))], (), office=dossiers.OFFICE, originals=True)


def test_packages_of_different_records_unpack_side_by_side() -> None:
    one, other = (
        problem_bag(dossiers.dossier(number), (), office=dossiers.OFFICE, originals=True)
        for number in ("甘棠-07", "甘棠-08")
    )
    assert one.folder != other.folder


def test_a_checklist_of_hundreds_keeps_its_order() -> None:
    lines = [Line(dossiers.row(f"甘棠-{n}", photos=()), dossiers.dossier(f"甘棠-{n}")) for n in range(1, 121)]
    bag = unit_bag("甘棠镇", lines, (), office=dossiers.OFFICE, originals=True)
    reports = [name for name in names(bag.entries) if "report-" in name]
    assert (reports[0], reports[-1], len(reports)) == ("data/report-001.html", "data/report-120.html", 120)
