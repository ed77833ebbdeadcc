"""Alembic's environment: the running app's engine, batch mode for SQLite."""

from alembic import context
from flask import current_app

from fieldapp.db import db

config = context.config


def run() -> None:
    """Each migration in a transaction of its own; SQLite's foreign keys are off while tables are rebuilt."""
    with db.engine.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if is_sqlite:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
