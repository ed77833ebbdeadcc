"""A package as a file on the server, for the command line."""

import errno
import os
import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

from fieldapp import clock
from fieldapp.errors import RuleBroken
from fieldapp.evidence.originals import sync_folder
from fieldapp.packages import copies
from fieldapp.packages.actions import export
from fieldapp.packages.bag import Bag
from fieldapp.packages.copies import Progress
from fieldapp.packages.entries import Altered
from fieldapp.packages.parcels import parcel_of

_MB = 1_000_000
_WHY = {errno.ENOSPC: "磁盘满了", errno.EACCES: "不让写", errno.EROFS: "只能读，不能写"}


def save(kind: str, thing_id: UUID, target: Path, *, originals: bool, by: Any, progress: Progress) -> Bag:
    """Make the copies that go along, pack, and write. The file has its name only once it is whole and on disk; nothing
    that is there already is written over. Raises RuleBroken."""
    if target.exists():
        raise RuleBroken(f"{target} 已经有了，换个名字，或先把它移走")
    if not target.absolute().parent.is_dir():
        raise RuleBroken(f"没有文件夹 {target.absolute().parent}")
    parcel = parcel_of(kind, thing_id)
    copies.make(copies.lacking(parcel.copies(originals=originals)), progress=progress)
    bag = export(parcel, originals=originals, by=by, at=clock.now())
    _write(bag, target.absolute(), progress)
    return bag


def _write(bag: Bag, target: Path, progress: Progress) -> None:
    part: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        part = Path(name)
        with os.fdopen(handle, "wb") as file:
            for chunk in bag.chunks():
                file.write(chunk)
                progress("写入 MB", file.tell() // _MB, bag.length // _MB)
            file.flush()
            os.fsync(file.fileno())
        _name(part, target)
    except Altered as altered:
        raise RuleBroken(
            f"文件的内容和记录的不一样了，没有导出：{altered}。请运行 fieldapp check"
        ) from altered
    except OSError as error:
        why = _WHY.get(error.errno or 0, f"写不下去（{error.strerror}）")
        raise RuleBroken(f"{target.parent} {why}，没有导出") from error
    finally:
        if part is not None:
            part.unlink(missing_ok=True)


def _name(part: Path, target: Path) -> None:
    """Give it its name, on disk too; what has come to stand there meanwhile stays."""
    try:
        os.link(part, target)
    except FileExistsError:
        raise RuleBroken(f"{target} 已经有了，换个名字，或先把它移走") from None
    except OSError:  # a stick that knows no links
        os.replace(part, target)
    sync_folder(target.parent)
