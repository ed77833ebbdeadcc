"""The office's decision on what an exported file brought: into the log, as if through the door, or aside."""

import json
import logging
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fieldapp import history
from fieldapp.db import db, system_reads
from fieldapp.errors import RuleBroken
from fieldapp.evidence.originals import Refused
from fieldapp.visits import kept_requests, quarantine, taps
from fieldapp.visits.models import Visit
from fieldapp.visits.quarantine_models import Quarantined, QuarantineDecision

log = logging.getLogger("fieldapp")


def decide(visit: UUID, person: UUID, adopt: bool, reason: str, *, by: Any, at: int) -> None:
    """A row with who, when and why, and an entry in the visit's history if there is one by then."""
    if person == by.person_id:
        raise RuleBroken("自己的记录让另一位来定", "decision")
    with system_reads() as session:
        group = quarantine.group_in(session, visit, person, by.county_id)
        if group.is_settled:
            raise RuleBroken("已经收进来了", "decision")
        kept = quarantine.rows(session, visit, person)
        taken = sum(_take_in(row, at) for row in kept) if adopt else 0
        row = QuarantineDecision(
            visit=visit,
            person_id=person,
            n=len(group.decisions) + 1,
            county_id=by.county_id,
            outcome="taken" if adopt else "aside",
            reason=reason.strip(),
            records=group.records,
            taken=taken,
            by_id=by.person_id,
            at=at,
        )
        _add(session, row)
        _tell(session, row, by)


def _add(session: Session, row: QuarantineDecision) -> None:
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        raise RuleBroken("刚才有人定过了，刷新再看", "decision") from error


def _take_in(row: Quarantined, at: int) -> bool:
    """Whether it is in the log now. One that the server cannot take in stays where it is and costs no other."""
    try:
        with db.session.begin_nested():
            sent, file = _request(row, at)
            receipt = taps.take_in(
                sent, visit=row.visit, person=row.person_id, device=row.device, at=at, file=file
            )
            if receipt.acknowledged:
                kept_requests.follow(sent, visit=row.visit, person=row.person_id, at=at)
            return receipt.acknowledged
    except (ValueError, Refused):
        return False
    except Exception:
        log.exception("a record out of a file could not be taken in")
        return False


def _request(row: Quarantined, at: int) -> tuple[taps.Sent, dict[str, Any] | None]:
    if row.raw is not None:
        kept = kept_requests.read(row.raw, row.content_type)
        return kept.sent, kept_requests.keep_photo(kept, at=at)
    file = (
        {"sha256": row.file_sha256, "size": row.file_size, "name": row.file_name} if row.file_sha256 else None
    )
    return taps.read(json.loads(row.fields)), file


def _tell(session: Session, row: QuarantineDecision, by: Any) -> None:
    visit = session.get(Visit, row.visit)
    if visit is None:
        return
    said = {"person": str(row.person_id), "reason": row.reason, "records": row.records, "taken": row.taken}
    action = "take_from_file" if row.outcome == "taken" else "leave_in_file"
    history.append(visit.stream, action, actor=by.actor, at=row.at, payload=said, session=session)
