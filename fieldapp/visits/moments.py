"""What the stopwatch shows: stages, phases, timers, stuck. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from uuid import UUID

from fieldapp.visits.effects import Entry
from fieldapp.visits.frame import Frame
from fieldapp.visits.kinds import AGO, STAGE_LABELS
from fieldapp.visits.log import Log
from fieldapp.visits.stopwatch import (
    Begun,
    Moment,
    OtherMoment,
    Phase,
    Role,
    Span,
    StageTime,
    Stuck,
    Watch,
)

LAST_COUNTS = frozenset({"settle", "collect", "leave"})  # of repeated presses; elsewhere the first
Place = tuple[int, int]
BESIDE = "陪同办事"
DOES = ("办事", BESIDE)  # whoever has the first of these roles is timed
FIXED = ("plan", "briefing", "service_point", "counter", "scenario")
# 等候, 办理, 全程: label -> (start codes by preference, end code)
TIMED = {
    "等候": (("ticket", "arrive"), "call"),
    "办理": (("accept",), "settle"),
    "全程": (("arrive",), "leave"),
}


def text_of(entry: Entry, name: str) -> str | None:
    """A text field as one text; a form that sent it twice gives both."""
    value = entry.payload.get(name)
    if value is None or isinstance(value, dict):
        return None
    return "，".join(map(str, value)) if isinstance(value, list) else str(value)


def by_instant(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=place_of)


def place_of(entry: Entry) -> Place:
    """Where an entry stands among all by its instant."""
    return _at(entry), entry.index


def begun(entries: Iterable[Entry], log: Log) -> Begun | None:
    """The first begin fixes place and scenario; one that says otherwise is flagged."""
    ordered = by_instant(entries)
    if not ordered:
        return None
    fixed = ordered[0].payload
    for e in ordered[1:]:
        if any(e.payload.get(name) not in (None, fixed.get(name)) for name in FIXED):
            log.flag(e.tap, "begin_differs")
    e, briefing = ordered[0], fixed.get("briefing")
    number = briefing if isinstance(briefing, int) else None
    place = (text_of(e, name) for name in ("service_point", "counter", "scenario"))
    return Begun(e.at, e.person, e.tap.id, e.when.source, text_of(e, "plan"), number, *place)


def roles(entries: Iterable[Entry], log: Log) -> tuple[Role, ...]:
    """Per person; the last one said. Nobody goes along without the consent of whose business it is."""
    last = {e.person: e for e in by_instant(entries)}
    found = []
    for e in last.values():
        role, said = text_of(e, "role") or "", e.payload.get("consent")
        consent = said if isinstance(said, bool) else None
        if role == BESIDE and not consent:
            log.flag(e.tap, "no_consent")
        found.append(Role(e.person, role, consent, e.at, e.tap.id))
    return tuple(sorted(found, key=lambda role: (role.at, role.person)))


def doer_of(people: Sequence[Role], entries: Iterable[Entry]) -> UUID | None:
    """Whose stage times count: the first with 办事, else with 陪同办事, else who first pressed a stage."""
    for name in DOES:
        for role in people:
            if role.role == name:
                return role.person
    first = by_instant(entries)
    return first[0].person if first else None


def _at(entry: Entry) -> int:
    """An entry's instant; 刚才忘按 moves a stage's back, unless a correction named the instant itself."""
    ago = entry.payload.get("ago_s") if entry.tap.kind == "stage" else None
    return entry.at if entry.is_moved or ago not in AGO else entry.at - int(ago) * 1000


def _moment(e: Entry) -> Moment:
    ago, at = e.payload.get("ago_s"), _at(e)
    said, stage = e.tap.payload.get("ago_s"), str(e.tap.payload.get("stage", ""))
    before = e.when.at - (int(said) * 1000 if said in AGO else 0)
    return Moment(
        at, e.person, e.tap.id, e.when.source, e.when.doubtful, e.tap.wall_ms, ago if ago in AGO else None,
        text_of(e, "why"), before if at != before else None, stage if stage != e.payload["stage"] else None,
        e.corrected_by, e.reason,
    )  # fmt: skip


def stages(entries: Iterable[Entry], frame: Frame, doer: UUID | None) -> tuple[StageTime, ...]:
    """Every recorded stage in the scenario's order, those it does not know after them by instant."""
    pressed: dict[str, dict[UUID, list[Moment]]] = defaultdict(lambda: defaultdict(list))
    for e in by_instant(entries):
        pressed[str(e.payload["stage"])][e.person].append(_moment(e))
    found = [_stage_time(code, people, frame, doer) for code, people in pressed.items()]
    place = {stage.code: n for n, stage in enumerate(frame.stages)}
    return tuple(sorted(found, key=lambda s: (place.get(s.code, len(place)), s.at, s.code)))


def _stage_time(code: str, people: dict[UUID, list[Moment]], frame: Frame, doer: UUID | None) -> StageTime:
    counting = -1 if code in LAST_COUNTS else 0
    first = min(people, key=lambda person: (people[person][counting].at, person))
    timed = doer if doer in people else first
    moment = people[timed][counting]
    others = tuple(
        OtherMoment(other[counting], apart, abs(apart) > frame.apart_ms)
        for person, other in sorted(people.items())
        if person != timed
        for apart in [other[counting].at - moment.at]
    )
    again = tuple(m for m in people[timed] if m is not moment)
    return StageTime(code, label_of(code, frame), moment, again, others)


def label_of(code: str, frame: Frame) -> str:
    return next((s.label for s in frame.stages if s.code == code), STAGE_LABELS.get(code, code))


def phases(recorded: Sequence[StageTime]) -> tuple[Phase, ...]:
    """等候 = 叫号 − 取号 (or − 到达), 办理 = 办结 − 受理, 全程 = 离开 − 到达; only those with both ends."""
    at = {stage.code: stage for stage in recorded}
    found = []
    for label, (starts, end) in TIMED.items():
        start = next((at[code] for code in starts if code in at), None)
        if start and end in at:
            found.append(_phase(label, start, at[end]))
    return tuple(found)


def between(recorded: Sequence[StageTime], frame: Frame) -> tuple[Phase, ...]:
    """From each stage to the next that followed, under the stage's own label where it has one."""
    named = {stage.code: stage.phase_label for stage in frame.stages}
    following = pairwise(sorted(recorded, key=lambda stage: stage.at))
    return tuple(_phase(label, a, b) for a, b in following if (label := named.get(a.code)))


def _phase(label: str, start: StageTime, end: StageTime) -> Phase:
    doubtful, two = start.doubtful or end.doubtful, start.moment.by != end.moment.by
    return Phase(label, start.code, end.code, start.at, end.at, doubtful, two)


def stuck(entries: Iterable[Entry], pressed: Iterable[Entry]) -> tuple[Stuck, ...]:
    own: dict[UUID, list[Entry]] = defaultdict(list)
    for e in by_instant(pressed):
        own[e.person].append(e)
    found = []
    for e in by_instant(entries):
        before = [str(s.payload["stage"]) for s in own[e.person] if place_of(s) < place_of(e)]
        reason, stage = str(e.payload["reason"]), before[-1] if before else None
        found.append(Stuck(reason, text_of(e, "text"), e.person, e.at, e.tap.id, stage, e.corrected_by))
    return tuple(found)


def watches(entries: Iterable[Entry], log: Log) -> tuple[Watch, ...]:
    """The observer's parallel timers; a second start, or a stop of nothing, has no effect."""
    timers: dict[tuple[UUID, str], list[Span]] = {}
    for e in by_instant(entries):
        spans = timers.setdefault((e.person, str(e.payload["what"])), [])
        running = bool(spans) and spans[-1].end is None
        if e.payload["edge"] == "start" and running:
            log.flag(e.tap, "watch_running", "flagged")
        elif e.payload["edge"] == "start":
            spans.append(Span(e.at, None, e.tap.id, None, e.when.doubtful))
        elif running:
            begun_span = spans.pop()
            doubtful = begun_span.doubtful or e.when.doubtful
            spans.append(Span(begun_span.start, e.at, begun_span.start_tap, e.tap.id, doubtful))
        else:
            log.flag(e.tap, "watch_not_running", "flagged")
    return tuple(Watch(what, by, tuple(spans)) for (by, what), spans in sorted(timers.items()) if spans)
