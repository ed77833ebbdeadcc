"""`fieldapp check` is silent on sound data and names what somebody changed behind the application's back."""

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from fieldapp import cli
from fieldapp.db import apart
from fieldapp.evidence.models import Original
from fieldapp.office.check import faults
from fieldapp.problems.models import Problem
from fieldapp.visits.models import ParkedDecision, TapRow, Visit, VisitAttendance, VisitPerson
from tests.story import Story
from tests.tampering import behind_the_back


def found(story: Story) -> list[str]:
    with story.app.app_context():
        return list(faults())


def photos(story: Story) -> list[Path]:
    folder = story.app.extensions["settings"].photos
    with story.app.app_context(), apart() as session:
        return [
            folder / each for each in session.scalars(sa.select(Original.sha256).order_by(Original.sha256))
        ]


def sql(story: Story, table: str, statement: str) -> None:
    with behind_the_back(story.app, table) as session:
        assert session.execute(sa.text(statement)).rowcount


def edit_history(story: Story) -> str:
    stream = f"visit:{story.handed_in()}"
    edited = 'UPDATE history SET entry = replace(entry, \'"action":"collect"\', \'"action":"gather"\')'
    sql(story, "history", f"{edited} WHERE stream = '{stream}' AND seq = 2")
    return f"历史 {stream} 第 2 条：内容和它的指纹对不上"


def edit_tap(story: Story) -> str:
    tap = story.row(TapRow, TapRow.kind == "overall")
    sql(story, "taps", "UPDATE taps SET payload = replace(payload, '销号', '督办') WHERE kind = 'overall'")
    return f"记录 {tap}（回访 {story.handed_in()}）：内容和它的指纹对不上"


def swap_photo(story: Story) -> str:
    first, second = photos(story)
    first.chmod(0o600)
    first.write_bytes(second.read_bytes())
    return f"照片 {first.name}：文件不是当时收下的那个"


def change_one_byte(story: Story) -> str:
    first = photos(story)[0]
    first.chmod(0o600)
    first.write_bytes(first.read_bytes()[:-1] + b"\x00")
    return f"照片 {first.name}：文件不是当时收下的那个"


def lose_photo(story: Story) -> str:
    first = photos(story)[0]
    first.unlink()
    return f"照片 {first.name}：文件不见了"


def change_visit(story: Story) -> str:
    visit = story.handed_in()
    sql(story, "history", "UPDATE visits SET state = 'collected'")
    return f"回访 {visit}：状态是等会签，历史说已交"


def change_problem(story: Story) -> str:
    sql(story, "history", "UPDATE problems SET state = 'received' WHERE number = '甘棠-07'")
    return "问题 甘棠-07：状态是已签收，历史说整改中"


def change_seal(story: Story) -> str:
    sql(story, "history", f"UPDATE visits SET seal = '{'0' * 64}'")
    return f"回访 {story.handed_in()}：封存的指纹不是历史记下的那个"


def cut_the_end(story: Story) -> str:
    """No link breaks where the newest entry is gone; the head outside the chain still counts it."""
    visit = story.handed_in()
    sql(story, "history", f"DELETE FROM history WHERE stream = 'visit:{visit}' AND seq = 3")
    return f"历史 visit:{visit}：登记过 3 条，只剩到第 2 条"


def remove_a_tap(story: Story) -> str:
    visit = story.handed_in()
    sql(story, "taps", "DELETE FROM taps WHERE kind = 'overall'")
    return f"回访 {visit}：状态是已交，记录说不是"


def lose_a_participant(story: Story) -> str:
    visit, who = story.handed_in(), story.viewer("inspector1").person_id
    with behind_the_back(story.app, "history") as session:
        gone = sa.delete(VisitPerson).where(VisitPerson.visit_id == visit, VisitPerson.person_id == who)
        assert session.execute(gone).rowcount
    return f"回访 {visit}：参加的人和历史不一样"


def add_a_word(story: Story) -> str:
    visit, who = story.handed_in(), story.viewer("inspector1").person_id
    with behind_the_back(story.app, "history") as session:
        session.add(VisitAttendance(visit_id=visit, person_id=who, n=1, went=False, by_id=who, at=1))
    return f"回访 {visit}：组长说谁去了，和历史不一样"


def take_somebody_in(story: Story) -> str:
    visit, who = story.handed_in(), story.viewer("origin3")
    said = {"outcome": "late", "reason": "x", "taps": 1, "by_id": who.person_id, "at": 1}
    row = ParkedDecision(visit=visit, person_id=who.person_id, n=1, county_id=who.county_id, **said)
    with behind_the_back(story.app, "history") as session:
        session.add(row)
    return f"回访 {visit}：收进来的人和历史不一样"


HANDS = (
    edit_history, edit_tap, swap_photo, change_one_byte, lose_photo, change_visit, change_problem,
    change_seal, cut_the_end, remove_a_tap, lose_a_participant, add_a_word, take_somebody_in,
)  # fmt: skip


def test_the_story_is_sound(story: Story) -> None:
    assert found(story) == []


@pytest.mark.parametrize("hand", HANDS, ids=lambda hand: hand.__name__)
def test_what_was_changed_is_named(story: Story, hand: Callable[[Story], str]) -> None:
    said = hand(story)
    assert any(each.startswith(said) for each in found(story)), found(story)


def test_the_command_says_so_and_its_exit_status_too(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "_app", lambda: story.app)
    good = CliRunner().invoke(cli.main, ["check"])
    assert (good.exit_code, good.stderr) == (0, "")
    assert "好的" in good.stdout
    said = lose_photo(story)
    bad = CliRunner().invoke(cli.main, ["check"])
    assert bad.exit_code == 1
    assert bad.stderr.splitlines() == [said]
    for photo in photos(story)[1:]:
        photo.unlink()
    assert CliRunner().invoke(cli.main, ["check"]).stderr.splitlines() == [
        said,
        "照片 还有 1 处，加 --all 全列出来",
    ]
    assert len(CliRunner().invoke(cli.main, ["check", "--all"]).stderr.splitlines()) == 2
    assert "好的" not in bad.stdout


def test_check_changes_nothing(story: Story) -> None:
    with story.app.app_context(), apart() as session:
        before = session.execute(sa.select(Problem.id, Problem.version, Problem.state)).all()
    found(story)
    with story.app.app_context(), apart() as session:
        assert session.execute(sa.select(Problem.id, Problem.version, Problem.state)).all() == before
        assert session.scalar(sa.select(Visit.state)) == "handed_in"
