"""The folder in which backups lie beside each other: names, what killed ones left, and which may go."""

from pathlib import Path

from fieldapp import clock
from fieldapp.errors import RuleBroken
from fieldapp.office import laying, manifest

FAULTY = ".faulty"
_PREFIX = "fieldapp-"


def new_name(folder: Path) -> str:
    """By the UTC second; by the next one that is free where two are made within one."""
    at = clock.now()
    while (folder / (name := _name_of(at))).exists():
        at += 1000
    return name


def _name_of(at: int) -> str:
    return f"{_PREFIX}{clock.utc_text(at)[:19].replace('-', '').replace(':', '')}Z"


def part_of(folder: Path, name: str) -> Path:
    """Where it is laid before it has its name."""
    return folder / f".{name}.part"


def clear(folder: Path) -> None:
    """Take away what killed backups left."""
    for left in [*folder.glob(f".{_PREFIX}*.part"), *folder.glob(f".{_PREFIX}*.gone")]:
        laying.remove(left)


def newest(folder: Path, whose: str) -> Path | None:
    """The last that is whole and sound."""
    return next(iter(reversed(_finished(folder, whose))), None)


def _finished(folder: Path, whose: str) -> list[Path]:
    """This installation's, oldest first."""
    return [
        path
        for path in sorted(folder.iterdir())
        if manifest.FINAL.fullmatch(path.name) and _is_of(path, whose)
    ]


def _is_of(path: Path, whose: str) -> bool:
    try:
        return manifest.about(path).whose == whose
    except RuleBroken:
        return False


def retire(folder: Path, whose: str, keep: int, made: Path) -> list[str]:
    """Take away the oldest; their names. Only a whole one takes the place of another, the last one that was reopened
    stays, and so does the newest of the faulty."""
    old = [path for path in sorted(folder.glob(f"{_PREFIX}*{FAULTY}")) if _is_of(path, whose)][:-1]
    if keep and manifest.FINAL.fullmatch(made.name):
        finished = _finished(folder, whose)
        checked = [path for path in finished if manifest.about(path).checked_at][-1:]
        old += [path for path in finished[:-keep] if path not in checked]
    for path in old:
        laying.remove(path)
    return [path.name for path in old]
