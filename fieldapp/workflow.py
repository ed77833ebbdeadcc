"""A thing's states as one literal table, and the only writer of `.state`.

A step locks the row, asks permission and rule, writes the state and the history in the caller's transaction,
so no action can forget either. The table knows no policy: `may` is handed in by app.py.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from fieldapp import history
from fieldapp.db import SYSTEM, db
from fieldapp.errors import NotVisible, RuleBroken

Facts = Mapping[str, Any]
Rule = Callable[[Any, Any, Facts], str]  # thing, viewer, facts -> "" or the sentence that refuses


class Actor(Protocol):
    """Who takes a step: a viewer."""

    @property
    def is_system(self) -> bool: ...
    @property
    def actor(self) -> str: ...


class Stateful(Protocol):
    """A row with a state and a history stream."""

    id: Any
    state: Any

    @property
    def stream(self) -> str: ...


@dataclass(frozen=True)
class Transition:
    """One row of a table of states."""

    source: str
    step: str
    target: str
    permission: Any
    rule: Rule


def always(_thing: Any, _viewer: Any, _facts: Facts) -> str:
    """The rule of a step that only needs its permission."""
    return ""


class Workflow:
    """Reads a table of transitions and applies its steps."""

    may: Callable[[Any, Any], bool] = staticmethod(lambda viewer, permission: False)

    def __init__(self, name: str, table: tuple[Transition, ...]) -> None:
        self.name = name
        self.table = table
        self._by_key = {(row.source, row.step): row for row in table}
        if len(self._by_key) != len(table):
            raise ValueError(f"{name}: a step stands twice in the table")

    def steps_open_to(self, thing: Stateful, viewer: Actor, facts: Facts | None = None) -> list[str]:
        """The steps for which a template may draw a button."""
        return [
            row.step
            for row in self.table
            if row.source == thing.state
            and self._permitted(viewer, row)
            and not row.rule(thing, viewer, facts or {})
        ]

    def take(
        self,
        thing: Any,
        step: str,
        *,
        by: Actor,
        at: int,
        facts: Facts | None = None,
        also: Mapping[str, Any] | None = None,
        actor: str = "",
        session: Session | None = None,
    ) -> str:
        """Apply a step and return the hash of its history entry. Raises NotVisible, or RuleBroken with the sentence.

        `also` are columns that change with the state, in the same statement: the database may bind them to it.
        A projected step is taken by SYSTEM with `actor` naming the person whose tap caused it."""
        session = session or db.session()
        self._lock(thing, session)
        row = self._by_key.get((thing.state, step))
        if row is None:
            raise RuleBroken("现在不能做这一步，刷新看看最新情况")
        if not self._permitted(by, row):
            raise NotVisible
        refusal = row.rule(thing, by, facts or {})
        if refusal:
            raise RuleBroken(refusal)
        thing.state = row.target
        for name, value in (also or {}).items():
            setattr(thing, name, value)
        session.flush()
        payload = {"from": row.source, "to": row.target, **(facts or {}), **_content(thing)}
        return history.append(
            thing.stream, step, actor=actor or by.actor, at=at, payload=_plain(payload), session=session
        )

    def _permitted(self, viewer: Actor, row: Transition) -> bool:
        return viewer is SYSTEM or (row.permission is not None and Workflow.may(viewer, row.permission))

    @staticmethod
    def _lock(thing: Any, session: Session) -> None:
        session.flush()
        session.refresh(thing, with_for_update=True)


def _content(thing: Any) -> dict[str, str]:
    """Things that fix what they say have a hash of it, which the history carries."""
    return {"content": thing.content_hash} if hasattr(thing, "content_hash") else {}


def _plain(value: Any) -> Any:
    """Facts as the history may hold them: text, whole numbers, booleans, null."""
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value if isinstance(value, str | int | bool | None) else str(value)


def stream_name(kind: str, thing_id: UUID) -> str:
    """`problem:<id>` or `visit:<id>`."""
    return f"{kind}:{thing_id}"
