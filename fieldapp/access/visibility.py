"""The third wall: every ORM read is narrowed to the rows its viewer may see.

The criteria of all models are built once a viewer (building them for 28 models costs about 0.6 ms).
A session without a viewer raises rather than showing everything. Core statements are not narrowed: they stand only
where house rules list them, and tests/walls/test_rows.py holds that list.
"""

from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

from fieldapp.db import SYSTEM, Base

OPEN_TABLES: dict[str, str] = {}  # table -> reason; every other model defines visible_to


class NoViewer(RuntimeError):
    """A read without saying for whom."""


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
    state.statement = state.statement.options(*_criteria(viewer))


@lru_cache(maxsize=512)
def _criteria(viewer: Any) -> tuple[Any, ...]:
    """Built once for a viewer, not once a request: a Viewer is frozen, and one whose roles changed is another."""
    return tuple(
        with_loader_criteria(model, model.visible_to(viewer), include_aliases=True)
        for model in scoped_models()
    )


def scoped_models() -> list[Any]:
    """Every mapped class that is not an open table."""
    models = sorted((mapper.class_ for mapper in Base.registry.mappers), key=lambda cls: cls.__tablename__)
    return [model for model in models if model.__tablename__ not in OPEN_TABLES]
