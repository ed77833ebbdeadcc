"""Originals: bytes as they came in, named by their SHA-256, on disk before anybody is told so.

One flat folder, the temporary file in it too: one fsync of one folder makes a name durable, and no second
upload can rely on a new subfolder whose own name is still in memory. Order: write and hash, fsync, rename,
fsync of the folder; the row and the answer come after.
"""

import errno
import hashlib
import os
import re
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from fieldapp.errors import RuleBroken

FORMATS = frozenset({"jpeg", "png", "webp", "heic"})
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"mif1", b"msf1", b"heim", b"heis"})
_HEAD = 16  # bytes that tell every format
_CHUNK = 1 << 16
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})  # ENOSPC also when the inodes are used up
_KEY = re.compile(r"[0-9a-f]{64}")
_PART = ".part-"
_DAMAGED = ".damaged-"
_ASIDE = ".aside-"


class Refused(Exception):
    """The bytes were not taken in; nothing of them is on disk."""

    status: int
    sentence: str


class Empty(Refused, RuleBroken):
    status = 422


class TooLarge(Refused, RuleBroken):
    status = 413


class Foreign(Refused, RuleBroken):
    status = 415


class NoRoom(Refused):
    """Not a broken rule: a 4xx would tell the phone that sending again is useless."""

    status = 507
    sentence = "服务器存不下了，这张照片没有收下，过一会儿再传"


@dataclass(frozen=True)
class Stored:
    sha256: str
    size: int
    format: str | None


class Store(Protocol):
    """Where originals lie; keys are lower-case hexadecimal SHA-256, anything else is a KeyError."""

    def put(self, stream: BinaryIO, *, limit: int, accept: Collection[str] | None = FORMATS) -> Stored: ...
    def open(self, sha256: str) -> BinaryIO: ...
    def path(self, sha256: str) -> Path: ...
    def exists(self, sha256: str) -> bool: ...
    def keys(self) -> Iterator[str]: ...


def is_key(text: str) -> bool:
    return _KEY.fullmatch(text) is not None


def sniff(head: bytes) -> str | None:
    """The format by its first bytes; names and declared types count for nothing."""
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    return "heic" if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS else None


class FolderStore:
    """A folder on a local disk."""

    def __init__(self, root: Path) -> None:
        self.root = root
        _make_folder(root)

    def put(self, stream: BinaryIO, *, limit: int, accept: Collection[str] | None = FORMATS) -> Stored:
        """Take the bytes in; when this returns they survive a power cut. accept=None takes any format."""
        head = _read_head(stream)
        kind = sniff(head)
        if not head:
            raise Empty("照片是空的，没有收下。再拍一张，或从相册重选")
        if accept is not None and kind not in accept:
            raise Foreign("只收照片（JPEG、PNG、WebP、HEIC），这个文件没有收下")
        try:
            sha256, size = self._write(head, stream, limit)
        except OSError as error:
            if error.errno in _NO_ROOM:
                raise NoRoom from error
            raise
        return Stored(sha256, size, kind)

    def open(self, sha256: str) -> BinaryIO:
        return self.path(sha256).open("rb")

    def path(self, sha256: str) -> Path:
        if not is_key(sha256):
            raise KeyError(sha256)
        return self.root / sha256

    def exists(self, sha256: str) -> bool:
        return self.path(sha256).is_file()

    def keys(self) -> Iterator[str]:
        """Every stored key, in no order."""
        with os.scandir(self.root) as entries:
            yield from (entry.name for entry in entries if is_key(entry.name) and entry.is_file())

    def is_intact(self, sha256: str) -> bool:
        """Whether the file still has the bytes that its name promises."""
        with self.path(sha256).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256

    def leftovers(self, before: int) -> list[Path]:
        """Temporary files last written before an instant (epoch ms): of uploads that a crash cut short."""
        parts = self.root.glob(f"{_PART}*")
        return sorted(path for path in parts if _written(path) < before)

    def sweep(self, before: int) -> int:
        """Delete the leftovers, none of which was ever acknowledged; how many there were."""
        old = self.leftovers(before)
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def set_aside(self, sha256: str, before: int) -> bool:
        """Take an original that nothing names out of the way, unless an upload has touched it since `before`.

        Looked at after the renaming: an upload either touched the file first, or finds none and places its own."""
        source, target = self.path(sha256), self.root / f"{_ASIDE}{sha256}"
        try:
            os.replace(source, target)
        except FileNotFoundError:
            return True
        if _written(target) < before:
            return True
        os.replace(target, source)
        return False

    def is_older(self, sha256: str, before: int) -> bool:
        """Whether no upload has touched the file since an instant; also when there is none."""
        try:
            return _written(self.path(sha256)) < before
        except FileNotFoundError:
            return True

    def damaged(self) -> list[Path]:
        """Files that no longer had their bytes when the same original came in once more."""
        return sorted(self.root.glob(f"{_DAMAGED}*"))

    def _write(self, head: bytes, stream: BinaryIO, limit: int) -> tuple[str, int]:
        handle, name = tempfile.mkstemp(prefix=_PART, dir=self.root)
        part = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                sha256, size = _copy(head, stream, file, limit)
                file.flush()
                os.fchmod(file.fileno(), 0o400)
                os.fsync(file.fileno())
            self._place(part, sha256)
        finally:
            part.unlink(missing_ok=True)
        return sha256, size

    def _place(self, part: Path, sha256: str) -> None:
        target = self.path(sha256)
        if target.exists() and not self.is_intact(sha256):
            # Kept for whoever asks what happened to it; the name goes back to the bytes it stands for.
            os.replace(target, self.root / f"{_DAMAGED}{sha256[:16]}-{part.name.removeprefix(_PART)}")
        try:
            os.utime(target)  # young again, so that a sweep at this moment leaves it (or puts it back)
        except FileNotFoundError:
            os.replace(part, target)
        sync_folder(self.root)  # also for a known original: whoever put it may not have come this far


def _written(path: Path) -> int:
    return path.stat().st_mtime_ns // 1_000_000


def _read_head(stream: BinaryIO) -> bytes:
    head = b""
    while len(head) < _HEAD and (more := stream.read(_HEAD - len(head))):
        head += more
    return head


def _copy(head: bytes, stream: BinaryIO, file: BinaryIO, limit: int) -> tuple[str, int]:
    digest, size, chunk = hashlib.sha256(), 0, head
    while chunk:
        size += len(chunk)
        if size > limit:
            raise TooLarge(f"照片超过 {limit / 2**20:.3g} MB，没有收下。把相机的像素调低再拍")
        digest.update(chunk)
        file.write(chunk)
        chunk = stream.read(_CHUNK)
    return digest.hexdigest(), size


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """The names in a folder to the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
