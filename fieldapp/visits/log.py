"""The log in order, with every tap's place: after the review, rival, foreign, late, too late. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from fieldapp.visits.frame import Frame
from fieldapp.visits.instants import Key, When, doubting_steps_back, in_order, instants, key_of
from fieldapp.visits.kinds import OUTSIDE_SEAL, Tap, covered, is_genuine, problems_of
from fieldapp.visits.record import Flag, Line, Struck
from fieldapp.visits.words import SENTENCES

JUDGEMENTS = {  # kind -> (field of the subject, field of the value)
    "answer": ("item", "value"),
    "claim": ("measure", "value"),
    "conclude": ("problem", "conclusion"),
    "overall": ("", "suggest"),
}


@dataclass
class Log:
    """The log while it is being folded: every tap's place, and why."""

    frame: Frame
    taps: list[Tap]  # inside the record, in order
    when: dict[Key, When]
    outside: list[Tap]  # received after the review
    index: dict[Key, int] = field(default_factory=dict)
    place: dict[Key, str] = field(default_factory=dict)
    flags: list[tuple[int, Flag]] = field(default_factory=list)
    struck: list[Struck] = field(default_factory=list)
    people: tuple[UUID, ...] = ()
    first_handin: dict[UUID, int] = field(default_factory=dict)
    last_handin: dict[UUID, int] = field(default_factory=dict)
    rivals: dict[UUID, list[Tap]] = field(default_factory=dict)
    by_id: dict[UUID, Tap] = field(default_factory=dict)
    undone: set[UUID] = field(default_factory=set)
    corrections: dict[UUID, list[Tap]] = field(default_factory=lambda: defaultdict(list))

    def flag(self, tap: Tap, code: str, place: str | None = None) -> None:
        """Flag a tap; with a place, it has no effect from here on."""
        self.flags.append((self.index.get(key_of(tap), len(self.index)), Flag(tap.id, code, SENTENCES[code])))
        if place:
            self.place[key_of(tap)] = place

    def is_free(self, tap: Tap) -> bool:
        """Not yet set aside."""
        return key_of(tap) not in self.place

    def may_act(self, tap: Tap) -> bool:
        """Late ones act too: their instant was early enough."""
        return self.place.get(key_of(tap), "late") == "late"

    def is_asked_for(self, tap: Tap) -> bool:
        """Received while the record was sent back: then one's own judgement may be added and changed, in the open."""
        return any(
            start <= tap.received_at and (end is None or tap.received_at <= end)
            for start, end in self.frame.sent_back
        )

    def is_leaders(self, tap: Tap) -> bool:
        """A leader's correction counts without his taking part."""
        return tap.kind == "correct" and tap.person in self.frame.leaders

    def is_inside(self, tap: Tap) -> bool:
        """Part of what is signed: a stranger's taps are kept and shown, and stay outside until somebody takes them in,
        so that they cannot void a hand-in, and taking them in does."""
        return tap.person in (*self.people, *self.frame.admitted) or self.is_leaders(tap)

    def lines(self) -> tuple[Line, ...]:
        return tuple(
            Line(
                tap.id, tap.digest, tap.person, tap.kind, when.at, when.source, when.doubtful,
                self.place.get(key_of(tap), "counted"), tap.wall_ms, tap.origin_ms,
            )
            for tap in [*self.taps, *self.outside]
            for when in [self.when[key_of(tap)]]
        )  # fmt: skip


def opened(taps: Iterable[Tap], frame: Frame) -> Log:
    """Order the taps, and set aside what no undo or correction is needed to judge."""
    once = _collapsed(taps)
    limit = frame.reviewed_at
    outside = [tap for tap in once if limit is not None and tap.received_at > limit]
    inside = [tap for tap in once if limit is None or tap.received_at <= limit]
    when = instants(inside)
    ordered = list(in_order(inside, when))
    # a tap received after the review must not move the reviewed instants, so it gets its own from the whole
    every = instants(once) if outside else {}
    when = {**every, **doubting_steps_back(ordered, when)}
    log = Log(frame, ordered, when, list(in_order(outside, every)))
    log.index = {key_of(tap): n for n, tap in enumerate(ordered)}
    _flag_rows(log)
    _set_rivals_aside(log)
    _set_strangers_aside(log)
    _find_handins(log)
    _flag_after_handin(log)
    return log


def _collapsed(taps: Iterable[Tap]) -> list[Tap]:
    once: dict[Key, Tap] = {}
    for tap in taps:
        known = once.setdefault(key_of(tap), tap)
        if (tap.received_at, tap.row_hash) < (known.received_at, known.row_hash):
            once[key_of(tap)] = tap
    return list(once.values())


def _flag_rows(log: Log) -> None:
    seen: dict[tuple[UUID, str, int], UUID] = {}
    for tap in log.taps:
        if seen.setdefault((tap.person, tap.device, tap.seq), tap.id) != tap.id:
            log.flag(tap, "doubled_seq")
        if log.when[key_of(tap)].doubtful:
            log.flag(tap, "time_doubtful")
        if not is_genuine(tap):
            log.flag(tap, "altered")
    closed = log.frame.closed_at
    for tap in log.outside:
        log.flag(tap, "after_closing" if closed and tap.received_at > closed else "after_review", "after")


def _set_rivals_aside(log: Log) -> None:
    counts = Counter(tap.id for tap in log.taps)
    for tap in log.taps:
        if counts[tap.id] > 1:
            log.rivals.setdefault(tap.id, []).append(tap)
            log.flag(tap, "rival", "rival")
        else:
            log.by_id[tap.id] = tap


def _set_strangers_aside(log: Log) -> None:
    frame, people = log.frame, log.frame.participants
    if not people:
        limit = frame.frozen_at
        people = tuple(
            dict.fromkeys(
                tap.person
                for tap in sorted(log.taps, key=lambda tap: tap.person)
                if not log.is_leaders(tap) and (limit is None or tap.received_at <= limit)
            )
        )
    log.people = people
    for tap in log.taps:
        if not log.is_free(tap) or tap.person in people or log.is_leaders(tap):
            continue
        if log.is_inside(tap) and tap.kind not in OUTSIDE_SEAL:
            log.flag(tap, "adopted", "late")
        else:
            log.flag(tap, "stranger", "flagged")


def _find_handins(log: Log) -> None:
    for tap in log.taps:
        if tap.kind != "handin" or not log.is_free(tap):
            continue
        if problems_of("handin", tap.payload):
            log.flag(tap, "unreadable", "flagged")
        else:
            log.first_handin.setdefault(tap.person, log.index[key_of(tap)])
            log.last_handin[tap.person] = log.index[key_of(tap)]


def _manifests(log: Log) -> set[Key]:
    """Everything that some hand-in's manifest covers."""
    own: dict[tuple[UUID, str], list[Tap]] = defaultdict(list)
    for tap in log.taps:
        own[tap.person, tap.device].append(tap)
    return {
        key_of(tap)
        for handin in log.taps
        if handin.kind == "handin" and log.is_free(handin)
        for tap in covered(handin.payload, own[handin.person, handin.device])
    }


def _flag_after_handin(log: Log) -> None:
    within = _manifests(log)
    for tap in log.taps:
        first, last = log.first_handin.get(tap.person), log.last_handin.get(tap.person)
        if first is None or last is None or not log.is_free(tap) or tap.kind in ("handin", "countersign"):
            continue
        index = log.index[key_of(tap)]
        if index > first and not log.is_leaders(tap):
            anew = log.is_asked_for(tap)
            refused = tap.kind in JUDGEMENTS and not anew
            log.flag(tap, "sent_back" if anew else "after_handin", "flagged" if refused else None)
        if index < last and key_of(tap) not in within and log.is_free(tap):
            log.flag(tap, "late", "late")
