"""From log to state: what a tap changes beyond the log. A projection may be rebuilt at any time (`fieldapp check`).

Runs as system, after the tap has been committed. A tap that changes nothing here (most do not) costs one look-up.
"""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp import history
from fieldapp.db import SYSTEM, system_reads
from fieldapp.organisations.models import TeamMembership
from fieldapp.visits.briefing import frame_of
from fieldapp.visits.joining import Asked, day_of, fit_of, join, make
from fieldapp.visits.models import ParkedDecision, Visit, VisitPerson
from fieldapp.visits.numbering import next_number
from fieldapp.visits.record import Record
from fieldapp.visits.states import visit_flow
from fieldapp.visits.taps import has_handin, taps_of
from fieldapp.visits.timeline import fold
from fieldapp.visits.waiting import is_all_in

MOVES_STATE = frozenset({"handin", "countersign"})


def project(visit_id: UUID, kind: str, payload: dict[str, Any], person: UUID, at: int) -> None:
    """Bring visit and history up to date after a tap has been stored. The row's lock comes before the log is read:
    of two taps that come in at once, the second must see the first."""
    with system_reads() as session:
        if kind == "begin":
            _begin(session, Asked(visit_id, payload, person, day_of(session, visit_id, person, at)), at)
        elif not _lock(session, visit_id):
            return
        if kind in MOVES_STATE or has_handin(visit_id, session):
            visit = session.get(Visit, visit_id)
            if visit is not None:  # with a begin, what came before it may be all that the visit waited for
                advance(session, visit, person, at)


def concerns(visit_id: UUID, kind: str) -> bool:
    """Whether a tap may change more than the log: most do not, and then no write transaction is begun."""
    if kind == "begin" or kind in MOVES_STATE:
        return True
    with system_reads() as session:
        return has_handin(visit_id, session)


def _lock(session: Session, visit_id: UUID) -> bool:
    """Whether the visit is there; the key alone, for most taps change nothing of it."""
    return session.scalar(sa.select(Visit.id).where(Visit.id == visit_id).with_for_update()) is not None


def _begin(session: Session, asked: Asked, at: int) -> None:
    """A plan's visit, an unplanned one, or somebody who joins one. What fits nothing stays parked."""
    visit = session.get(Visit, asked.visit_id, with_for_update=True)
    fit = fit_of(session, visit, asked)
    actor = f"person:{asked.person}"
    if fit.why is not None:
        return
    if visit is None:
        make(session, asked, fit, actor=actor, at=at)
    elif join(session, visit.id, asked.person):
        joined = {"person": str(asked.person)}
        history.append(visit.stream, "join", actor=actor, at=at, payload=joined, session=session)


def record_of(visit: Visit, session: Session) -> Record:
    """The folded record of a visit; `session` is a system session, the caller has asked who may see it."""
    return fold(taps_of(visit.id, session), frame(visit, session))


def frame(visit: Visit, session: Session) -> Any:
    """The frozen briefing with the visit's people and the leaders who may settle."""
    found: dict[str, set[UUID]] = {"took part": set(), "leads": set(), "admitted": set()}
    for part, person in session.execute(_PARTS, {"visit": visit.id, "team": visit.team_id}):
        found[part].add(person)
    return frame_of(
        visit.briefing,
        participants=tuple(sorted(found["took part"])),
        admitted=tuple(sorted(found["admitted"])),
        leaders=tuple(sorted(found["leads"])),
        frozen_at=visit.handed_in_at,
        reviewed_at=visit.reviewed_at,
        sent_back=_returns(visit, session) if visit.handed_in_at else (),
    )


def _returns(visit: Visit, session: Session) -> tuple[tuple[int, int | None], ...]:
    """From each return to the hand-in that answered it; the last may still be open."""
    spans: list[tuple[int, int | None]] = []
    for entry in history.entries(visit.stream, session):
        if entry.action == "send_back":
            spans.append((entry.at, None))
        elif entry.action == "hand_in" and spans and spans[-1][1] is None:
            spans[-1] = (spans[-1][0], entry.at)
    return tuple(spans)


_PARTS: Any = sa.union_all(  # one statement: every page of a running visit asks it
    sa.select(sa.literal("took part"), VisitPerson.person_id).where(
        VisitPerson.visit_id == sa.bindparam("visit")
    ),
    sa.select(sa.literal("leads"), TeamMembership.person_id).where(
        TeamMembership.team_id == sa.bindparam("team"), TeamMembership.leads.is_(True)
    ),
    sa.select(sa.literal("admitted"), ParkedDecision.person_id).where(
        ParkedDecision.visit == sa.bindparam("visit"), ParkedDecision.outcome == "late"
    ),
)


def advance(session: Session, visit: Visit, person: UUID, at: int) -> None:
    """Handed in when every manifest is complete, all but the last have countersigned this seal, nothing conflicts;
    and back again when a late tap has changed the record."""
    record = record_of(visit, session)

    def take(step: str, **more: str) -> None:
        facts = {"seal": record.seal, **more}
        actor = f"person:{person}"
        visit_flow.take(visit, step, by=SYSTEM, at=at, actor=actor, facts=facts, session=session)

    if visit.state == "under_way" and is_all_in(record):  # whatever is still missing
        take("collect")
    is_new = visit.state == "collected" or (visit.state == "sent_back" and record.seal != visit.seal)
    if is_new and record.is_handed_in:
        first = visit.handed_in_at is None
        take("hand_in", **({"number": str(next_number(visit, at, session))} if first else {}))
        visit.seal, visit.handed_in_at, visit.missing = record.seal, visit.handed_in_at or at, ""
    elif visit.state in ("handed_in", "checked") and not record.is_handed_in:
        take("void")
    session.flush()
