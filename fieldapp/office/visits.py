"""Visits against their logs and histories: state, seal, people, and all that `begin` froze."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp import history
from fieldapp.office.finding import Finding, Progress, guarded
from fieldapp.office.problems import content_said, payloads, target_said
from fieldapp.visits import attendance, parked
from fieldapp.visits.joining import knowers_hash
from fieldapp.visits.models import Visit, VisitKnower, VisitPerson
from fieldapp.visits.projecting import record_of
from fieldapp.visits.states import DONE

KIND = "回访"
LABELS = {
    "under_way": "还在记", "collected": "等会签", "handed_in": "已交", "sent_back": "退回补充", "checked": "组长核过",
    "reviewed": "审过",
}  # fmt: skip
UNFOLDED = "有的记录读不出来，状态没法核对"


def findings(session: Session, progress: Progress) -> Iterator[Finding]:
    """By day."""
    keys = list(session.scalars(sa.select(Visit.id).order_by(Visit.day, Visit.id)))
    old = 0
    for n, key in enumerate(keys):
        progress("核对回访", n, len(keys))
        entries = history.entries(f"visit:{key}", session)
        said = payloads(entries)
        old += content_said(said) is None
        for look, why in ((_row, "内容读不出来"), (_record, UNFOLDED), (_people, "历史读不出来")):
            yield from guarded(KIND, key, why, look, key, entries, session)
    if old:
        yield Finding(KIND, f"有 {old} 次是旧版本开始的，冻结的内容没有指纹，没法核对", is_note=True)


def _row(key: UUID, entries: list[history.Entry], session: Session) -> Iterator[Finding]:
    """What stands in the row, against what the history wrote down."""
    visit, said = session.get_one(Visit, key), payloads(entries)
    written = content_said(said)
    if written is not None and written != visit.content_hash:
        yield Finding(KIND, f"{key}：开始时冻结的内容被改过")
    knew = next((each["knowers"] for each in said if "knowers" in each), None)
    here = sa.select(VisitKnower.person_id).where(VisitKnower.visit_id == key)
    if knew is not None and knew != knowers_hash(session.scalars(here)):
        yield Finding(KIND, f"{key}：知道这次安排的名单被改过")
    sealed = [entry for entry in entries if entry.action == "hand_in"]
    seal = sealed[-1].fields["payload"]["seal"] if sealed else ""
    if visit.seal != seal:
        yield Finding(KIND, f"{key}：封存的指纹不是历史记下的那个")
    reviewed = next((entry.at for entry in entries if entry.action == "review"), None)
    if visit.reviewed_at != reviewed:
        yield Finding(KIND, f"{key}：审核的时间和历史不一样")
    asked = next((entry for entry in reversed(entries) if entry.action in ("send_back", "hand_in")), None)
    missing = asked.fields["payload"]["missing"] if asked and asked.action == "send_back" else ""
    if visit.missing != missing:
        yield Finding(KIND, f"{key}：退回时写的缺什么和历史不一样")
    if visit.handed_in_at != (sealed[0].at if sealed else None):
        yield Finding(KIND, f"{key}：交记录的时间和历史不一样")


def _record(key: UUID, entries: list[history.Entry], session: Session) -> Iterator[Finding]:
    """The state, against history and log."""
    visit = session.get_one(Visit, key)
    record = record_of(visit, session)
    expected = target_said(payloads(entries)) or "under_way"
    state = LABELS.get(visit.state, visit.state)
    if visit.state != expected:
        yield Finding(KIND, f"{key}：状态是{state}，历史说{LABELS.get(expected, expected)}")
    elif visit.state != "sent_back" and (visit.state in DONE) != record.is_handed_in:
        yield Finding(KIND, f"{key}：状态是{state}，记录说不是")
    elif visit.state in DONE and visit.seal != record.seal:
        yield Finding(KIND, f"{key}：封存的指纹不是这些记录的")


def _people(key: UUID, entries: list[history.Entry], session: Session) -> Iterator[Finding]:
    """Participants and words, rebuilt from the visit's history."""
    rebuilt: Any = attendance.people_said(entries)
    here = set(session.scalars(sa.select(VisitPerson.person_id).where(VisitPerson.visit_id == key)))
    if rebuilt is not None and here != rebuilt:
        yield Finding(KIND, f"{key}：参加的人和历史不一样")
    if attendance.all_words(key, session) != attendance.words_said(entries):
        yield Finding(KIND, f"{key}：组长说谁去了，和历史不一样")
    if parked.taken_in(key, session) != parked.taken_in_said(entries):
        yield Finding(KIND, f"{key}：收进来的人和历史不一样")
