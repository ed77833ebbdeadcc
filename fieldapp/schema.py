"""The schema, up and down. Alembic is imported here alone: a running server never needs its 12 MB."""

from typing import Any

import flask_migrate
from flask import current_app

from fieldapp import config
from fieldapp.db import db


def upgrade(revision: str = "head") -> None:
    """Bring the running app's database up to a revision."""
    _install()
    flask_migrate.upgrade(revision=revision)


def downgrade(revision: str = "base") -> None:
    """Take it back; deletes what the later revisions hold."""
    _install()
    flask_migrate.downgrade(revision=revision)


def newest() -> str:
    """The newest revision that this version of the app knows."""
    return str(_script().get_current_head())


def is_known(revision: str) -> bool:
    """Whether this version of the app can bring a database from a revision to the newest."""
    return revision in {each.revision for each in _script().walk_revisions()}


def _script() -> Any:
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(config.part("migrations")))


def revision() -> str:
    """Where the running app's database stands; empty when it has no tables."""
    from alembic.migration import MigrationContext

    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""


def _install() -> None:
    if "migrate" not in current_app.extensions:
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        flask_migrate.Migrate(app, db, directory=str(config.part("migrations")), render_as_batch=True)
