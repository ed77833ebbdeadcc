"""From the database to the package: the story's problem, closed, leaves with all that it rests on."""

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from fieldapp import history
from fieldapp.db import table
from fieldapp.errors import RuleBroken
from fieldapp.heads import Head
from fieldapp.packages import copies
from fieldapp.packages.parcels import problem_parcel, unit_parcel
from tests.closing import steps
from tests.packages import closed, dossiers
from tests.story import Story
from tests.tampering import behind_the_back

pytestmark = pytest.mark.slow  # real tools are started for each


def packed(story: Story, folder: Path, originals: bool = True, whole_unit: bool = False) -> Path:
    found = closed.parcel(story, whole_unit)
    bag = closed.system(story, lambda: found.pack(originals=originals))
    return dossiers.unpack(bag, folder)


@pytest.mark.parametrize("originals", [True, False])
@pytest.mark.parametrize("whole_unit", [True, False])
def test_it_passes_every_check_of_a_stranger(
    whole_unit: bool, originals: bool, story: Story, tmp_path: Path
) -> None:
    closed.close(story)
    assert list(dossiers.complaints(packed(story, tmp_path, originals, whole_unit))) == []


def test_its_fingerprint_is_the_one_that_was_signed(story: Story, tmp_path: Path) -> None:
    closed.close(story)
    folder = packed(story, tmp_path)
    assert dossiers.sum_of(folder / "data" / "record.json") == steps.closing(story).fingerprint


def test_it_holds_every_photo_that_the_record_names(story: Story, tmp_path: Path) -> None:
    closed.close(story)
    folder = packed(story, tmp_path)
    named = {each["sha256"] for each in dossiers.parsed(folder, "data/record.json")["files"]}
    assert named == {path.stem for path in (folder / "data" / "photos").iterdir()} != set()


def test_its_history_is_that_of_problem_closing_and_visit(story: Story, tmp_path: Path) -> None:
    closed.close(story)
    lines = (packed(story, tmp_path) / "data" / "history.jsonl").read_text("utf-8").splitlines()
    entries = [json.loads(json.loads(line)["entry"]) for line in lines]
    ids = {f"problem:{steps.problem_id(story)}", f"closing:{steps.closing(story).id}"}
    ids.add(f"visit:{steps.closing_visit(story)}")
    assert {each["stream"] for each in entries} == ids
    assert {"issue", "approve", "sign", "close"} <= {each["action"] for each in entries}


def test_signatures_and_edition_stand_outside_the_record(story: Story, tmp_path: Path) -> None:
    closed.close(story)
    folder = packed(story, tmp_path)
    signatures = dossiers.parsed(folder, "data/signatures.json")
    assert {each["body"] for each in signatures} == {"巡察办", "原巡察组（第三巡察组）"}
    assert {each["fingerprint"] for each in signatures} == {steps.closing(story).fingerprint}
    edition = dossiers.parsed(folder, "data/editions.json")[0]
    assert (edition["n"], edition["result"], len(edition["sha256"])) == (1, "已销号", 64)


def test_a_page_signed_on_paper_goes_along_and_is_shown_as_such(story: Story, tmp_path: Path) -> None:
    closed.close(story, on_paper=True)
    folder = packed(story, tmp_path)
    paper = next(each for each in dossiers.parsed(folder, "data/signatures.json") if each.get("on_paper"))
    assert (folder / "data" / "photos" / f"{paper['page']}.png").is_file()
    assert paper["entered_by"] != paper["confirmed_by"]
    report = (folder / "data" / "report.html").read_text("utf-8")
    assert ("纸质签批" in report, f"photos/{paper['page']}.png" in report) == (True, True)


def test_the_report_says_what_was_seen(story: Story, tmp_path: Path) -> None:
    closed.close(story)
    report = (packed(story, tmp_path) / "data" / "report.html").read_text("utf-8")
    for said in (
        "甘棠-07",
        "开江县",
        "甘棠镇",
        "第三巡察组",
        "第一巡察组",
        "2018年6月20日",
        "办理",
        "已整改",
    ):
        assert said in report, said
    assert "None" not in report


def test_it_leaves_before_the_unit_is_told_as_well(story: Story, tmp_path: Path) -> None:
    closed.close(story, told=False)
    assert dossiers.parsed(packed(story, tmp_path), "data/editions.json") == []


@pytest.mark.parametrize("originals", [True, False])
@pytest.mark.parametrize("whole_unit", [True, False])
def test_what_the_unit_was_shown_goes_along_as_it_was_shown(
    whole_unit: bool, originals: bool, story: Story, tmp_path: Path
) -> None:
    closed.close(story, told=False)
    photo, shown = closed.release(story)
    folder = packed(story, tmp_path, originals, whole_unit)
    assert list(dossiers.complaints(folder)) == []
    (file,) = (folder / "data" / "released").iterdir()
    assert (file.name, dossiers.sum_of(file)) == (f"{shown}.jpg", shown)
    assert shown != photo
    (editions,) = folder.rglob("editions.json")
    (edition,) = json.loads(editions.read_text("utf-8"))
    assert edition["photos"] == [{"sha256": shown, "caption": "窗口上贴着告知单"}]
    report = next(folder.rglob("report*.html")).read_text("utf-8")
    assert f'<img src="released/{shown}.jpg" alt="窗口上贴着告知单">' in report
    assert "发了 1 张照片" in report
    assert not (folder / "data" / "copies" / f"{shown}.jpg").exists(), "no copy of a copy"


def test_a_checklist_has_a_row_for_what_is_open_and_none_for_a_draft(story: Story, tmp_path: Path) -> None:
    closed.close(story)
    found = closed.parcel(story, whole_unit=True)
    numbers = [line.row.number for line in found.lines]
    assert numbers == sorted(numbers)
    assert [line.row.number for line in found.lines if line.dossier] == [steps.STORY]
    assert "草稿" not in {line.row.state for line in found.lines}
    folder = packed(story, tmp_path, whole_unit=True)
    assert (folder / "data" / "checklist.xlsx").stat().st_size > 5000


def test_the_same_evidence_gives_the_same_bytes(story: Story, tmp_path: Path) -> None:
    closed.close(story)
    found = closed.parcel(story, whole_unit=True)
    one, two = (closed.system(story, lambda: found.pack(originals=False).digest) for _ in range(2))
    again = closed.parcel(story, whole_unit=True)
    assert one == two == closed.system(story, lambda: again.pack(originals=False).digest)


class TestReopened:
    @pytest.mark.parametrize("whole_unit", [True, False])
    def test_the_signed_record_leaves_and_says_that_it_stands_no_more(
        self, whole_unit: bool, story: Story, tmp_path: Path
    ) -> None:
        closed.close(story)
        signed = steps.closing(story).fingerprint
        closed.reopen(story)
        assert steps.state(story) == "reopened"
        folder = packed(story, tmp_path, whole_unit=whole_unit)
        assert list(dossiers.complaints(folder)) == []
        (record,) = folder.rglob("record.json")
        assert dossiers.sum_of(record) == signed
        (said,) = json.loads((record.parent / "reopened.json").read_text("utf-8"))
        assert (said["day"], said["by"], said["basis"]) == ("2018-07-02", "主任甲", closed.BASIS)
        assert (said["told_on"], said["edition"]) == ("2018-07-02", 2)
        report = next(folder.rglob("report*.html")).read_text("utf-8")
        assert "2018年7月2日定了重启，不再算销号" in report
        assert closed.BASIS in report
        if not whole_unit:
            assert "Reopened: 2018-07-02" in (folder / "bag-info.txt").read_text("utf-8")

    def test_it_says_so_before_the_unit_is_told(self, story: Story, tmp_path: Path) -> None:
        closed.close(story)
        closed.reopen(story, told=False)
        folder = packed(story, tmp_path)
        assert dossiers.parsed(folder, "data/reopened.json")[0]["told_on"] == ""
        assert "还没有告诉单位" in (folder / "data" / "report.html").read_text("utf-8")

    def test_one_that_stands_says_nothing_of_it(self, story: Story, tmp_path: Path) -> None:
        closed.close(story)
        folder = packed(story, tmp_path)
        assert not (folder / "data" / "reopened.json").exists()
        assert "重启" not in (folder / "data" / "report.html").read_text("utf-8")

    def test_a_running_cycle_is_not_in_it(self, story: Story, tmp_path: Path) -> None:
        closed.close(story)
        closed.reopen(story)
        steps.asks(story, at=closed.REOPENED + 86_400_000)
        folder = packed(story, tmp_path)
        lines = (folder / "data" / "history.jsonl").read_text("utf-8")
        assert f"closing:{steps.closing(story).id}" in lines
        assert len(list(folder.rglob("record.json"))) == 1

    def test_closed_again_each_cycle_has_the_record_that_was_signed(
        self, story: Story, tmp_path: Path
    ) -> None:
        closed.close(story)
        first = steps.closing(story).fingerprint
        closed.reopen(story)
        closed.close_again(story)
        second = steps.closing(story).fingerprint
        folder = packed(story, tmp_path)
        assert list(dossiers.complaints(folder)) == []
        data = folder / "data"
        sums = [dossiers.sum_of(data / name) for name in ("record.json", "earlier/001/record.json")]
        assert sums == [second, first]
        assert first != second
        assert not (data / "reopened.json").exists()
        assert closed.BASIS in (data / "earlier" / "001" / "reopened.json").read_text("utf-8")
        assert 'href="report-earlier-001.html"' in (data / "report.html").read_text("utf-8")
        assert closed.BASIS in (data / "report-earlier-001.html").read_text("utf-8")
        streams = (data / "history.jsonl").read_text("utf-8")
        assert f"visit:{steps.closing_visit(story)}" in streams

    def test_its_line_says_that_it_was_reopened(self, story: Story) -> None:
        closed.close(story)
        closed.reopen(story)
        (line,) = (each for each in closed.parcel(story, whole_unit=True).lines if each.dossier)
        assert (line.row.state, line.row.closed_on) == ("重启（2018年6月21日销过号）", "")


class TestRefused:
    def reason(self, story: Story, whole_unit: bool = False) -> str:
        def collect() -> Any:
            key = closed.unit_id(story) if whole_unit else steps.problem_id(story)
            found = unit_parcel(key) if whole_unit else problem_parcel(key)
            return found.pack(originals=True)

        with pytest.raises(RuleBroken) as refused:
            closed.system(story, collect)
        return refused.value.sentence

    def test_while_the_problem_is_not_closed(self, story: Story) -> None:
        assert "甘棠-07 现在是“整改中”" in self.reason(story)
        steps.to_signing(story)
        assert "甘棠-07 现在是“审核中”" in self.reason(story)
        assert "还没有销号的问题" in self.reason(story, whole_unit=True)

    def test_where_an_original_is_gone(self, story: Story) -> None:
        closed.close(story)
        one = closed.parcel(story).photos[0]
        (story.app.extensions["originals"].root / one).unlink()
        assert f"照片 {one[:12]} 的原件不在了" in self.reason(story)

    def test_while_a_copy_is_not_made(self, story: Story) -> None:
        closed.close(story)

        def collect() -> list[Any]:
            found = problem_parcel(steps.problem_id(story))
            return [found, copies.lacking(found.copies(originals=False))]

        found, lacking = closed.system(story, collect)
        assert len(lacking) == len(found.photos)
        with pytest.raises(RuleBroken, match=f"还差 {len(lacking)} 张副本"):
            closed.system(story, lambda: found.pack(originals=False))

    def test_where_the_record_is_not_the_one_that_was_signed(self, story: Story) -> None:
        closed.close(story)
        with behind_the_back(story.app, "closings") as session:
            session.execute(sa.text("UPDATE closings SET record = replace(record, '甘棠镇', '任市镇')"))
        assert "甘棠-07 的记录和它的指纹对不上" in self.reason(story)

    def cut(self, story: Story) -> sa.Row[Any]:
        """The problem's history loses its last entry; the one that is last now."""
        rows, stream = table(history.Entry), f"problem:{steps.problem_id(story)}"
        with behind_the_back(story.app, "history") as session:
            of = sa.select(rows).where(rows.c.stream == stream).order_by(rows.c.seq.desc())
            last, before = session.execute(of.limit(2)).all()
            session.execute(sa.delete(rows).where(rows.c.stream == stream, rows.c.seq == last.seq))
        return before

    def test_where_the_end_of_a_history_was_cut_off(self, story: Story) -> None:
        closed.close(story)
        self.cut(story)
        assert "甘棠-07 的历史和登记的对不上" in self.reason(story)

    def test_where_a_head_was_forged_along_with_it(self, story: Story) -> None:
        closed.close(story)
        end, heads = self.cut(story), table(Head)
        with behind_the_back(story.app, "heads") as session:
            forged = sa.update(heads).where(heads.c.name == end.stream)
            session.execute(forged.values(seq=end.seq, hash=end.hash))
        assert "甘棠-07 的历史和登记的对不上" in self.reason(story)


def test_what_goes_on_meanwhile_breaks_no_package(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """An edition goes out between the entries of a history and its head: all that is packed is of one moment."""
    closed.close(story, told=False)
    real, told = history.entries, []

    def entries(stream: str, session: Any) -> Any:
        found = real(stream, session)
        if not told:
            told.append(stream)
            steps.publishes(story)
        return found

    monkeypatch.setattr(history, "entries", entries)
    found = closed.parcel(story)
    assert len(told) == 1
    assert not found.dossiers[0].editions, "as it was when it was collected"
