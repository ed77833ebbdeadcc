"""Copies of originals for looking at: upright JPEGs without metadata, made at first look, never evidence.

Pixels are decoded in a child process (decoder.py), one at a time on the machine: it may take 1 GB, and a
decoder that crashes must not take the server along. What is judged undecodable is remembered in the cache and
not tried again; what was stopped from outside (killed, full disk) is tried at the next look.
"""

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fieldapp.evidence.originals import is_key

_UNDECODABLE = 3  # decoder.py's exit status; it is not imported, so that Pillow stays out of the server
_CRASHES = (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGXCPU)
_FILE_AT_FAULT = frozenset({_UNDECODABLE, *(-crash for crash in _CRASHES)})
_DECODER = (sys.executable, "-B", "-P", "-m", "fieldapp.evidence.decoder")
# The server's own environment holds the database's password: the child gets another.
_ENVIRONMENT = {
    "PYTHONPATH": str(Path(__file__).parents[2]),
    "LD_LIBRARY_PATH": os.environ.get("LD_LIBRARY_PATH", ""),  # some builds of Python do not start without
    "MALLOC_ARENA_MAX": "2",
    "LC_ALL": "C.UTF-8",
}
_WALL_SECONDS = 90
_WAIT_SECONDS = 10.0

_MAY_WAIT = 4  # of the server's eight threads: a page full of photos must leave some for the taps

_turn = threading.Lock()
_waiting = threading.BoundedSemaphore(_MAY_WAIT)


@dataclass(frozen=True)
class Kind:
    name: str
    edge: int
    quality: int
    limit: int  # bytes

    @property
    def numbers(self) -> list[str]:
        return [str(number) for number in (self.edge, self.quality, self.limit)]


THUMB = Kind("thumb", 240, 70, 8 * 1024)
VIEW = Kind("view", 1280, 80, 1024 * 1024)
KINDS = {kind.name: kind for kind in (THUMB, VIEW)}


class Undecided(Exception):
    """The child was stopped before it could judge the file, or its turn did not come in time."""


def thumbnail(original: Path, sha256: str, cache_root: Path) -> Path | None:
    """A copy of at most 240 px and 8 kB for lists; None when there is none, or none yet."""
    return _copy_or_none(THUMB, original, sha256, cache_root)


def view(original: Path, sha256: str, cache_root: Path) -> Path | None:
    """A copy of at most 1280 px; None when there is none, or none yet."""
    return _copy_or_none(VIEW, original, sha256, cache_root)


def at_hand(kind: str, sha256: str, cache_root: Path) -> Path | None:
    """The copy that has been made already. Starts no child."""
    target = _target(KINDS[kind], sha256, cache_root)
    return target if target.exists() else None


def is_undecodable(sha256: str, cache_root: Path) -> bool:
    """Whether a look has shown that no picture can be made of it. Starts no child."""
    return _marker(sha256, cache_root).exists()


def exif_hint(original: Path) -> dict[str, str]:
    """When the camera says it took the photo, by its own clock: a hint, proof of nothing. Never a place."""
    try:
        with _one_at_a_time(original.parent):
            done = _run_child("hint", original.resolve())
    except Undecided:
        return {}
    return dict(json.loads(done.stdout)) if done.returncode == 0 else {}


def _copy_or_none(kind: Kind, original: Path, sha256: str, cache_root: Path) -> Path | None:
    try:
        return _copy(kind, original, sha256, cache_root)
    except Undecided:
        return None


def _copy(kind: Kind, original: Path, sha256: str, cache_root: Path) -> Path | None:
    target, marker = _target(kind, sha256, cache_root), _marker(sha256, cache_root)

    def known() -> bool:
        return target.exists() or marker.exists()

    if not known():
        with _one_at_a_time(original.parent):
            if not known():  # somebody else may have made it while we waited
                _make(kind, original, target, marker)
    return target if target.exists() else None


def _target(kind: Kind, sha256: str, cache_root: Path) -> Path:
    if not is_key(sha256):
        raise KeyError(sha256)
    return cache_root / sha256[:2] / f"{sha256}.{kind.name}.jpg"


def _marker(sha256: str, cache_root: Path) -> Path:
    return cache_root / sha256[:2] / f"{sha256}.undecodable"


def _make(kind: Kind, original: Path, target: Path, marker: Path) -> None:
    done = _run_child("copy", original.resolve(), *kind.numbers)
    try:
        if done.returncode == 0:
            _write(target, done.stdout)
        elif done.returncode in _FILE_AT_FAULT:
            _write(marker, done.stderr[-500:] or str(done.returncode).encode())
        else:
            raise Undecided(f"child ended with {done.returncode}")
    except OSError as error:  # a full disk costs a copy, not the page
        raise Undecided from error


def _write(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(prefix=".part-", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # else a power cut may leave the name on an empty file for good
        os.replace(name, target)
    finally:
        Path(name).unlink(missing_ok=True)


def _run_child(*arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(  # noqa: S603
            [*_DECODER, *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=_ENVIRONMENT,
            cwd="/",
            timeout=_WALL_SECONDS,
            check=False,
        )
    except (subprocess.TimeoutExpired, OSError) as error:
        raise Undecided from error


@contextlib.contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """One child for all threads, and for all processes that share the originals' folder.

    The folder itself is locked, which leaves no file behind."""
    until = time.monotonic() + _WAIT_SECONDS
    with _in_line(), _opened(folder) as handle:
        while not _is_locked_by_us(handle):
            if time.monotonic() > until:
                raise Undecided("another process is first")
            time.sleep(0.05)
        yield


@contextlib.contextmanager
def _in_line() -> Iterator[None]:
    """This process's one turn, waited for by few at a time."""
    if not _waiting.acquire(blocking=False):
        raise Undecided("too many wait already")
    try:
        if not _turn.acquire(timeout=_WAIT_SECONDS):
            raise Undecided("others are first")
        try:
            yield
        finally:
            _turn.release()
    finally:
        _waiting.release()


@contextlib.contextmanager
def _opened(folder: Path) -> Iterator[int]:
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise Undecided from error
    try:
        yield handle
    finally:
        os.close(handle)


def _is_locked_by_us(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
