"""The photos of a package: originals byte for byte, or copies without place, time and camera, as the office chose."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fieldapp.packages.entries import Entry, held, on_disk

_ENDINGS = {"jpeg": "jpg", "png": "png", "webp": "webp", "heic": "heic"}
SHOWN = ("jpeg", "png", "webp")  # what browsers show as it is
_SPOILED = "打不开，做不出副本；原件另存在巡察办"


@dataclass(frozen=True)
class Found:
    """An original on disk, and its copy without metadata; None where no decoder can make one of it."""

    sha256: str
    path: Path
    format: str
    copy: Path | None = None
    released: bool = False  # shown to the unit: without metadata already


@dataclass(frozen=True)
class Picture:
    """A photo in the bag, addressed from the report: what a browser can show, and the file itself."""

    shown: str = ""  # "": nothing that a browser could show
    file: str = ""
    original: bool = True  # or a copy without metadata
    note: str = ""  # in place of the picture


@dataclass(frozen=True)
class Gathered:
    """Photos as files of a package, and where a page that lies beside their folders finds them."""

    entries: tuple[Entry, ...]
    pictures: dict[str, Picture]


def gather(found: Sequence[Found], *, originals: bool) -> Gathered:
    """Each photo once. With originals, a copy lies beside what no browser shows; without, there are copies alone. What
    was released goes as it was shown, either way."""
    each_once = {each.sha256: each for each in found if not each.released}
    shown = {each.sha256: _released(each) for each in found if each.released}
    entries, pictures = list(shown.values()), {key: _as_released(entry) for key, entry in shown.items()}
    for each in each_once.values():
        original = _original(each) if originals else None
        copy = None if originals and each.format in SHOWN else _copy(each)
        entries += [entry for entry in (original, copy) if entry]
        pictures[each.sha256] = _picture(each, original, copy)
    if not originals and each_once:
        entries.append(held("copies.json", _which_of_which(each_once.values(), entries)))
    return Gathered(tuple(entries), pictures)


def _released(each: Found) -> Entry:
    name = f"released/{each.sha256}.{_ENDINGS.get(each.format, 'bin')}"
    return on_disk(name, each.path, each.path.stat().st_size, each.sha256)


def _as_released(entry: Entry) -> Picture:
    return Picture(entry.name, entry.name, original=False)


def _original(each: Found) -> Entry:
    name = f"photos/{each.sha256}.{_ENDINGS.get(each.format, 'bin')}"
    return on_disk(name, each.path, each.path.stat().st_size, each.sha256)


def _copy(each: Found) -> Entry | None:
    if each.copy is None:
        return None
    with each.copy.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return on_disk(f"copies/{each.sha256}.jpg", each.copy, each.copy.stat().st_size, digest)


def _picture(each: Found, original: Entry | None, copy: Entry | None) -> Picture:
    if original is None:
        name = copy.name if copy else ""
        return Picture(name, name, original=False, note=_SPOILED)
    shown = original.name if each.format in SHOWN else copy.name if copy else ""
    return Picture(shown, original.name, note="浏览器打不开，原件在包里")


def _which_of_which(found: Iterable[Found], copies: Iterable[Entry]) -> bytes:
    sums = {entry.name: entry.sha256 for entry in copies}
    rows = []
    for each in found:
        name = f"copies/{each.sha256}.jpg"
        row = {"original": each.sha256, "copy": name, "sha256": sums[name]} if name in sums else None
        rows.append(row or {"original": each.sha256, "copy": "", "why": _SPOILED})
    rows.sort(key=lambda row: row["original"])
    return (json.dumps(rows, ensure_ascii=False, indent=1) + "\n").encode()
