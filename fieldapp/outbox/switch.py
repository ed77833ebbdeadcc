"""The switch of the no-network mode: a file in the data folder, looked for at each question, so that no restart is
needed. Off, /sw.js is a worker that clears what the one before kept and goes; what waits on phones stays."""

from pathlib import Path

from flask import current_app

OFF = "offline.off"


def _file() -> Path:
    folder: Path = current_app.extensions["settings"].data
    return folder / OFF


def is_off() -> bool:
    return _file().exists()


def turn(on: bool) -> None:
    """Survives a restart."""
    _file().unlink(missing_ok=True) if on else _file().touch()
