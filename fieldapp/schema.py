"""The schema, up and down. Alembic is imported here alone: a running server never needs its 12 MB."""

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


def _install() -> None:
    if "migrate" not in current_app.extensions:
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        flask_migrate.Migrate(app, db, directory=str(config.part("migrations")), render_as_batch=True)
