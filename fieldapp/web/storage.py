"""What an error of the database or the disk means to whoever waits for the answer: no room or no writing, busy, or
broken."""

import errno
from typing import Any

from sqlalchemy.exc import OperationalError, TimeoutError

UNSTORED = (OperationalError, TimeoutError, OSError)  # what these functions can tell apart
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})
# SQLite: full; a disk that has turned read-only, found at the first write or when the file is opened
_FULL_NAMES = ("SQLITE_FULL", "SQLITE_READONLY", "SQLITE_IOERR", "SQLITE_CANTOPEN")
_BUSY_PRIMARY = ("SQLITE_BUSY", "SQLITE_LOCKED")
# PostgreSQL: no lock in time, cancelled, deadlock, serialisation, too many connections, shutting down, starting
_BUSY_STATES = frozenset({"55P03", "57014", "40P01", "40001", "53300", "57P01", "57P02", "57P03"})
_FULL_STATES = frozenset({"53100", "58030", "25006"})  # full, input or output failed, read-only


def status_of(error: Exception) -> int:
    """507 for a disk that is full or takes no writing, 503 for what passes by itself, 500 for the rest."""
    if isinstance(error, OSError):
        return 507 if error.errno in _FULL else 500
    if isinstance(error, TimeoutError):
        return 503  # no connection became free in time
    orig: Any = getattr(error, "orig", None)
    name = getattr(orig, "sqlite_errorname", None)
    return _of_sqlite(name) if name else _of_postgres(orig)


def _of_sqlite(name: str) -> int:
    if name.startswith(_FULL_NAMES):
        return 507
    return 503 if name.startswith(_BUSY_PRIMARY) else 500


def _of_postgres(orig: Any) -> int:
    if not hasattr(orig, "sqlstate"):
        return 500
    if orig.sqlstate in _FULL_STATES:
        return 507
    # without a state there was no answer at all: refused, or cut off
    is_passing = orig.sqlstate is None or orig.sqlstate.startswith("08") or orig.sqlstate in _BUSY_STATES
    return 503 if is_passing else 500
