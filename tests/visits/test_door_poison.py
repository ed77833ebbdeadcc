"""What no phone of ours sends: it is kept all the same, and breaks nobody's page, nobody's hand-in."""

import io
from typing import Any
from uuid import UUID, uuid4

import pytest

from fieldapp.office.check import faults
from fieldapp.visits.models import TapRow
from tests.clients import LintingClient
from tests.evidence import pictures
from tests.story import Story
from tests.visits.visiting import (
    LogIn,
    begin_both,
    begin_unplanned,
    countersign,
    hand_in,
    send,
    state_of,
    taps_in,
)

PAGES = ("", "/all", "/log", "/more", "/handin", "/checks", "/pictures", "/aside", "/late", "/skip")
NOW = {"wall_ms": "1529457300000", "mono_ms": "1", "origin_ms": "1"}
FAR = str(2**53 - 1)

SENT: dict[str, tuple[str, str, dict[str, Any]]] = {
    "a clock after the year 9999": ("stage", "arrive", {**NOW, "wall_ms": FAR}),
    "a clock before all years": ("stage", "arrive", {**NOW, "wall_ms": "-" + FAR}),
    "an offset of millennia": ("stage", "arrive", {**NOW, "offset_ms": str(2**52), "offset_at": NOW["wall_ms"]}),
    "a number no phone has counted": ("note", "", {"text": "一", "seq": FAR}),
    "a number below one": ("note", "", {"text": "一", "seq": "-5"}),
    "a form's version of a million": ("note", "", {"text": "一", "v": FAR}),
    "an item twice": ("answer", "yes", {"item": ["greeting", "patient"]}),
    "a measure twice": ("claim", "seen", {"measure": ["a", "b"]}),
    "a problem twice": ("conclude", "已整改", {"problem": ["a", "b"]}),
    "a conclusion twice": ("conclude", "", {"problem": "a", "conclusion": ["a", "b"]}),
    "how long ago twice": ("stage", "arrive", {"ago_s": ["30", "60"]}),
    "an edge twice": ("watch", "", {"what": "离岗", "edge": ["start", "stop"]}),
    "a text twice": ("note", "", {"text": ["一", "二"]}),
    "answers that are none": ("interview", "yes", {"answers.a": ["一", "二"], "answers": "三"}),
    "two hundred fields": ("note", "", {"text": "一", **{f"f{n}": "x" for n in range(200)}}),
    "a begin without a number": ("begin", "办事", {"plan": str(uuid4()), "briefing": "abc"}),
    "a page without its subject": ("note", "", {"text": "一", "to": "tick"}),
    "a page of no subject": ("note", "", {"text": "一", "to": "correct", "to_subject": "../../x"}),
    "a page of another's subject": ("note", "", {"text": "一", "to": "tick", "to_subject": str(uuid4())}),
    "a page that has none": ("note", "", {"text": "一", "to": "memo", "to_subject": "x"}),
}  # fmt: skip

CORRECTED: dict[str, dict[str, Any]] = {
    "an instant by its inner name": {"to.@": "abc"},
    "an instant of no year": {"instant": "999999999999999"},
    "a stage twice": {"to.stage": ["arrive", "call"]},
    "how long ago twice": {"to.ago_s": ["30", "60"]},
    "a reason twice": {"to.stage": "call", "reason": ["按错了", "其他"]},
}


@pytest.fixture
def two(story: Story, as_: LogIn) -> tuple[LintingClient, LintingClient, str]:
    return begin_both(story, as_)


def assert_all_goes_on(two: tuple[LintingClient, LintingClient, str], story: Story) -> None:
    first, second, visit = two
    for client in (first, second):
        assert client.get("/n/").status_code == 200
        for page in PAGES:
            assert client.get(f"/n/{visit}{page}").status_code == 200, page
    before = len(taps_in(story, TapRow.visit == UUID(visit)))
    htmx = {"HX-Request": "true"}
    assert send(second, visit, "stage", "call", to="full", headers=htmx).status_code == 200
    hand_in(first, visit)
    hand_in(second, visit)
    assert len(taps_in(story, TapRow.visit == UUID(visit))) == before + 3
    assert state_of(story, visit) == "collected"


@pytest.mark.slow
@pytest.mark.parametrize("name", SENT)
def test_it_is_kept_and_all_goes_on(
    two: tuple[LintingClient, LintingClient, str], story: Story, name: str
) -> None:
    kind, choice, fields = SENT[name]
    first, _, visit = two
    for headers in ({}, {"HX-Request": "true"}):
        tap = uuid4()
        answer = send(first, visit, kind, choice, tap=tap, headers=headers, **fields)
        assert answer.headers["Outbox-Ack"] == str(tap)
        assert len(taps_in(story, TapRow.id == tap)) == 1
    send(first, visit, "undo", str(tap))  # what is struck is told as well
    assert_all_goes_on(two, story)


@pytest.mark.parametrize("name", CORRECTED)
def test_a_correction_of_nonsense_breaks_nothing(
    two: tuple[LintingClient, LintingClient, str], story: Story, name: str
) -> None:
    first, _, visit = two
    tap = uuid4()
    send(first, visit, "stage", "arrive", tap=tap)
    answer = send(first, visit, "correct", str(tap), **{"reason": "按错了", **CORRECTED[name]})
    assert "Outbox-Ack" in answer.headers
    assert_all_goes_on(two, story)


def test_several_photos_in_one_tap_are_refused_not_dropped(
    two: tuple[LintingClient, LintingClient, str],
) -> None:
    first, _, visit = two
    photos = [(io.BytesIO(pictures.jpeg()), f"{n}.jpg") for n in range(2)]
    answer = send(first, visit, "photo", "告知单", taken="camera", file=photos)
    assert answer.status_code == 422
    assert "Outbox-Ack" not in answer.headers


@pytest.mark.parametrize(
    "broken", ["fieldapp.visits.views.door.projecting.project", "fieldapp.visits.views.screens.render"]
)
def test_what_fails_behind_the_door_costs_no_tap(
    two: tuple[LintingClient, LintingClient, str], story: Story, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    first, second, visit = two
    hand_in(second, visit)
    tap = uuid4()
    with monkeypatch.context() as patch:
        patch.setattr(broken, lambda *_, **__: 1 / 0)
        answer = send(first, visit, "stage", "arrive", tap=tap, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert answer.headers["Outbox-Ack"] == str(tap)
    assert len(taps_in(story, TapRow.id == tap)) == 1
    hand_in(first, visit)
    assert state_of(story, visit) == "collected"


def test_a_begin_that_was_kept_and_not_followed_is_followed_when_sent_again(
    story: Story, as_: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, visit, tap = as_("inspector1"), str(uuid4()), uuid4()
    with monkeypatch.context() as patch:
        patch.setattr("fieldapp.visits.views.door.projecting.project", lambda *_: 1 / 0)
        begin_unplanned(story, client, visit, tap=tap)
    assert state_of(story, visit) == ""
    begin_unplanned(story, client, visit, tap=tap)
    assert state_of(story, visit) == "under_way"


def test_two_contents_of_one_id_after_the_hand_in_are_no_forgery(
    two: tuple[LintingClient, LintingClient, str], story: Story
) -> None:
    """State and log must agree whatever comes: `fieldapp check` would call the difference a forgery."""
    first, second, visit = two
    tap = uuid4()
    send(first, visit, "stage", "arrive", tap=tap)
    hand_in(first, visit)
    hand_in(second, visit)
    countersign(first, visit)
    assert state_of(story, visit) == "handed_in"
    assert send(first, visit, "stage", "call", tap=tap).status_code == 409
    assert state_of(story, visit) == "collected"
    with story.app.app_context():
        assert list(faults()) == []
