"""The door: takes in what a phone sends, once, in any order, and keeps first and judges later.

The only module that inserts taps. It works on tables, not models: a tap must not wait for what a page needs, and a
visit that the sender may not see (cancelled, reassigned, unknown) is answered like any other.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp import heads, ids
from fieldapp.db import db, insert, rows_changed
from fieldapp.visits import kinds
from fieldapp.visits.models import TapRow, Visit

_TAPS: Any = TapRow.__table__
_VISITS: Any = Visit.__table__
# Built once: on the way of every tap, building a statement costs more than running it.
_OF_ID = sa.select(_TAPS.c.digest, _TAPS.c.person, _TAPS.c.received_at).where(
    _TAPS.c.id == sa.bindparam("tap")
)
_RIVALS = sa.select(_TAPS.c.digest).where(
    _TAPS.c.id == sa.bindparam("tap"), _TAPS.c.digest != sa.bindparam("known")
)
_LAST_SEQ = sa.select(sa.func.max(_TAPS.c.seq)).where(
    _TAPS.c.visit == sa.bindparam("of"),
    _TAPS.c.person == sa.bindparam("who"),
    _TAPS.c.device == sa.bindparam("phone"),
)
_HANDINS = sa.select(_TAPS.c.id).where(_TAPS.c.visit == sa.bindparam("of"), _TAPS.c.kind == "handin").limit(1)
# Shared among taps; a review, which locks the row alone, waits for those under way and is waited for by the next.
_REVIEWED = (
    sa.select(_VISITS.c.reviewed_at)
    .where(_VISITS.c.id == sa.bindparam("of"))
    .with_for_update(read=True, key_share=True)
)
_EARLIER = _TAPS.alias()
# Only ever grows, in the order of the commits; on PostgreSQL see office/snapshots.py.
_NEXT_ARRIVAL: dict[str, Any] = {
    "sqlite": sa.select(sa.func.coalesce(sa.func.max(_EARLIER.c.arrival), 0) + 1).scalar_subquery(),
    "postgresql": sa.func.nextval("taps_arrival"),
}
_BESIDE = ("payload", "arrival")  # columns that are no field of a tap as it is
GO_ON = ("to", "to_subject")  # where the form goes on; no part of what was tapped
_MOST = 2**31
_LARGEST = 2**53  # what JSON readers hold exactly; a larger device number is not a time


class Answer(Enum):
    """What became of a tap."""

    KEPT = "kept"
    REPEATED = "repeated"  # same id and content: the first answer again
    RIVAL = "rival"  # same id, other content: both kept, 409 with the acknowledgement
    FOREIGN = "foreign"  # another person's id, or a queue of somebody else: 409 without it


@dataclass(frozen=True)
class Receipt:
    """The stored tap as the phone is told of it."""

    id: UUID
    answer: Answer
    received_at: int
    digest: str = ""

    @property
    def acknowledged(self) -> bool:
        return self.answer is not Answer.FOREIGN


@dataclass(frozen=True)
class Sent:
    """A request's tap before it is stored."""

    id: UUID
    kind: str
    v: int
    payload: dict[str, Any]
    seq: int | None
    times: dict[str, Any]
    person: str  # whom the form was made for


def read(form: Mapping[str, list[str]]) -> Sent:
    """A tap from the fields of a form; raises ValueError when nothing can be kept of it."""
    kind = _first(form, "kind")
    tap_id, _choice = kinds.press(_first(form, "press"))
    if not kind or len(kind) > 40 or not kind.isascii():
        raise ValueError("malformed")
    return Sent(
        id=tap_id,
        kind=kind,
        v=_small(form, "v") or 1,
        payload=kinds.payload_of(kind, {name: values for name, values in form.items() if name not in GO_ON}),
        seq=_small(form, "seq"),  # else the server counts
        times={name: _number(form, name) for name in kinds.TIMES},
        person=_first(form, "person"),
    )


def is_foreign(sent: Sent, person: UUID) -> bool:
    """Whether the form was made for somebody else: the phone's last user, whose queue is not for this login."""
    return bool(sent.person) and sent.person != str(person)


def take_in(
    sent: Sent, *, visit: UUID, person: UUID, device: str, at: int, file: Mapping[str, Any] | None = None
) -> Receipt:
    """Store a tap and say what became of it. `file` is what the store says of a photo's bytes: sha256 and size."""
    if is_foreign(sent, person):
        return Receipt(sent.id, Answer.FOREIGN, at)
    session = db.session()
    sha256, payload, digest = _content(sent, visit, file)
    known = _known(session, sent.id, digest, person)
    if known:
        return known
    tap = kinds.stamped(
        kinds.Tap(
            id=sent.id,
            visit=visit,
            person=person,
            device=device,
            seq=sent.seq if sent.seq is not None else _next_seq(session, visit, person, device),
            kind=sent.kind,
            v=sent.v,
            payload=payload,
            received_at=_after_review(session, visit, at),
            file_sha256=sha256,
            **sent.times,
        )
    )
    written = session.execute(_keep(db.engine.dialect.name), _row(tap))
    rival = _rival(session, sent.id, digest)
    if rows_changed(written) == 0:  # the same tap came in at the same moment over another connection
        return _known(session, tap.id, digest, person) or Receipt(tap.id, Answer.REPEATED, at, digest)
    heads.add("taps", [vars(tap)], session)  # what has been acknowledged must be there
    return Receipt(tap.id, Answer.RIVAL if rival else Answer.KEPT, tap.received_at, digest)


def _content(
    sent: Sent, visit: UUID, file: Mapping[str, Any] | None
) -> tuple[str | None, dict[str, Any], str]:
    """The photo's hash, what is stored, and the digest of both."""
    sha256 = str(file["sha256"]) if file else None
    payload = {**sent.payload, **({"size": file["size"], "name": file["name"]} if file else {})}
    return sha256, payload, kinds.digest(sent.kind, sent.v, visit, payload, sha256)


def stored(
    sent: Sent, *, visit: UUID, person: UUID, session: Session, file: Mapping[str, Any] | None = None
) -> Receipt | None:
    """The receipt of this very tap, if it is in the log; of one that another has sent under its id, FOREIGN."""
    return _known(session, sent.id, _content(sent, visit, file)[2], person)


def _after_review(session: Session, visit: UUID, at: int) -> int:
    """What is stored after a review was received after it, however long its photo or an expired login took: else it
    would be part of a record that is frozen without it."""
    reviewed_at = session.scalar(_REVIEWED, {"of": visit})
    return at if reviewed_at is None else max(at, int(reviewed_at) + 1)


def _known(session: Session, tap_id: UUID, digest: str, person: UUID) -> Receipt | None:
    rows = session.execute(_OF_ID, {"tap": tap_id}).all()
    if any(row.person != person for row in rows):
        return Receipt(tap_id, Answer.FOREIGN, 0)
    first = next((row for row in rows if row.digest == digest), None)
    if first is None:
        return None
    answer = Answer.RIVAL if len(rows) > 1 else Answer.REPEATED
    return Receipt(tap_id, answer, first.received_at, digest)


def _rival(session: Session, tap_id: UUID, digest: str) -> bool:
    return session.execute(_RIVALS, {"tap": tap_id, "known": digest}).first() is not None


def has_handin(visit: UUID, session: Session) -> bool:
    """Whether somebody has handed in."""
    return session.execute(_HANDINS, {"of": visit}).first() is not None


@cache
def _keep(dialect: str) -> Any:
    """The insert that a row already there makes do nothing."""
    return insert(_TAPS).values(arrival=_NEXT_ARRIVAL[dialect]).on_conflict_do_nothing()


def last_seq(visit: UUID, person: UUID, device: str, session: Session) -> int:
    """The highest number that a person's taps from one phone carry; 0 before the first."""
    return int(session.scalar(_LAST_SEQ, {"of": visit, "who": person, "phone": device}) or 0)


def _next_seq(session: Session, visit: UUID, person: UUID, device: str) -> int:
    """Without JavaScript the server counts. A seq doubled by two requests at once is flagged, never refused."""
    return last_seq(visit, person, device, session) + 1


def _row(tap: kinds.Tap) -> dict[str, Any]:
    row = {column.name: getattr(tap, column.name) for column in _TAPS.columns if column.name not in _BESIDE}
    return {**row, "payload": kinds.canonical(tap.payload).decode()}


def last_received(session: Session) -> int:
    """The newest receipt that has been given."""
    return int(session.scalar(sa.select(sa.func.max(_TAPS.c.received_at))) or 0)


def taps_of(visit: UUID, session: Session) -> list[kinds.Tap]:
    """Every tap of a visit as the fold takes it; the caller has asked whether its viewer may see the visit."""
    return [tap_of(row) for row in session.execute(sa.select(_TAPS).where(_TAPS.c.visit == visit))]


def own_taps(visit: UUID, person: UUID, device: str, session: Session) -> list[kinds.Tap]:
    """What one person made on one phone: the base of the manifest."""
    rows = sa.select(_TAPS).where(_TAPS.c.visit == visit, _TAPS.c.person == person, _TAPS.c.device == device)
    return [tap_of(row) for row in session.execute(rows)]


def tap_of(row: Any) -> kinds.Tap:
    """A stored row as the fold takes it; raises ValueError when its content is no JSON."""
    fields = {name: value for name, value in row._mapping.items() if name not in _BESIDE}
    return kinds.Tap(**fields, payload=json.loads(row.payload))


def system_tap(
    kind: str, payload: dict[str, Any], *, visit: UUID, person: UUID, device: str, at: int
) -> Receipt:
    """A tap that a desk page makes for a person (a leader's correction): stamped by the server."""
    sent = Sent(ids.new_id(), kind, 1, payload, None, dict.fromkeys(kinds.TIMES), "")
    return take_in(sent, visit=visit, person=person, device=device, at=at)


def _first(form: Mapping[str, list[str]], name: str) -> str:
    values = form.get(name) or [""]
    return values[0]


def _small(form: Mapping[str, list[str]], name: str) -> int | None:
    """A number that counts something from one on; what no phone can have counted is taken as absent."""
    number = _number(form, name)
    return number if number and 0 < number < _MOST else None


def _number(form: Mapping[str, list[str]], name: str) -> int | None:
    """A whole number of the phone, or None: a field that cannot be read must not cost the tap."""
    text = _first(form, name).strip().split(".")[0]
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 17):
        return None
    return int(text) if abs(int(text)) < _LARGEST else None
