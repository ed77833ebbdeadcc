"""A copy opened for itself and looked through as `fieldapp check` does; without pages, and never the live folder."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa
from flask import Flask

from fieldapp import db
from fieldapp.evidence.originals import FolderStore
from fieldapp.keys import Keys
from fieldapp.office import check


@contextmanager
def opened(url: sa.URL, keys: Keys, store: FolderStore) -> Iterator[Flask]:
    """An app of the copy, with as much of it as the check needs."""
    app = Flask("fieldapp", static_folder=None)
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.extensions["keys"], app.extensions["originals"] = keys, store
    db.db.init_app(app)
    db.listen(app)
    with app.app_context():
        try:
            yield app
        finally:
            db.db.session.remove()
            db.db.engine.dispose()


def untouched(file: Path) -> sa.URL:
    """A database file that is read as it lies and never written."""
    query = {"mode": "ro", "immutable": "1", "uri": "true"}
    return sa.URL.create("sqlite", database="file:" + quote(str(file)), query=query)


def faults(say: Callable[[str], None]) -> list[str]:
    """Of the opened copy: its file's own structure first."""
    return [*_structure(), *(str(each) for each in check.findings(say) if not each.is_note)]


def _structure() -> Iterator[str]:
    if db.db.engine.dialect.name == "sqlite":
        with db.db.engine.connect() as connection:
            said = list(connection.exec_driver_sql("PRAGMA integrity_check").scalars())
            lost = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if said != ["ok"]:
            yield f"数据库 文件坏了：{said[0]}"
        if lost:
            yield f"数据库 有 {len(lost)} 行指着不在的行"
