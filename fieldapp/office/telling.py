"""What `fieldapp backup` and `restore` say, in words for the administrator."""

import errno
import sqlite3
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.exc import OperationalError

from fieldapp.clock import CHINA
from fieldapp.errors import RuleBroken
from fieldapp.office.backup import Made
from fieldapp.office.restore import Restored
from fieldapp.web.ui import full_day_text

_SHOWN = 10
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
Line = tuple[bool, str]  # is it a fault


def instant(ms: int) -> str:
    """To the second, in China."""
    at = datetime.fromtimestamp(ms / 1000, CHINA)
    return f"{full_day_text(at)} {at:%H:%M:%S}"


def of_backup(made: Made) -> Iterator[Line]:
    """The faults first: they are what matters then."""
    for each in made.faults[:_SHOWN]:
        yield True, each
    if len(made.faults) > _SHOWN:
        yield True, f"还有 {len(made.faults) - _SHOWN} 处"
    about = made.about
    if made.faults:
        yield True, f"拷下来的和原来的一样有错，没有算数，留作 {made.folder}。先运行 fieldapp check"
        return
    photos = f"照片 {about.photos} 张（新拷 {made.copied} 张）" if about.photos else "没有照片"
    yield False, f"{made.folder.name}：{made.size / 1e6:.1f} MB，{photos}"
    yield False, f"到 {instant(about.taken_at)} 收下的都在里面"
    yield (True, made.unchecked) if made.unchecked else (False, "打开核对过，好的")
    for each in made.lost[:_SHOWN]:
        yield True, f"服务器上少了照片 {each}，这份备份里有，把它拷回数据目录的 photos/"
    yield False, _of_keys(made)
    if made.on_same_disk:
        yield False, "提示：备份和数据在同一块盘上，盘坏了两样都没了。换一块盘，至少每周拷一份走"
    if made.retired:
        yield False, f"删掉旧的 {len(made.retired)} 份：{'、'.join(made.retired)}"


def _of_keys(made: Made) -> str:
    if made.keys is None:
        return "密钥没有拷：没有 keys/ 这份备份恢复不了，确认别处存着一份"
    if made.keys.name != "keys":
        return f"密钥放在 {made.keys}，恢复时要用；和这份备份分开锁好"
    return "密钥在里面：谁拿到都能读，安排也读得出，这块盘要锁好"


def of_restore(restored: Restored, name: str) -> Iterator[Line]:
    about = restored.about
    yield False, f"恢复了 {name}：{instant(about.taken_at)} 的样子，照片 {restored.photos} 张"
    yield False, "在那以后收下的不在里面"
    if restored.upgraded:
        yield False, f"数据库从 {about.schema} 升到了这个版本"
    yield False, f"当时登录着的 {restored.logins} 处都退出了，每个人要重新登录"
    for each in restored.faults[:_SHOWN]:
        yield True, each
    if restored.faults:
        yield (
            True,
            f"放回来了，有 {len(restored.faults)} 处对不上（上面是头几处），运行 fieldapp check --all 看全",
        )
    else:
        yield False, "核对过，好的。可以 fieldapp serve"


def sentence_of(error: Exception) -> str:
    """Of what can happen to anybody; empty for what nobody foresaw."""
    if isinstance(error, RuleBroken):
        return error.sentence
    number, name = getattr(error, "errno", None), getattr(error, "sqlite_errorname", "")
    if number in _FULL or name == "SQLITE_FULL":
        return "盘满了，没有做成，做到一半的已经清掉。删掉旧的，或换一块盘"
    if isinstance(error, OSError | sqlite3.OperationalError):
        return f"文件读写不了，没有做成：{error}"
    if isinstance(error, OperationalError):
        return f"数据库连不上，或太忙：{str(error.orig).splitlines()[0]}"
    return ""
