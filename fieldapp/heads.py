"""What the database must hold, under a key that does not lie in it (keys/heads.key).

A head is a name, a number and a hash with their HMAC. It says where a history stream ends, which version of a sealed
plan is the newest, how many rows of a table that only grows somebody has, and what a row that may change says now.
`all:<kind>` counts the heads of a kind, so that none goes with everything that it speaks of. A head is moved in the
transaction of what it protects. What did not follow from its head is never signed anew: the HMAC stays empty from then
on, and `fieldapp check` says so.
"""

import hashlib
import hmac
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Mapped, Mapper, mapped_column, object_session

from fieldapp.db import Base, insert, rows_changed
from fieldapp.db import table as bare

START = "0" * 64
REGISTER = "all"


class Head(Base):
    """One end. Forward only: triggers refuse a number that does not grow."""

    __tablename__ = "heads"
    name: Mapped[str] = mapped_column(sa.String(90), primary_key=True)  # kind:whose
    seq: Mapped[int] = mapped_column(sa.BigInteger)
    hash: Mapped[str] = mapped_column(sa.String(64))
    mac: Mapped[str] = mapped_column(sa.String(64))

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        return sa.false()


_HEADS = bare(Head)
# Built once: a head moves with every tap, and building a statement costs more than running it.
_ONE = sa.select(_HEADS).where(_HEADS.c.name == sa.bindparam("of")).with_for_update()
_PUT = (
    sa.update(_HEADS)
    .where(_HEADS.c.name == sa.bindparam("of"))
    .values(seq=sa.bindparam("n"), hash=sa.bindparam("end"), mac=sa.bindparam("signed"))
)


@dataclass(frozen=True)
class Grown:
    """A table to which rows are added and nothing else: what of a row is counted, and whose it is."""

    table: sa.Table
    columns: tuple[str, ...]
    by: tuple[str, ...]

    def name_of(self, row: Mapping[str, Any]) -> str:
        whose = ":".join(str(row[column] or "-") for column in self.by)
        return f"{self.table.name}:{whose or REGISTER}"


GROWN: dict[str, Grown] = {}


def grows(model: type[Base], *, by: tuple[str, ...] = (), columns: tuple[str, ...] = ()) -> None:
    """Count a model's rows from now on. An ORM insert is counted by itself, a Core one by `add`."""
    made = bare(model)
    grown = Grown(made, columns or tuple(sorted(column.name for column in made.columns)), by)
    GROWN[made.name] = grown

    @sa.event.listens_for(model, "after_insert")
    def _count(_mapper: Mapper[Any], connection: sa.Connection, row: Any) -> None:
        add(made.name, [{column: getattr(row, column) for column in (*grown.columns, *by)}], connection)


HELD: dict[str, tuple[str, ...]] = {}
GONE = START  # the hash of a row that was taken away


def holds(model: type[Base], *columns: str) -> None:
    """Keep what these columns of each row say, from now on. The rows are `Versioned` and written through the ORM alone:
    a Core statement, or one that updates many, is a change that this application did not make."""
    made = bare(model)
    HELD[made.name] = tuple(sorted(columns))

    @sa.event.listens_for(model, "after_insert")
    def _begin(_mapper: Mapper[Any], connection: sa.Connection, row: Any) -> None:
        head = _locked(f"{made.name}:{row.id}", connection)
        said = held_element(made.name, {name: getattr(row, name) for name in HELD[made.name]})
        _write(head, max(row.version, head.seq + 1), said, head.seq == 0, connection)

    @sa.event.listens_for(model, "before_update")
    def _change(_mapper: Mapper[Any], connection: sa.Connection, row: Any) -> None:
        session = object_session(row)
        if session is None or not session.is_modified(row, include_collections=False):
            return
        now = {name: getattr(row, name) for name in HELD[made.name] if _is_changed(row, name)}
        _follow(made, row, now, connection)

    @sa.event.listens_for(model, "before_delete")
    def _end(_mapper: Mapper[Any], connection: sa.Connection, row: Any) -> None:
        _follow(made, row, None, connection)


def _is_changed(row: Any, name: str) -> bool:
    return bool(sa.inspect(row).attrs[name].history.has_changes())


def _follow(made: sa.Table, row: Any, now: Mapping[str, Any] | None, connection: sa.Connection) -> None:
    """Put a row's head forward, if until now it said what stood in the database."""
    head = _locked(f"{made.name}:{row.id}", connection)
    asked = sa.select(*(made.c[name] for name in HELD[made.name])).where(made.c.id == row.id)
    before = dict(connection.execute(asked).mappings().one())
    said = GONE if now is None else held_element(made.name, {**before, **now})
    follows = head.hash == held_element(made.name, before)
    _write(head, max(row.version + 1, head.seq + 1), said, follows, connection)


def held_element(name: str, row: Mapping[str, Any]) -> str:
    """What a head says of one row."""
    return element(name, HELD[name], row)


def add(name: str, rows: Iterable[Mapping[str, Any]], session: Any) -> None:
    """Count rows that have just been inserted. The sum knows no order: exclusive or of the rows' HMACs."""
    grown, elements = GROWN[name], defaultdict(list)
    for row in rows:
        elements[grown.name_of(row)].append(element(name, grown.columns, row))
    for whose, more in sorted(elements.items()):
        head = _locked(whose, session)
        _write(head, head.seq + len(more), sum_of([head.hash, *more]), True, session)


def element(name: str, columns: Iterable[str], row: Mapping[str, Any]) -> str:
    """What one row adds to the sum."""
    return _mac([name, *(row[column] for column in columns)])


def sum_of(hashes: Iterable[str]) -> str:
    """The sum of elements, in hexadecimal like them."""
    total = 0
    for each in hashes:
        total ^= int(each, 16)
    return f"{total:064x}"


def move(name: str, seq: int, digest: str, session: Any, *, after: tuple[int, str] | None = None) -> None:
    """Put a head forward. `after` is what the database holds before this: the head must have said the same."""
    head = _locked(name, session)
    seq = max(seq, head.seq + 1)  # where the end was cut off, the number of the next entry was there before
    _write(head, seq, digest, after in (None, (head.seq, head.hash)), session)


def begin(ends: Mapping[str, str], session: Any) -> None:
    """The first heads of streams that are new, by name, all in one statement."""
    rows = [{"name": name, "seq": 1, "hash": end, "mac": mac(name, 1, end)} for name, end in ends.items()]
    session.execute(sa.insert(bare(Head)), rows)
    for kind, made in Counter(name.split(":")[0] for name in ends).items():
        _register(kind, session, made)


def _write(head: Any, seq: int, digest: str, follows: bool, session: Any) -> None:
    signed = mac(head.name, seq, digest) if follows and is_genuine(head) else ""
    session.execute(_PUT, {"of": head.name, "n": seq, "end": digest, "signed": signed})


def is_genuine(head: Any) -> bool:
    """Whether this application wrote the head."""
    return hmac.compare_digest(head.mac, mac(head.name, head.seq, head.hash))


def mac(name: str, seq: int, digest: str) -> str:
    """The HMAC of a head."""
    return _mac(["head", name, seq, digest])


def _mac(value: list[Any]) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)
    return hmac.new(current_app.extensions["keys"].heads, text.encode(), hashlib.sha256).hexdigest()


def _plain(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def _locked(name: str, session: Any) -> Any:
    """The head, made when it is not there, and held until the transaction ends."""
    head = session.execute(_ONE, {"of": name}).first()
    if head is None:
        new = {"name": name, "seq": 0, "hash": START, "mac": mac(name, 0, START)}
        made = session.execute(insert(_HEADS).values(new).on_conflict_do_nothing())
        if rows_changed(made):
            _register(name.split(":")[0], session)
        head = session.execute(_ONE, {"of": name}).one()
    return head


def _register(kind: str, session: Any, more: int = 1) -> None:
    """So many heads more of this kind. The migrations make the registers; one that is missing was taken away."""
    table, name = bare(Head), f"{REGISTER}:{kind}"
    head = session.execute(sa.select(table).where(table.c.name == name).with_for_update()).first()
    if head is None:
        unsigned = {"name": name, "seq": more, "hash": START, "mac": ""}
        session.execute(insert(table).values(unsigned).on_conflict_do_nothing())
        return
    _write(head, head.seq + more, START, True, session)
