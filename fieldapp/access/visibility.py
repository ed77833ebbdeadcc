"""The third wall: every ORM read is narrowed to the rows its viewer may see.

The criteria of all models are built once a viewer, and hang on a statement as one option (decision 0023).
A session without a viewer raises rather than showing everything. Core statements are not narrowed: they stand only
where house rules list them, and tests/walls/test_rows.py holds that list.
"""

from functools import lru_cache
from itertools import count
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.orm.interfaces import CriteriaOption
from sqlalchemy.sql.cache_key import NO_CACHE
from sqlalchemy.sql.visitors import anon_map

from fieldapp.db import SYSTEM, Base

OPEN_TABLES: dict[str, str] = {}  # table -> reason; every other model defines visible_to


class NoViewer(RuntimeError):
    """A read without saying for whom."""


class Wall(CriteriaOption):
    """One viewer's criteria of every model.

    As options of their own they are copied on every statement, and SQLAlchemy walks through them all for its cache key:
    that took a third of a page. Here the walk is done once, by SQLAlchemy itself; a number stands for what it found, so
    that a statement is compiled anew for every shape of criteria, and the viewer's own values go along."""

    inherit_cache = True
    propagate_to_loaders = True

    def __init__(self, viewer: Any) -> None:
        self.parts = [
            with_loader_criteria(model, model.visible_to(viewer), include_aliases=True)
            for model in scoped_models()
        ]
        self.values: list[Any] = []
        seen: Any = anon_map()
        shape = tuple(part._gen_cache_key(seen, self.values) for part in self.parts)
        if NO_CACHE in seen:
            raise TypeError("a criterion that SQLAlchemy cannot tell from others")
        self.shape = _SHAPES.setdefault(shape, next(_NUMBERS))

    def _gen_cache_key(self, anon_map: Any, bindparams: list[Any]) -> tuple[Any, ...]:
        bindparams.extend(self.values)
        return (Wall, self.shape)

    def process_compile_state(self, compile_state: Any) -> None:
        for part in self.parts:
            part.process_compile_state(compile_state)

    def process_compile_state_replaced_entities(self, compile_state: Any, mapper_entities: Any) -> None:
        self.process_compile_state(compile_state)

    def get_global_criteria(self, attributes: dict[Any, Any]) -> None:
        for part in self.parts:
            part.get_global_criteria(attributes)


_SHAPES: dict[tuple[Any, ...], int] = {}
_NUMBERS = count()


def install() -> None:
    """Listen to every session of the process; safe to call once per app."""
    if not sa.event.contains(Session, "do_orm_execute", _narrow):
        sa.event.listen(Session, "do_orm_execute", _narrow)


def _narrow(state: ORMExecuteState) -> None:
    viewer = state.session.info.get("viewer")
    if viewer is SYSTEM:
        return
    if viewer is None:
        raise NoViewer("this session reads for nobody")
    if not state.is_orm_statement:
        return  # Core on bare tables: only where the third wall's test lists it
    if state.is_column_load:
        return  # refreshing a row that this very session has loaded through the wall
    state.statement = state.statement.options(_wall(viewer))


@lru_cache(maxsize=512)
def _wall(viewer: Any) -> Wall:
    """Built once for a viewer, not once a request: a Viewer is frozen, and one whose roles changed is another."""
    return Wall(viewer)


def scoped_models() -> list[Any]:
    """Every mapped class that is not an open table."""
    models = sorted((mapper.class_ for mapper in Base.registry.mappers), key=lambda cls: cls.__tablename__)
    return [model for model in models if model.__tablename__ not in OPEN_TABLES]
