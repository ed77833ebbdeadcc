"""Files of a backup: laid so that a power cut leaves them whole or without their final name."""

import errno
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fieldapp.errors import RuleBroken
from fieldapp.evidence.originals import FolderStore

_CHUNK = 1 << 20
_FLUSH = 8 * _CHUNK
RESERVE = 256 * 2**20  # bytes that a backup on the server's own disk leaves to the taps
# Some file systems of USB disks know none for folders.
_NO_SYNC = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EBADF})


class Looked(FolderStore):
    """Originals each of which is read once, however often it is asked about: a disk full of photos takes long."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self._seen: dict[str, bool] = {}

    def is_intact(self, sha256: str) -> bool:
        if sha256 not in self._seen:
            self._seen[sha256] = super().is_intact(sha256)
        return self._seen[sha256]

    def forget(self, sha256: str) -> None:
        """The file is another from now on."""
        self._seen.pop(sha256, None)


def is_same_disk(folder: Path, other: Path) -> bool:
    return folder.stat().st_dev == other.stat().st_dev


def leave_room(folder: Path, data: Path) -> None:
    """Stop before the server's own disk is full: people who record come before a backup."""
    if is_same_disk(folder, data) and shutil.disk_usage(folder).free < RESERVE:
        raise RuleBroken(
            f"备份和数据在同一块盘上，只剩不到 {RESERVE >> 20} MB，要留给正在记的人。删掉旧的备份，或换一块盘"
        )


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Nobody else backs up into this folder meanwhile; whoever was killed holds nothing."""
    with (folder / ".fieldapp-backup.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            raise RuleBroken(f"另一个备份正在往 {folder} 里写，等它做完") from busy
        yield


def copy(source: Path, target: Path, mode: int = 0o600) -> str:
    """A new file with the same bytes, on disk when this returns; the sha256 of what was written."""
    digest = hashlib.sha256()
    handle = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
    with source.open("rb") as read, os.fdopen(handle, "wb") as file:
        while chunk := read.read(_CHUNK):
            digest.update(chunk)
            file.write(chunk)
            if file.tell() % _FLUSH == 0:  # little at a time: taps wait for the same disk
                os.fdatasync(file.fileno())
        file.flush()
        sync_file(file.fileno())
    return digest.hexdigest()


def sync_file(handle: int) -> None:
    """To the disk, and out of memory: who reads it to check it shall read the disk."""
    os.fsync(handle)
    os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)


def sync(path: Path) -> None:
    """A file or a folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _NO_SYNC or not path.is_dir():
            raise
    finally:
        os.close(handle)


def write(path: Path, text: str) -> None:
    """A small file, on disk when this returns."""
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def link(source: Path, target: Path) -> bool:
    """The same file under a second name; False where the file system knows no such thing, or there is none."""
    try:
        os.link(source, target)
    except OSError:
        return False
    return True


def finish(part: Path, target: Path) -> None:
    """Everything to the disk, then the final name, then that to the disk."""
    for folder, _, _ in os.walk(part, topdown=False):
        sync(Path(folder))
    os.rename(part, target)
    sync(target.parent)


def remove(folder: Path) -> None:
    """First out of its name, so that what is left of it when this is cut short is nobody's backup."""
    gone = folder if folder.name.startswith(".") else folder.with_name(f".{folder.name}.gone")
    if gone != folder:
        os.rename(folder, gone)
    shutil.rmtree(gone)
