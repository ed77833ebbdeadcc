"""`fieldapp check`: history chains, taps, stored photos, orphans, and projections rebuilt and compared.

Each fault is a sentence that names the thing; the first line is the first broken thing. Reads only.
"""

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session

from fieldapp import history
from fieldapp.db import apart
from fieldapp.evidence.models import Original
from fieldapp.evidence.originals import FolderStore
from fieldapp.problems.models import Problem
from fieldapp.visits import attendance, kinds, parked
from fieldapp.visits.models import TapRow, Visit, VisitPerson
from fieldapp.visits.projecting import record_of
from fieldapp.visits.taps import taps_of


def faults() -> Iterator[str]:
    """Every fault found, worst first: chains, taps, photos, projections."""
    with apart() as session:
        for broken in history.verify(session):
            yield f"history {broken.stream} entry {broken.seq}: {broken.why}"
        yield from _taps(session)
        yield from _photos(session)
        yield from _problems(session)
        yield from _visits(session)


def _taps(session: Session) -> Iterator[str]:
    for visit in session.scalars(sa.select(TapRow.visit).distinct().order_by(TapRow.visit)):
        for tap in taps_of(visit, session):
            if not kinds.is_genuine(tap):
                yield f"tap {tap.id} of visit {visit}: content does not match its hashes"


def _photos(session: Session) -> Iterator[str]:
    store: FolderStore = current_app.extensions["originals"]
    rows = {row.sha256: row.size for row in session.scalars(sa.select(Original))}
    for sha256, size in sorted(rows.items()):
        if not store.exists(sha256):
            yield f"photo {sha256}: the file is missing"
        elif store.path(sha256).stat().st_size != size or not store.is_intact(sha256):
            yield f"photo {sha256}: the file is not the one that was stored"
    for sha256 in sorted(set(store.keys()) - rows.keys()):
        yield f"photo {sha256}: a file without a row (an upload cut short before its answer; not acknowledged)"
    for path in store.damaged():
        yield f"photo {path.name}: set aside because its bytes had changed"
    named = session.scalars(sa.select(TapRow.file_sha256).where(TapRow.file_sha256.is_not(None)).distinct())
    for sha256 in sorted({str(each) for each in named} - rows.keys()):
        yield f"photo {sha256}: a tap names it, nothing is stored"


def _last_target(stream: str, session: Session) -> Any:
    """The state that the newest entry of a stream with a target led to."""
    entries = session.scalars(
        sa.select(history.Entry.entry)
        .where(history.Entry.stream == stream)
        .order_by(history.Entry.seq.desc())
    )
    targets = (json.loads(entry)["payload"].get("to") for entry in entries)
    return next((target for target in targets if target), None)


def _problems(session: Session) -> Iterator[str]:
    for problem in session.scalars(sa.select(Problem).order_by(Problem.number)):
        expected = _last_target(problem.stream, session) or "draft"
        if problem.state != expected:
            yield f"problem {problem.number}: state is {problem.state}, its history says {expected}"


def _visits(session: Session) -> Iterator[str]:
    for visit in session.scalars(sa.select(Visit).order_by(Visit.day, Visit.id)):
        record = record_of(visit, session)
        expected = _last_target(visit.stream, session) or "under_way"
        if visit.state != expected:
            yield f"visit {visit.id}: state is {visit.state}, its history says {expected}"
        elif (visit.state == "handed_in") != record.is_handed_in:
            yield f"visit {visit.id}: state is {visit.state}, its taps say otherwise"
        elif visit.state == "handed_in" and visit.seal != record.seal:
            yield f"visit {visit.id}: the seal is not that of its taps"
        yield from _people(visit, session)


def _people(visit: Visit, session: Session) -> Iterator[str]:
    """Participants and words, rebuilt from the visit's history."""
    entries = history.entries(visit.stream, session)
    rebuilt = attendance.people_said(entries)
    here = set(session.scalars(sa.select(VisitPerson.person_id).where(VisitPerson.visit_id == visit.id)))
    if rebuilt is not None and here != rebuilt:
        yield f"visit {visit.id}: its people are not those of its history"
    if attendance.all_words(visit.id, session) != attendance.words_said(entries):
        yield f"visit {visit.id}: what the leader said is not what its history says"
    if parked.taken_in(visit.id, session) != parked.taken_in_said(entries):
        yield f"visit {visit.id}: what was taken in is not what its history says"
