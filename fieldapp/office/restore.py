"""`fieldapp restore`: a backup into an empty data folder and an empty database; nothing there is written over."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from fieldapp import clock, schema
from fieldapp import keys as all_keys
from fieldapp.access.models import Audit, Login
from fieldapp.backups.models import Backup
from fieldapp.config import Settings
from fieldapp.db import apart, rows_changed
from fieldapp.errors import RuleBroken
from fieldapp.evidence.originals import FolderStore
from fieldapp.office import laying, manifest, postgres, reopening
from fieldapp.office.finding import Progress
from fieldapp.office.manifest import About

_PART = ".restore.part"
_WORDS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
Say = Callable[[str], None]


@dataclass(frozen=True)
class Restored:
    about: About
    photos: int
    logins: int  # that were open in the copy
    upgraded: bool
    faults: list[str]


def restore(folder: Path, keys_from: Path | None, settings: Settings, say: Say) -> Restored:
    """Check the files, lay them, end the logins, check all. Raises RuleBroken, and then nothing was laid."""
    progress, url = Progress(say), sa.make_url(settings.database_url)
    about, sums = manifest.about(folder), manifest.listed(folder)
    _refuse(about, url)
    _refuse_full(settings, url)
    keys = _keys(folder, keys_from, about)
    faults = manifest.faults(folder, sums, progress)
    if faults:
        more = f"（一共 {len(faults)} 处）" if len(faults) > 1 else ""
        raise RuleBroken(f"这份备份坏了，没有恢复：{faults[0]}{more}。换一份试")
    part = settings.data / _PART
    try:
        _lay_files(part, folder, sums, keys, progress)
        restored = _lay_database(part, folder, about, url, say)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    # the database last: with it, it is all there
    for name in ("photos", "keys", manifest.DATABASES["sqlite"]):
        if (part / name).exists():
            os.rename(part / name, settings.data / name)
    part.rmdir()
    laying.sync(settings.data)
    return restored


def _refuse(about: About, url: sa.URL) -> None:
    here = url.get_backend_name()
    if about.kind != here:
        raise RuleBroken(
            f"这份备份是 {_WORDS[about.kind]} 的，这里用的是 {_WORDS.get(here, here)}（看 DATABASE_URL）"
        )
    if not schema.is_known(about.schema):
        raise RuleBroken("这份备份是更新的版本做的，先把程序升到那个版本再恢复")


def _refuse_full(settings: Settings, url: sa.URL) -> None:
    there = sorted(path.name for path in settings.data.iterdir() if path.name != _PART)
    if there:
        raise RuleBroken(
            f"{settings.data} 里已经有东西了（{there[0]}），不往上盖。用 FIELDAPP_DATA 指一个空文件夹，"
            "或先把它整个改名留着"
        )
    if url.get_backend_name() == "postgresql":
        engine = sa.create_engine(url)
        tables = sa.inspect(engine).get_table_names()
        engine.dispose()
        if tables:
            raise RuleBroken(
                f"数据库 {url.database} 里已经有表了，不往上盖。用 DATABASE_URL 指一个空的数据库"
            )


def _keys(folder: Path, keys_from: Path | None, about: About) -> Path:
    """Where the keys lie that fit."""
    place = keys_from or folder / "keys"
    if not place.is_dir():
        raise RuleBroken("密钥不在这份备份里，用 --keys-from 指出放密钥的文件夹（fieldapp-keys-…）")
    for name, digest in about.keys.items():
        path = place / name
        if not path.is_file():
            raise RuleBroken(f"{place} 里没有 {name}")
        if manifest.sum_of(path) != digest:
            raise RuleBroken(f"{place} 里的 {name} 不是这份备份的密钥")
    return place


def _lay_files(part: Path, folder: Path, sums: dict[str, str], keys: Path, progress: Progress) -> None:
    """Photos and keys, into a folder that a cut short restore leaves and the next one begins with."""
    if part.exists():
        laying.remove(part)
    about = manifest.about(folder)
    wanted = [(folder / name, part / name, 0o400) for name in sums if name.startswith("photos/")]
    wanted += [(keys / name, part / "keys" / name, 0o600) for name in about.keys]
    (part / "photos").mkdir(parents=True, mode=0o700)
    for n, (source, target, mode) in enumerate(wanted):
        progress("放回照片和密钥", n, len(wanted))
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        laying.copy(source, target, mode)
    for place, _, _ in os.walk(part, topdown=False):
        laying.sync(Path(place))


def _lay_database(part: Path, folder: Path, about: About, url: sa.URL, say: Say) -> Restored:
    source = folder / manifest.DATABASES[about.kind]
    if about.kind == "sqlite":
        laying.copy(source, part / source.name)
        url = sa.URL.create("sqlite", database=str(part / source.name))
    with reopening.opened(url, all_keys.load(part / "keys"), laying.Looked(part / "photos")) as app:
        if about.kind == "postgresql":
            programs = postgres.programs(postgres.server_version())
            postgres.run(programs, "pg_restore", *postgres.INTO, str(source), url=url)
        is_old = schema.revision() != schema.newest()
        if is_old:
            schema.upgrade()
        ended = _begin_anew(folder.name)
        store: FolderStore = app.extensions["originals"]
        photos, faults = len(list(store.keys())), reopening.faults(say)
        if about.checked_at and not faults:
            _remember(folder, about)
    return Restored(about, photos, ended, is_old, faults)


def _begin_anew(name: str) -> int:
    """Nobody goes on under a login of then: who has left since, or whose phone was lost, would be in again."""
    with apart(writes=True) as session:
        open_ones = sa.update(Login).where(Login.ended_at.is_(None)).values(ended_at=clock.now())
        ended = rows_changed(session.execute(open_ones))
        session.add(Audit(at=clock.now(), event="restored", about=name[:60]))
    return ended


def _remember(folder: Path, about: About) -> None:
    """This very backup holds all that is here: its row was written after its moment, and so is not in it."""
    row = Backup(name=folder.name[:60], taken_at=about.taken_at, upto=about.upto, verified_at=clock.now())
    row.manifest = manifest.sum_of(folder / manifest.LIST)
    with apart(writes=True) as session:
        session.add(row)
