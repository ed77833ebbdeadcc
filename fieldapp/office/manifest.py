"""What lies in a backup and how it says so: `about.json`, and a list of files that `sha256sum -c` reads."""

import hashlib
import json
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from fieldapp.errors import RuleBroken
from fieldapp.office import laying
from fieldapp.office.finding import UNREADABLE, Progress

ABOUT, LIST = "about.json", "manifest-sha256.txt"
DATABASES = {"sqlite": "fieldapp.sqlite", "postgresql": "fieldapp.dump"}
FINAL = re.compile(r"fieldapp-\d{8}T\d{6}Z")
_NAME = re.compile(
    r"about\.json|fieldapp\.(sqlite|dump)|photos/[0-9a-f]{64}|keys/[\w-][\w.-]*(/[\w-][\w.-]*)*"
)
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")


@dataclass(frozen=True)
class About:
    """Of one backup. `checked_at` is None when it was not reopened, or was found faulty."""

    kind: str  # of database
    schema: str
    whose: str  # which installation's
    taken_at: int
    taken: str
    upto: int
    photos: int
    # name -> sha256: of the keys that fit, wherever they are
    keys: dict[str, str] = field(default_factory=dict)
    checked_at: int | None = None
    format: int = 1


def write(folder: Path, about: About, intact: set[str]) -> str:
    """Both files; photos known to be intact are not read again. Gives the sum of the list itself."""
    laying.write(
        folder / ABOUT, json.dumps(asdict(about), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    )
    sums = {f"photos/{each}": each for each in intact}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in sums:
            sums[name] = sum_of(path)
    text = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))
    laying.write(folder / LIST, text)
    return hashlib.sha256(text.encode()).hexdigest()


def sum_of(path: Path) -> str:
    """sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def about(folder: Path) -> About:
    """What a backup says of itself; raises RuleBroken when it is none."""
    try:
        told: dict[str, Any] = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        found = About(**told)
    except (OSError, *UNREADABLE) as error:
        raise RuleBroken(f"{folder} 不是一份备份：里面的 {ABOUT} 没有或读不懂") from error
    if found.format != 1 or found.kind not in DATABASES:
        raise RuleBroken(f"{folder} 是别的版本做的备份，这个版本读不懂")
    return found


def listed(folder: Path) -> dict[str, str]:
    """Name -> sum of every file that belongs to a backup."""
    try:
        lines = [_LINE.fullmatch(line) for line in (folder / LIST).read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError) as error:
        raise RuleBroken(f"{folder} 不是一份做完的备份：没有 {LIST}") from error
    sums = {each[2]: each[1] for each in lines if each and _NAME.fullmatch(each[2])}
    if None in lines or len(sums) != len(lines) or ABOUT not in sums:
        raise RuleBroken(f"{folder} 里的 {LIST} 被改过，读不懂")
    return sums


def faults(folder: Path, sums: dict[str, str], progress: Progress) -> list[str]:
    """Files that are missing or not those that were laid, by name."""
    found = []
    for n, (name, digest) in enumerate(sums.items()):
        progress("核对备份里的文件", n, len(sums))
        path = folder / name
        if not path.is_file():
            found.append(f"{name} 不见了")
        elif sum_of(path) != digest:
            found.append(f"{name} 不是当时存的那个")
    return found
