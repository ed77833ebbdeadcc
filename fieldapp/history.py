"""The append-only hash chain: one stream a problem, one a visit (shared decisions: one linear chain per thing,
so that a package can carry its own and a gap tells nothing of a neighbour).

An entry is hashed as the string it is stored as, so a verifier never has to re-canonicalise JSON.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from fieldapp import heads
from fieldapp.clock import utc_text
from fieldapp.db import Base, Instant, Text, db
from fieldapp.db import table as bare
from fieldapp.ids import read_id

GENESIS = "0" * 64


class Entry(Base):
    """One row of a stream. `entry` is the canonical JSON that `hash` is of; the other columns repeat parts of it."""

    __tablename__ = "history"
    __table_args__ = (
        sa.UniqueConstraint("stream", "prev_hash"),  # a fork is impossible even without the lock
    )
    stream: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[Instant]
    action: Mapped[str] = mapped_column(sa.String(60))
    entry: Mapped[Text]
    prev_hash: Mapped[str] = mapped_column(sa.String(64))
    hash: Mapped[str] = mapped_column(sa.String(64))

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        """Nobody reads a stream by itself: a feature shows what its viewer may see of it (`entries` as system)."""
        return sa.false()

    @property
    def fields(self) -> dict[str, Any]:
        """The parsed entry: seq, at, actor, action, stream, payload, prev_hash."""
        return dict(json.loads(self.entry))


@dataclass(frozen=True)
class Broken:
    """The first entry of a stream that does not follow from the one before."""

    stream: str
    seq: int
    why: str


def append(
    stream: str,
    action: str,
    *,
    actor: str,
    at: int,
    payload: Mapping[str, Any],
    session: Session | None = None,
) -> str:
    """Add an entry, move the stream's head, and return the entry's hash. The caller holds the lock of the thing."""
    session = session or db.session()
    table = bare(Entry)
    head = session.execute(
        sa.select(table.c.seq, table.c.hash)
        .where(table.c.stream == stream)
        .order_by(table.c.seq.desc())
        .limit(1)
    ).first()
    seq, prev = (head.seq + 1, head.hash) if head else (1, GENESIS)
    row = _row(stream, seq, prev, action, actor=actor, at=at, payload=payload)
    session.execute(sa.insert(table).values(**row))
    heads.move(stream, seq, str(row["hash"]), session, after=(seq - 1, prev))
    return str(row["hash"])


def append_first(payloads: Mapping[str, Mapping[str, Any]], action: str, *, actor: str, at: int) -> None:
    """The first entry of each of these new streams, all in one statement."""
    rows = [
        _row(stream, 1, GENESIS, action, actor=actor, at=at, payload=payload)
        for stream, payload in payloads.items()
    ]
    db.session.execute(sa.insert(bare(Entry)), rows)
    heads.begin({row["stream"]: row["hash"] for row in rows}, db.session())


def _row(
    stream: str, seq: int, prev: str, action: str, *, actor: str, at: int, payload: Mapping[str, Any]
) -> dict[str, Any]:
    entry = canonical(
        {
            "action": action,
            "actor": actor,
            "at": utc_text(at),
            "payload": dict(payload),
            "prev_hash": prev,
            "seq": seq,
            "stream": stream,
        }
    )
    digest = hashlib.sha256(entry.encode()).hexdigest()
    return {
        "stream": stream,
        "seq": seq,
        "at": at,
        "action": action,
        "entry": entry,
        "prev_hash": prev,
        "hash": digest,
    }


def content_hash(content: Mapping[str, Any], columns: int = 1) -> str:
    """What an entry says of a thing's content. The number in front names the columns it is of: where they change, the
    next number begins, and older entries are no longer compared."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return f"{columns}:{hashlib.sha256(text.encode()).hexdigest()}"


def canonical(value: Mapping[str, Any]) -> str:
    """JSON with sorted keys and no spaces. Floats are refused: their text differs between writers."""

    def check(part: Any) -> None:
        if isinstance(part, float):
            raise TypeError("a float in a hashed entry; write it as text")
        children: Iterable[Any] = (
            part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
        )
        for child in children:
            check(child)

    check(dict(value))
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def person_of(actor: str) -> UUID | None:
    """Who took a step; None where it was the system."""
    return read_id(actor.removeprefix("person:"))


def entries(stream: str, session: Session) -> list[Entry]:
    """A stream in order; `session` is a system session."""
    return list(session.scalars(sa.select(Entry).where(Entry.stream == stream).order_by(Entry.seq)))


def verify(session: Session) -> Iterator[Broken]:
    """The first broken entry of each stream, streams in name order."""
    stream, seq, prev, bad = "", 0, GENESIS, False
    for row in session.scalars(
        sa.select(Entry).order_by(Entry.stream, Entry.seq).execution_options(yield_per=500)
    ):
        if row.stream != stream:
            stream, seq, prev, bad = row.stream, 0, GENESIS, False
        if bad:
            continue
        why = _fault(row, seq + 1, prev)
        if why:
            bad = True
            yield Broken(row.stream, row.seq, why)
        seq, prev = row.seq, row.hash


def _fault(row: Entry, seq: int, prev: str) -> str:
    if row.seq != seq:
        return f"第 {seq} 条不见了"
    if row.prev_hash != prev:
        return "接不上前一条"
    if hashlib.sha256(row.entry.encode()).hexdigest() != row.hash:
        return "内容和它的指纹对不上"
    try:
        fields = row.fields
        copied = tuple(fields[name] for name in ("stream", "seq", "prev_hash", "action", "at"))
    except (ValueError, TypeError, KeyError):
        return "内容读不出来"
    if copied != (row.stream, row.seq, row.prev_hash, row.action, utc_text(row.at)):
        return "旁边的栏目和这一条说的不一样"
    return ""
