"""A power cut, replayed: what a disk surely holds after each system call of a traced server.

The substitute for pulling the plug. Of a file only what was written before its last fsync is there, and of what came
after any part or none; a name is there only once its folder was synced. Memory maps (SQLite's -shm) are lost.
"""

import random
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

CALLS = "trace=openat,write,pwrite64,ftruncate,rename,unlink,fsync,fdatasync,sendto"
WHOLE = ("-y", "-xx", "-s", "1000000")
_CALL = re.compile(r"(\w+)\((.*)\)\s+= (-?\d+|\?)", re.S)
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_FILE = re.compile(r"^-?\w+<([^>]*)>")


@dataclass(frozen=True)
class Call:
    """One finished system call that did not fail."""

    name: str
    file: str  # what its first descriptor is of
    texts: tuple[bytes, ...]
    rest: str

    @property
    def number(self) -> int:
        """The last argument."""
        return int(self.rest.rsplit(",", 1)[-1])


def calls(log: Path) -> Iterator[Call]:
    """In the order in which they ended."""
    begun: dict[str, str] = {}
    for line in log.read_text(errors="replace").splitlines():
        pid, _, said = line.partition(" ")
        said = said.strip()
        if said.endswith("<unfinished ...>"):
            begun[pid] = said.removesuffix("<unfinished ...>").rstrip()
            continue
        if said.startswith("<..."):
            said = begun.pop(pid, "") + said.partition("resumed>")[2]
        found = _CALL.match(said)
        if found and found[3].isdigit():
            yield _call(found[1], found[2], said)


def _call(name: str, arguments: str, said: str) -> Call:
    texts = tuple(bytes.fromhex(each.replace("\\x", "")) for each in _TEXT.findall(arguments))
    file = _FILE.match(said.rpartition("= ")[2] if name == "openat" else arguments)
    return Call(name, _plain(file[1]) if file else "", texts, _TEXT.sub("", arguments))


def _plain(path: str) -> str:
    return re.sub(r"\\x([0-9a-f]{2})", lambda found: chr(int(found[1], 16)), path)


@dataclass
class File:
    """What is on disk of it, and what has been written since."""

    synced: bytearray
    since: list[tuple[int, bytes | None]] = field(default_factory=list)  # None: cut off here
    length: int = 0

    def write(self, at: int, data: bytes) -> None:
        self.since.append((at, data))
        self.length = max(self.length, at + len(data))

    def truncate(self, at: int) -> None:
        self.since.append((at, None))
        self.length = at

    def sync(self) -> None:
        for at, data in self.since:
            _apply(self.synced, at, data)
        self.since.clear()

    def after_the_cut(self, chance: random.Random | None) -> bytes:
        """Without what was not synced; or, with a chance, with any part of it, in any order."""
        held = bytearray(self.synced)
        some = [each for each in self.since if chance and chance.random() < 0.5]
        if chance:
            chance.shuffle(some)
        for at, data in some:
            _apply(held, at, data)
        return bytes(held)


def _apply(held: bytearray, at: int, data: bytes | None) -> None:
    held.extend(bytes(max(0, at - len(held))))
    if data is None:
        del held[at:]
    else:
        held[at : at + len(data)] = data


class Disk:
    """A data folder under a traced server. `sure` is what was there before it was started."""

    def __init__(self, root: Path, now: Path, sure: Path) -> None:
        self.root = root
        here = [
            each.relative_to(now)
            for each in now.rglob("*")
            if each.is_file() and each.suffix != ".sqlite-shm"
        ]
        self.names = {str(root / each): File(bytearray((now / each).read_bytes())) for each in here}
        for each in self.names.values():
            each.length = len(each.synced)
        self.sure = {
            name: file for name, file in self.names.items() if (sure / Path(name).relative_to(root)).exists()
        }

    def take(self, call: Call) -> None:
        if call.name == "rename" and self._is_ours(call.texts[1].decode()):
            self.names[call.texts[1].decode()] = self.names.pop(call.texts[0].decode())
        elif call.name == "unlink":
            self.names.pop(call.texts[0].decode(), None)
        elif call.name == "openat" and "O_CREAT" in call.rest and self._is_ours(call.file):
            self.names.setdefault(call.file, File(bytearray()))
        elif call.name in ("fsync", "fdatasync"):
            self._sync(call.file)
        elif call.file in self.names:
            self._change(self.names[call.file], call)

    def _change(self, file: File, call: Call) -> None:
        if call.name == "write":
            file.write(file.length, call.texts[0])
        elif call.name == "pwrite64":
            file.write(call.number, call.texts[0])
        elif call.name == "ftruncate":
            file.truncate(call.number)

    def _is_ours(self, path: str) -> bool:
        return path.startswith(f"{self.root}/") and not path.endswith("-shm")

    def _sync(self, path: str) -> None:
        if path in self.names:
            self.names[path].sync()
            return
        inside = {name: file for name, file in self.names.items() if str(Path(name).parent) == path}
        self.sure = {
            name: file for name, file in self.sure.items() if str(Path(name).parent) != path
        } | inside

    def lay(self, folder: Path, chance: random.Random | None) -> Path:
        """The folder as it is found after the cut."""
        shutil.rmtree(folder, ignore_errors=True)
        for name, file in self.sure.items():
            path = folder / Path(name).relative_to(self.root)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.after_the_cut(chance))
        return folder
