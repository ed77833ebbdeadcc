"""The triggers that keep append-only tables so: all of them, switched on, in the words of the migrations.

What they should say lies in triggers.json (a test holds it equal to what the migrations make)."""

import hashlib
import json
from collections.abc import Iterator
from importlib.resources import files

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp.office.finding import Finding

KIND = "触发器"
_FOUND = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": (
        "SELECT tgname, pg_get_triggerdef(pg_trigger.oid, true) || prosrc || tgenabled::text FROM pg_trigger "
        "JOIN pg_proc ON pg_proc.oid = tgfoid JOIN pg_class ON pg_class.oid = tgrelid "
        "WHERE NOT tgisinternal AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())"
    ),
}


def found(session: Session) -> dict[str, str]:
    """A short hash of each trigger's text, by name."""
    rows = session.execute(sa.text(_FOUND[session.get_bind().dialect.name]))
    return {name: hashlib.sha256(str(text).encode()).hexdigest()[:16] for name, text in sorted(rows.all())}


def expected(dialect: str) -> dict[str, str]:
    """What the migrations make."""
    text = files("fieldapp.office").joinpath("triggers.json").read_text("utf-8")
    return dict(json.loads(text)[dialect])


def findings(session: Session) -> Iterator[Finding]:
    """By name."""
    here, wanted = found(session), expected(session.get_bind().dialect.name)
    for name in sorted(wanted.keys() | here.keys()):
        if name not in here:
            yield Finding(KIND, f"{name} 不见了")
        elif name not in wanted:
            yield Finding(KIND, f"{name} 不是本系统的")
        elif here[name] != wanted[name]:
            yield Finding(KIND, f"{name} 被改过或关掉了")
