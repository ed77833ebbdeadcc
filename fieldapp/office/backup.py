"""`fieldapp backup`: database, originals and keys of one moment; they count once opened again and found sound.

Database first, then every original that it names: originals are never changed and none that is named is ever taken
away, so that what the database of that moment names is there later too.
"""

import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.exc import OperationalError

from fieldapp import clock, schema
from fieldapp import keys as all_keys
from fieldapp.backups.models import Backup
from fieldapp.config import Settings
from fieldapp.db import apart, db
from fieldapp.errors import RuleBroken
from fieldapp.evidence.models import Original
from fieldapp.evidence.originals import FolderStore
from fieldapp.office import laying, manifest, postgres, reopening, shelf, snapshots
from fieldapp.office.finding import Progress
from fieldapp.office.laying import Looked
from fieldapp.office.manifest import About
from fieldapp.office.photos import all_named

Say = Callable[[str], None]
NOT_REOPENED = (
    "数据库账号不许建库（CREATEDB），没有装回去核对：导出的数据库从头到尾读得通，照片核对过；"
    "历史、记录、角色没有核对"
)


@dataclass(frozen=True)
class Wish:
    """Where to, how many to keep (0: all), and what becomes of the keys: along, to a folder of their own, left out."""

    folder: Path
    keep: int = 0
    keys_along: bool = True
    keys_to: Path | None = None


@dataclass(frozen=True)
class Made:
    """What became of it. `faults` name what is not sound; `unchecked` says why it was not reopened."""

    folder: Path
    about: About
    size: int
    copied: int  # photos that no earlier backup shares
    faults: list[str]
    unchecked: str
    keys: Path | None
    on_same_disk: bool
    lost: list[str]  # photos that are in this backup and no more on the server
    retired: list[str]


def back_up(wish: Wish, say: Say) -> Made:
    """Make one. Raises RuleBroken or what the disk says, and then nothing of it is left."""
    _refuse(wish)
    whose = _whose()
    with laying.one_at_a_time(wish.folder):
        shelf.clear(wish.folder)
        name = shelf.new_name(wish.folder)
        part = shelf.part_of(wish.folder, name)
        part.mkdir(mode=0o700)
        try:
            made, digest = _lay(part, whose, wish, say)
            made = replace(made, folder=wish.folder / (name + shelf.FAULTY * bool(made.faults)))
            laying.finish(part, made.folder)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
        if made.about.checked_at:
            _remember(made, digest)
        return replace(made, retired=shelf.retire(wish.folder, whose, wish.keep, made.folder))


def _refuse(wish: Wish) -> None:
    data = _settings().data
    for folder in filter(None, (wish.folder, wish.keys_to)):
        if not folder.is_dir():
            raise RuleBroken(f"没有文件夹 {folder}。盘插好、挂上了吗？先建好这个文件夹再试")
        if folder.resolve().is_relative_to(data):
            raise RuleBroken(f"{folder} 在数据目录里面，备份要放到别处，最好是另一块盘")
    laying.leave_room(wish.folder, data)
    if schema.revision() != schema.newest():
        raise RuleBroken("数据库还没升到最新，先运行 fieldapp migrate")


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found


def _live() -> FolderStore:
    found: FolderStore = current_app.extensions["originals"]
    return found


def _whose() -> str:
    """Tells the backups of one installation from those of another in the same folder."""
    heads = current_app.extensions["keys"].heads
    return hashlib.sha256(b"fieldapp backup of " + heads).hexdigest()[:12]


def _lay(part: Path, whose: str, wish: Wish, say: Say) -> tuple[Made, str]:
    """Everything into the folder that has no final name yet, and look through it; with the sum of its list."""
    progress, kind = Progress(say), db.engine.dialect.name
    database = part / manifest.DATABASES[kind]
    with snapshots.frozen() as moment:
        named = all_named(moment.session)
        wanted = sorted(named.union(moment.session.scalars(sa.select(Original.sha256))))
        snapshots.lay(moment, database, progress)
    place = (
        wish.keys_to / f"fieldapp-keys-{whose}"
        if wish.keys_to
        else part / "keys"
        if wish.keys_along
        else None
    )
    keys = _lay_keys(place)
    store = Looked(part / "photos")
    copied = _lay_photos(store, wanted, shelf.newest(wish.folder, whose), progress)
    loaded = all_keys.load(place) if place else current_app.extensions["keys"]
    faults, unchecked = _look(database, whose, loaded, store, say)
    faults = faults or [f"照片 {each} 没有或变过" for each in sorted(named) if not _is_sound(store, each)]
    about = About(
        kind=kind, schema=schema.newest(), whose=whose, taken_at=moment.taken_at, upto=moment.upto,
        taken=clock.utc_text(moment.taken_at), photos=len(list(store.keys())), keys=keys,
        checked_at=None if faults or unchecked else clock.now(),
    )  # fmt: skip
    digest = manifest.write(part, about, set(filter(store.is_intact, store.keys())))
    size = sum(path.stat().st_size for path in part.rglob("*") if path.is_file())
    on_same = laying.is_same_disk(part, _settings().data)
    lost = [each for each in sorted(named) if store.exists(each) and not _live().exists(each)]
    return Made(part, about, size, copied, faults, unchecked, place, on_same, lost, []), digest


def _is_sound(store: Looked, sha256: str) -> bool:
    return store.exists(sha256) and store.is_intact(sha256)


def _lay_keys(place: Path | None) -> dict[str, str]:
    """The sums of all keys; the keys themselves where they were wished. What is there already and the same stays."""
    live = _settings().keys
    names = sorted(path.relative_to(live) for path in live.rglob("*") if path.is_file())
    for name in names if place else ():
        assert place is not None
        target = place / name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not target.exists() or target.read_bytes() != (live / name).read_bytes():
            fresh = target.with_name(f"{target.name}.part")
            fresh.unlink(missing_ok=True)
            laying.copy(live / name, fresh)
            os.replace(fresh, target)
            laying.sync(target.parent)
    return {name.as_posix(): manifest.sum_of(live / name) for name in names}


def _lay_photos(store: Looked, wanted: list[str], earlier: Path | None, progress: Progress) -> int:
    """Shared with the backup before where the disk can and its file is still sound; how many were copied."""
    live, copied = _live(), 0
    for n, sha256 in enumerate(wanted):
        progress("拷照片", n, len(wanted))
        laying.leave_room(store.root, live.root)
        target = store.path(sha256)
        if earlier and laying.link(earlier / "photos" / sha256, target):
            if store.is_intact(sha256):
                continue
            target.unlink()
            store.forget(sha256)
        if live.exists(sha256):
            laying.copy(live.path(sha256), target)
            copied += 1
    return copied


def _look(database: Path, whose: str, keys: all_keys.Keys, store: Looked, say: Say) -> tuple[list[str], str]:
    """Faults of the copy, and why it was not opened."""
    if database.name == manifest.DATABASES["sqlite"]:
        with reopening.opened(reopening.untouched(database), keys, store):
            return reopening.faults(say), ""
    programs = postgres.programs(postgres.server_version())
    with postgres.beside(whose) as url:
        if url is None:
            postgres.read_through(programs, database)
            return [], NOT_REOPENED
        postgres.run(programs, "pg_restore", *postgres.INTO, str(database), url=url)
        with reopening.opened(url, keys, store):
            return reopening.faults(say), ""


def _remember(made: Made, digest: str) -> None:
    about = made.about
    row = Backup(name=made.folder.name, taken_at=about.taken_at, upto=about.upto, manifest=digest)
    row.verified_at = about.checked_at or 0
    try:
        with apart(writes=True) as session:
            session.add(row)
    except OperationalError as error:
        said = "备份做好了，也核对过，可是数据库太忙，没能记下。文件都在；要让手机知道，再做一次"
        raise RuleBroken(said) from error
