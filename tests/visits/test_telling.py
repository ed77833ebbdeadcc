"""The words in which a tap is told back."""

import pytest

from fieldapp.visits.telling import brief, first_sayings, sayings
from tests.visits.phones import ANN, FRAME, PROBLEM, Phone, record_of

CONTENT = {
    "stages": [{"code": stage.code, "label": stage.label} for stage in FRAME.stages],
    "shown": [{"code": item.id, "text": item.text} for item in FRAME.items],
    "more": [],
    "measures": [{"id": measure.id, "text": measure.text} for measure in FRAME.measures],
    "problems": [{"id": PROBLEM, "text": FRAME.problems[0].text}],
}


def test_every_kind_is_told_in_the_words_of_its_screen() -> None:
    phone = Phone(ANN)
    expected = {
        phone.tap("begin", role="办事").id: "开始：办事",
        phone.tap("stage", stage="arrive").id: "到达",
        phone.tap("stage", stage="ticket", ago_s=60, why="忘了按").id: "取号（1 分钟前，忘了按）",
        phone.tap("skip", stage="call").id: "跳过：叫号",
        phone.tap("stuck", reason="退回补材料", text="清单上没有的").id: "没办成：退回补材料，清单上没有的",
        phone.tap("watch", what="离岗", edge="start").id: "离岗 起",
        phone.tap("watch", what="离岗", edge="stop").id: "离岗 止",
        phone.tap("count", what="开窗", n=3).id: "开窗 3",
        phone.tap("answer", item="greet", value="unseen").id: "主动问候：没见到",
        phone.tap("claim", measure="guide", value="not_seen").id: "办事指南上墙：没见到",
        phone.tap("conclude", problem=PROBLEM, conclusion="反弹").id: "窗口办事不力、效率不高：反弹",
        phone.tap("overall", suggest="督办").id: "总的建议：督办",
        phone.tap("note", text="雨").id: "写字：雨",
        phone.tap("interview", answers={"satisfied": "满意", "who": "村民"}).id: "访谈：村民·满意",
        phone.tap("finding", text="意见箱锁着").id: "新发现：意见箱锁着",
        phone.tap("photo", slot="告知单", file="a" * 64).id: "照片·告知单",
    }
    told = sayings(record_of(phone), CONTENT)
    assert told == expected


def test_saying_what_a_photo_shows_strikes_nothing() -> None:
    phone = Phone(ANN)
    shot = phone.tap("photo", taken="camera", file="a" * 64)
    named = phone.correct(shot, slot="公示栏")
    record = record_of(phone)
    told, first = sayings(record, CONTENT), first_sayings(record, CONTENT)
    assert told[shot.id] == "照片·公示栏"
    assert shot.id not in first
    assert first[named.id] == "写明“照片·公示栏”"


def test_a_struck_tap_keeps_its_first_words_and_the_striking_one_names_it() -> None:
    phone = Phone(ANN)
    wrong, gone = phone.tap("answer", item="greet", value="no"), phone.tap("stage", stage="arrive")
    correction, undo = phone.correct(wrong, value="yes"), phone.undo(gone)
    record = record_of(phone)
    told, first = sayings(record, CONTENT), first_sayings(record, CONTENT)
    assert (told[wrong.id], first[wrong.id]) == ("主动问候：是", "主动问候：否")
    assert (gone.id in told, first[gone.id]) == (False, "到达")
    assert first[correction.id] == "更正“主动问候：否”"
    assert first[undo.id] == "撤销“到达”"


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("主动问候：是", "主动问候：是"),
        ("窗口办事不力、效率不高，让人来回跑：已整改", "窗口办事不力、效率…：已整改"),
        ("写字：雨下得很大，门口没有人，等了一会儿", "写字：雨下得很大，门口没有…"),
        ("更正“主动问候：是”", "更正‘主动问候：是’"),
    ],
)
def test_in_a_short_line_the_value_stays_and_quotes_within_are_single(word: str, shown: str) -> None:
    assert brief(word) == shown
