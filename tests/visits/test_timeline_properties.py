"""What must hold of any log: any order, any repetition, any delay, any clock; and no tap is ever lost."""

from dataclasses import dataclass, replace
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.visits.kinds import OUTSIDE_SEAL, Tap, seal, stamped
from fieldapp.visits.timeline import Record, fold, seen_by
from tests.visits.phones import ANN, BEN, FRAME, LEADER, PROBLEM, START, STRANGER, Phone

PLACES = {"counted", "counting", "struck", "late", "flagged", "rival", "after"}
PEOPLE = [ANN, ANN, BEN, BEN, LEADER, STRANGER]


@dataclass
class Visit:
    phones: list[Phone]
    random: Random

    @property
    def taps(self) -> list[Tap]:
        return [tap for phone in self.phones for tap in phone.taps]


def simple(random: Random) -> tuple[str, dict[str, Any]]:
    codes = [stage.code for stage in FRAME.stages]
    return random.choice(
        [
            ("begin", {"role": random.choice(["办事", "陪同办事", "观察"])}),
            ("stage", {"stage": random.choice(codes), "ago_s": random.choice([30, 60, None, 7])}),
            ("skip", {"stage": random.choice(codes)}),
            ("stuck", {"reason": "没人"}),
            ("watch", {"what": random.choice(["离岗", "空窗"]), "edge": random.choice(["start", "stop"])}),
            ("count", {"what": "开窗", "n": random.randrange(5)}),
            ("answer", {"item": "greet", "value": random.choice(["yes", "no", "unseen", "na", "?"])}),
            ("claim", {"measure": "guide", "value": "seen"}),
            ("conclude", {"problem": PROBLEM, "conclusion": random.choice(["已整改", "反弹"])}),
            ("overall", {"suggest": "销号"}),
            ("note", {"text": "x"}),
            ("weather", {"choice": "rain"}),
            ("countersign", {"record": "0", "agrees": True}),
        ]
    )


def press(visit: Visit, phone: Phone) -> None:
    """One thing that a person does with a phone, or that happens to it."""
    random, taps = visit.random, visit.taps
    deed = random.randrange(12)
    if deed == 0:
        phone.move_clock(random.choice([-7200, -30, 45, 86_400]))
    elif deed == 1:
        phone.new_page()
    elif deed == 2:
        phone.measure()
    elif deed == 3 and taps:
        phone.undo(random.choice(taps))
    elif deed == 4 and taps:
        phone.correct(
            random.choice(taps), **random.choice([{"value": "yes"}, {"n": 1}, {"instant": START}, {}])
        )
    elif deed == 5 and random.random() < 0.4:
        phone.hand_in()
    elif deed == 6 and taps:  # the same id with other content
        rival = random.choice(taps)
        phone.taps.append(stamped(replace(rival, payload={**rival.payload, "text": "other"})))
    elif deed == 7:
        phone.tap("photo", slot="大厅", file=random.choice(["ab", None]))
    else:
        kind, payload = simple(random)
        phone.tap(kind, **{name: value for name, value in payload.items() if value is not None})
    phone.wait(random.choice([0, 0.4, 3, 200]))


@st.composite
def visits(draw: st.DrawFn) -> Visit:
    """Two inspectors, one with two devices and one without JavaScript, a leader and a stranger."""
    random = Random(draw(st.integers(0, 2**32)))
    phones = [
        Phone(person, f"device-{n}", wrong_by=random.choice([0, 4000, -86_400_000]), scripted=n != 3)
        for n, person in enumerate(PEOPLE)
    ]
    visit = Visit(phones, random)
    for _ in range(draw(st.integers(0, 40))):
        press(visit, random.choice(phones[:4] if random.random() < 0.85 else phones))
    return visit


def without_receipts(record: Record) -> Record:
    """What is left when all that may depend on `received_at` is taken out: the seal and what names it."""
    signed = tuple(replace(sign, valid=False) for sign in record.countersigns)
    return replace(record, seal="", countersigns=signed, missing=(), is_handed_in=False, conflicts=(
        tuple(c for c in record.conflicts if c.kind != "countersign")
    ))  # fmt: skip


@given(visits())
def test_any_order_gives_the_same_record(visit: Visit) -> None:
    shuffled = visit.taps
    visit.random.shuffle(shuffled)
    assert fold(shuffled, FRAME) == fold(visit.taps, FRAME)


@given(visits())
def test_any_repetition_gives_the_same_record(visit: Visit) -> None:
    again = [tap for tap in visit.taps for _ in range(visit.random.randrange(1, 4))]
    visit.random.shuffle(again)
    assert fold(again, FRAME) == fold(visit.taps, FRAME)


@given(visits(), st.integers(0, 3 * 86_400_000))
def test_any_delay_gives_the_same_record_but_for_the_seal(visit: Visit, most: int) -> None:
    delayed = [
        tap
        if tap.wall_ms is None
        else stamped(replace(tap, received_at=tap.received_at + visit.random.randint(0, most)))
        for tap in visit.taps
    ]
    assert without_receipts(fold(delayed, FRAME)) == without_receipts(fold(visit.taps, FRAME))


@given(visits(), st.none() | st.integers(START, START + 2_000_000))
def test_every_tap_is_accounted_for_exactly_once(visit: Visit, reviewed_at: int | None) -> None:
    record = fold(visit.taps, replace(FRAME, reviewed_at=reviewed_at))
    assert sorted((line.tap, line.digest) for line in record.lines) == sorted(
        {(tap.id, tap.digest) for tap in visit.taps}
    )
    places = {(line.tap, line.digest): line.place for line in record.lines}
    assert set(places.values()) <= PLACES
    by_place = {place: {key[0] for key, found in places.items() if found == place} for place in PLACES}
    assert set(record.late) == by_place["late"]
    assert set(record.after_review) == by_place["after"]
    assert by_place["struck"] <= {struck.tap for struck in record.struck}
    inside = {tap.id for tap in visit.taps if is_inside(tap)}
    assert by_place["rival"] & inside <= {rival.tap for c in record.conflicts for rival in c.rivals}
    assert by_place["rival"] <= {flag.tap for flag in record.flags} | by_place["after"]
    assert by_place["flagged"] | by_place["late"] <= {flag.tap for flag in record.flags}


@given(visits())
def test_undo_and_correct_never_take_a_tap_from_the_log(visit: Visit) -> None:
    record = fold(visit.taps, FRAME)
    assert {struck.tap for struck in record.struck} <= {line.tap for line in record.lines}
    assert record.seal == seal(tap for tap in visit.taps if is_inside(tap))


def is_inside(tap: Tap) -> bool:
    """What two people sign: their own taps and what the leader says of them; a stranger's stay outside."""
    return tap.person in FRAME.participants or (tap.person in FRAME.leaders and tap.kind == "correct")


@given(visits())
def test_who_is_taken_in_late_changes_the_seal_and_acts(visit: Visit) -> None:
    before, after = fold(visit.taps, FRAME), fold(visit.taps, replace(FRAME, admitted=(STRANGER,)))
    theirs = [tap for tap in visit.taps if tap.person == STRANGER and tap.kind not in OUTSIDE_SEAL]
    assert (before.seal != after.seal) == bool(theirs)
    assert after.participants == before.participants
    places = {
        line.place for line in after.lines if (line.person, line.kind) in {(t.person, t.kind) for t in theirs}
    }
    assert places <= {"late", "struck", "flagged", "rival"}


@given(visits())
def test_who_has_not_handed_in_sees_nobody_elses_judgement(visit: Visit) -> None:
    record = fold(visit.taps, FRAME)
    seen = seen_by(record, ANN)
    if ANN in {handin.person for handin in record.handins}:
        assert seen == record
        return
    hidden = {
        tap.id
        for tap in visit.taps
        if tap.person != ANN and tap.kind in ("answer", "claim", "conclude", "overall")
    }
    assert not [tap for tap in hidden if repr(tap) in repr(seen)]


@given(
    st.lists(
        st.tuples(st.integers(0, 4_000_000), st.sampled_from([0, -7200, -3, 3, 40, 86_400])), max_size=12
    ),
    st.integers(-(10**9), 10**9),
    st.booleans(),
)
def test_durations_are_true_though_the_wall_clock_is_moved(
    steps: list[tuple[int, int]], wrong_by: int, measured_at_last: bool
) -> None:
    phone = Phone(ANN, wrong_by=wrong_by)
    true = [phone.now]
    phone.tap("note", text="x")
    for milliseconds, moved in steps:
        phone.move_clock(moved)
        phone.now += milliseconds
        true.append(phone.now)
        phone.tap("note", text="x")
    if measured_at_last:
        phone.measure()
        true.append(phone.now)
        phone.tap("note", text="x")
    found = [line.at for line in fold(phone.taps, FRAME).lines]
    assert [at - found[0] for at in found] == [at - true[0] for at in true]


@given(st.lists(st.tuples(st.integers(0, 600_000), st.integers(0, 2_400_000)), max_size=8))
@settings(max_examples=50)
def test_durations_are_true_though_the_monotonic_clock_sleeps(steps: list[tuple[int, int]]) -> None:
    """To the two seconds under which a sleep cannot be told from the clocks' drift, each."""
    phone = Phone(ANN)
    phone.tap("note", text="x")
    slept = 0
    for awake, asleep in steps:
        phone.wait(awake / 1000)
        phone.sleep(asleep / 1000)
        slept += asleep <= 2000
        phone.measure()
        phone.tap("note", text="x")
    lines = fold(phone.taps, FRAME).lines
    assert abs((lines[-1].at - lines[0].at) - (phone.now - START)) <= 2000 * slept
