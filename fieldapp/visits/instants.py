"""When each tap happened, in server time, and the order of all taps. Pure; knows clocks, not kinds.

Within one page's life (device + origin) taps are placed by the monotonic clock, hung up at the one tap whose
offset was measured last. Two things break the bond between wall and monotonic clock: somebody moves the
wall clock, or the phone sleeps and its monotonic clock stands still (many phones do). The next measured
offset tells which: a moved clock changes the offset by the jump, a sleep leaves it. Until one is measured
the monotonic clock is believed, and the times beyond the jump are doubtful.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from uuid import UUID

from fieldapp.visits.holding import is_instant
from fieldapp.visits.kinds import Tap
from fieldapp.visits.record import CHECKED, PHONE, SERVER

JUMP_MS = 2_000  # less is the clocks' own drift
MOVED_MS = 10_000  # between pages or measurements; less may be a slow network's error
Key = tuple[UUID, str]


@dataclass(frozen=True)
class When:
    at: int
    source: str
    doubtful: bool = False


def key_of(tap: Tap) -> Key:
    return tap.id, tap.digest


def instants(taps: Iterable[Tap]) -> dict[Key, When]:
    """The instant of every tap, from device times alone where there are any."""
    taps = list(taps)
    pages: dict[tuple[str, object], list[Tap]] = defaultdict(list)
    for tap in taps:
        page = tap.origin_ms is not None and tap.mono_ms is not None and tap.wall_ms is not None
        pages[tap.device, tap.origin_ms if page else key_of(tap)].append(tap)
    moved = _moved_after(taps)
    found: dict[Key, When] = {}
    for group in pages.values():
        if group[0].wall_ms is None:
            found |= {key_of(tap): When(tap.received_at, SERVER) for tap in group}
        else:
            found |= _place(group, moved)
    return found | {
        key_of(tap): When(tap.received_at, SERVER, doubtful=True)
        for tap in taps
        if not is_instant(found[key_of(tap)].at)
    }


def _measured(tap: Tap) -> int | None:
    """The server's instant of the contact at which the tap's offset was measured."""
    return None if tap.offset_ms is None or tap.offset_at is None else tap.offset_at + tap.offset_ms


def _moved_after(taps: Iterable[Tap]) -> set[tuple[str, int]]:
    """Measurements (device, instant) that the device's next one contradicts: its clock was moved."""
    offsets: dict[str, dict[int, int]] = defaultdict(dict)
    for tap in taps:
        measured = _measured(tap)
        if measured is not None and tap.offset_ms is not None:
            known = offsets[tap.device].get(measured, tap.offset_ms)
            offsets[tap.device][measured] = min(known, tap.offset_ms)
    return {
        (device, earlier[0])
        for device, measured_offsets in offsets.items()
        for earlier, later in pairwise(sorted(measured_offsets.items()))
        if abs(later[1] - earlier[1]) > MOVED_MS
    }


def _place(taps: list[Tap], moved: set[tuple[str, int]]) -> dict[Key, When]:
    """One page's taps by the monotonic clock; also a single tap that has only a wall clock."""
    ordered = sorted(taps, key=lambda tap: (tap.mono_ms or 0, tap.seq, tap.id, tap.digest))
    witnesses = _witnesses(ordered)
    anchor = witnesses[-1] if witnesses else 0
    slept, undecided = _judge_jumps(ordered, witnesses)
    clock = [
        (tap.mono_ms or 0) + sum(ms for i, ms in slept.items() if i <= n) for n, tap in enumerate(ordered)
    ]
    held = ordered[anchor]
    base = (held.wall_ms or 0) + (held.offset_ms or 0) - clock[anchor]
    stale = held.offset_at is not None and (held.wall_ms or 0) < held.offset_at - JUMP_MS
    stale = stale or (held.device, _measured(held)) in moved
    source = PHONE if held.offset_ms is None else CHECKED
    found = {}
    for n, tap in enumerate(ordered):
        between = any(min(n, anchor) < i <= max(n, anchor) for i in undecided)
        found[key_of(tap)] = When(base + clock[n], source, stale or between)
    return found


def _witnesses(ordered: Sequence[Tap]) -> list[int]:
    """The first tap after each new measurement: nobody had much time to move the clock before it."""
    found: list[int] = []
    newest: int | None = None
    for n, tap in enumerate(ordered):
        measured = _measured(tap)
        if measured is not None and (newest is None or measured > newest):
            newest = measured
            found.append(n)
    if not found:
        found = [n for n, tap in enumerate(ordered) if tap.offset_ms is not None][:1]
    return found


def _judge_jumps(ordered: Sequence[Tap], witnesses: list[int]) -> tuple[dict[int, int], set[int]]:
    """Jumps between wall and monotonic clock, by the tap they come before: (slept ms, not yet decided)."""
    drift = [(tap.wall_ms or 0) - (tap.mono_ms or 0) for tap in ordered]
    jumps = {
        n: drift[n] - drift[n - 1] for n in range(1, len(drift)) if abs(drift[n] - drift[n - 1]) > JUMP_MS
    }
    slept: dict[int, int] = {}
    undecided = set(jumps)
    for earlier, later in pairwise(witnesses):
        here = {n: ms for n, ms in jumps.items() if _is_between(ordered, n, earlier, later)}
        if not here or not _measured_after(ordered, max(here), later):
            continue
        undecided -= set(here)
        change = (ordered[earlier].offset_ms or 0) - (ordered[later].offset_ms or 0)
        back = sum(ms for ms in here.values() if ms < 0)  # a monotonic clock never runs ahead: surely moved
        forward = sum(ms for ms in here.values() if ms > 0)
        if abs(change - back) < abs(change - back - forward):
            slept |= {n: ms for n, ms in here.items() if ms > 0}
    return slept, undecided


def _is_between(ordered: Sequence[Tap], jump: int, earlier: int, later: int) -> bool:
    """Whether a jump fell between the measurements of two witnesses. The earlier one may itself come after the jump
    and bring an offset from before it: that of the answer to the tap that went before a sleep."""
    return earlier < jump <= later or (jump == earlier and not _measured_after(ordered, jump, earlier))


def _measured_after(ordered: Sequence[Tap], jump: int, witness: int) -> bool:
    """Whether the witness's offset was measured after the jump, and so can tell what it was."""
    tap, before = ordered[witness], ordered[jump - 1]
    mono = (tap.offset_at or 0) - (tap.wall_ms or 0) + (tap.mono_ms or 0)
    return mono >= (before.mono_ms or 0) - JUMP_MS


def in_order(taps: Iterable[Tap], when: dict[Key, When]) -> Iterator[Tap]:
    """Per person and device by seq, across them by instant, ties by id."""
    streams: dict[tuple[UUID, str], list[Tap]] = defaultdict(list)
    for tap in taps:
        streams[tap.person, tap.device].append(tap)
    heap: list[tuple[int, UUID, str, int, int]] = []
    queues = [
        sorted(stream, key=lambda tap: (tap.seq, when[key_of(tap)].at, tap.id, tap.digest))
        for _, stream in sorted(streams.items())
    ]
    for n, queue in enumerate(queues):
        heap.append((when[key_of(queue[0])].at, *key_of(queue[0]), n, 0))
    heapq.heapify(heap)
    while heap:
        *_, n, place = heapq.heappop(heap)
        yield queues[n][place]
        if place + 1 < len(queues[n]):
            following = queues[n][place + 1]
            heapq.heappush(heap, (when[key_of(following)].at, *key_of(following), n, place + 1))


def doubting_steps_back(ordered: Iterable[Tap], when: dict[Key, When]) -> dict[Key, When]:
    """The same instants; one that lies before its predecessor on the same device is doubtful."""
    latest: dict[tuple[UUID, str], int] = {}
    found = dict(when)
    for tap in ordered:
        stream, at = (tap.person, tap.device), when[key_of(tap)].at
        if at < latest.get(stream, at) - MOVED_MS:
            found[key_of(tap)] = replace(when[key_of(tap)], doubtful=True)
        latest[stream] = max(at, latest.get(stream, at))
    return found
