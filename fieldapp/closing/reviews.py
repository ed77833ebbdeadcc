"""A request as the office reviews it: what it may rest on now, how long it has waited, what to compare it with."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from fieldapp import clock
from fieldapp.closing import seeing
from fieldapp.closing.grounds import Grounds
from fieldapp.closing.models import Closing, Verification
from fieldapp.closing.telling import TELLABLE
from fieldapp.db import db, system_reads
from fieldapp.deadlines.calendar import Count, working_days_between
from fieldapp.deadlines.county_rules import rules_of
from fieldapp.errors import NotVisible
from fieldapp.history import canonical, content_hash
from fieldapp.organisations.queries import one
from fieldapp.problems.models import ClosureRequest, Problem
from fieldapp.problems.queries import days_words
from fieldapp.visits import queries as visits
from fieldapp.visits.models import TapRow, Visit
from fieldapp.visits.plain import conclusion_on
from fieldapp.visits.record import Record
from fieldapp.visits.states import DONE

EARLIER_SHOWN = 5


@dataclass(frozen=True)
class Review:
    """A request with all that it may rest on, as it stands now."""

    problem: Problem
    request: ClosureRequest
    closing: Closing | None
    grounds: Grounds
    visits: tuple[Visit, ...]
    verifications: tuple[Verification, ...]
    waited: Count

    @property
    def state(self) -> str:
        return self.closing.state if self.closing else "reviewing"

    @property
    def waited_words(self) -> str:
        return days_words(self.waited).strip()

    @property
    def lacking(self) -> str:
        return self.grounds.lacking

    @property
    def seen(self) -> str:
        """Changes with whatever the reviewer would rest his word on."""
        rests = {
            "visits": sorted([str(each.id), each.state, each.seal] for each in self.visits),
            "verifications": [str(each.id) for each in self.verifications],
        }
        return content_hash({"": canonical(rests)})

    def fault_of(self, visit: Visit) -> str:
        """Why this visit does not count; empty when it does."""
        known = {each.id: each for each in self.grounds.visits}
        return self.grounds.fault(known[visit.id]) if visit.id in known else "不是这一轮整改的"


def review(problem: Problem) -> Review:
    """Of a problem that the viewer may see; raises NotVisible where its unit has asked for nothing."""
    with system_reads() as session:
        own = session.get_one(Problem, problem.id)
        asked = seeing.newest_request(problem.id, session)
        if asked is None:
            raise NotVisible
        key, day = asked.id, asked.day
        rests = seeing.visits_on(own, seeing.cycle_start(own, session), session)
        grounds = seeing.grounds_of(own, rests, seeing.verifications(key, session), session)
    ids = [each.id for each in grounds.visits]
    rows = sa.select(Visit).where(Visit.id.in_(ids)).order_by(Visit.day.desc(), Visit.id)
    verified = sa.select(Verification).where(Verification.request_id == key)
    return Review(
        problem=problem,
        request=one(ClosureRequest, key),
        closing=db.session.scalars(sa.select(Closing).where(Closing.id == key)).one_or_none(),
        grounds=grounds,
        visits=tuple(db.session.scalars(rows)),
        verifications=tuple(db.session.scalars(verified.order_by(Verification.at, Verification.id))),
        waited=waited(problem, day),
    )


def asked_before(found: Review) -> list[Closing]:
    """Earlier requests of the problem that were answered with something still to be done, newest first."""
    rows = sa.select(Closing).where(
        Closing.problem_id == found.problem.id, Closing.id != found.request.id, Closing.still != ""
    )
    return list(db.session.scalars(rows.order_by(Closing.decided_at.desc())))


def waited(problem: Problem, since: date) -> Count:
    """办内待审: working days since the unit's clock stopped."""
    return working_days_between(since, clock.today(), rules_of(problem.county.settings).overrides)


def waiting() -> list[Review]:
    """Requests that the office, a signer or an edition still has to deal with; the longest waiting first."""
    untold = sa.select(Closing.problem_id).where(Closing.edition_id.is_(None), Closing.state.in_(TELLABLE))
    rows = sa.select(Problem).where(sa.or_(Problem.state == "closure_requested", Problem.id.in_(untold)))
    found = [review(row) for row in db.session.scalars(rows.order_by(Problem.requested_on, Problem.number))]
    return sorted(found, key=lambda each: (each.request.day, each.problem.number))


@dataclass(frozen=True)
class Earlier:
    """A visit to the same counter before, to compare with."""

    visit: Visit
    record: Record
    conclusion: str

    def took(self, label: str) -> int | None:
        return next((each.ms for each in self.record.phases if each.label == label and not each.n), None)


def earlier(seen: Visit, problem_id: UUID) -> list[Earlier]:
    """Handed-in visits to a visit's counter up to its day, itself first, then by day."""
    if seen.counter_id is None:
        return []
    rows = sa.select(Visit).where(
        Visit.counter_id == seen.counter_id, Visit.day <= seen.day, Visit.state.in_(DONE), Visit.id != seen.id
    )
    others = db.session.scalars(rows.order_by(Visit.day.desc(), Visit.id).limit(EARLIER_SHOWN)).all()
    found = [(row, visits.record(row)) for row in (seen, *others)] if others else []
    return [Earlier(row, record, conclusion_on(record, str(problem_id))) for row, record in found]


def used_elsewhere(seen: Visit, record: Record) -> dict[str, list[Visit]]:
    """Photos of a visit whose very bytes another visit holds too, with those visits that the viewer may see."""
    shown = {photo.file_sha256 for photo in record.photos if photo.file_sha256}
    rows = sa.select(TapRow.file_sha256, TapRow.visit).where(
        TapRow.file_sha256.in_(shown), TapRow.visit != seen.id
    )
    pairs = {(row.file_sha256, row.visit) for row in db.session.execute(rows)}
    others = sa.select(Visit).where(Visit.id.in_({visit for _, visit in pairs})).order_by(Visit.day)
    known = list(db.session.scalars(others))
    found = {sha256: [row for row in known if (sha256, row.id) in pairs] for sha256, _ in pairs}
    return {sha256: rows for sha256, rows in found.items() if rows}
