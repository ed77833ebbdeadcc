"""One file of a package: what its bytes are, known beforehand, and where they come from. Pure."""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from zlib import crc32

CHUNK = 1 << 18
_PART = re.compile(r"\w[\w.-]*", re.ASCII)
_LONGEST = 180  # Windows unpacks no path over 260, and puts a folder of its own before it


class BadName(ValueError):
    """A name that some system could not unpack, or that would fall together with another."""


class Altered(Exception):
    """The bytes at hand are not those that the manifest promises."""


@dataclass(frozen=True)
class Entry:
    """A file of the package; `name` is its path in it."""

    name: str
    size: int
    sha256: str
    chunks: Callable[[], Iterable[bytes]]

    def crc(self) -> int:
        """What a ZIP says of the bytes before they come: they are read once for it."""
        value = 0
        for chunk in self.chunks():
            value = crc32(chunk, value)
        return value

    def verified(self) -> Iterator[bytes]:
        """The bytes, summed again on their way. Raises Altered, at the latest behind the last of them."""
        digest, size = hashlib.sha256(), 0
        for chunk in self.chunks():
            digest.update(chunk)
            size += len(chunk)
            if size > self.size:
                break
            yield chunk
        if size != self.size or digest.hexdigest() != self.sha256:
            raise Altered(f"{self.name}: the bytes are not those recorded as {self.sha256[:12]}")


def held(name: str, content: bytes) -> Entry:
    """An entry whose bytes are in memory."""
    return Entry(name, len(content), hashlib.sha256(content).hexdigest(), lambda: (content,))


def on_disk(name: str, path: Path, size: int, sha256: str) -> Entry:
    """An entry that is read when its turn comes."""
    return Entry(name, size, sha256, partial(_chunks_of, path))


def _chunks_of(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def check_names(names: Sequence[str]) -> None:
    """Every system must be able to unpack them side by side, one that knows no case as well. Raises BadName."""
    for name in names:
        if len(name) > _LONGEST or not all(map(_is_plain, name.split("/"))):
            raise BadName(f"{name!r} could not be unpacked everywhere")
    files = Counter(name.lower() for name in names)
    folders = {name[:at] for name in files for at, letter in enumerate(name) if letter == "/"}
    if twice := [name for name, times in files.items() if times > 1 or name in folders]:
        raise BadName(f"{twice[0]} stands there twice")


def _is_plain(part: str) -> bool:
    return _PART.fullmatch(part) is not None and not part.endswith(".")
