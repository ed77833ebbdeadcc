"""The stream: its length known before, ZIP64 where it must be, flat memory, no whole archive of wrong bytes."""

import hashlib
import io
import struct
import subprocess
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from fieldapp.clock import CHINA
from fieldapp.packages.entries import Altered, Entry, held, on_disk
from fieldapp.packages.zipping import zipped, zipped_length

MOMENT = datetime(2018, 7, 2, 10, 0, 1, tzinfo=CHINA)
MB = 1 << 20
BLOCK = bytes(range(256)) * 1024


def zeros(name: str, size: int) -> Entry:
    """A large file that nobody has to keep."""
    block, digest = bytes(MB), hashlib.sha256()
    for _ in range(size // MB):
        digest.update(block)
    return Entry(name, size, digest.hexdigest(), lambda: (block for _ in range(size // MB)))


def test_it_is_as_long_as_was_said(tmp_path: Path) -> None:
    entries = [held(f"a/{n}.txt", b"x" * n) for n in range(50)]
    content = b"".join(zipped(entries, MOMENT))
    assert len(content) == zipped_length(entries, MOMENT)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert archive.read("a/7.txt") == b"x" * 7


def in_passing(content: bytes) -> dict[str, bytes]:
    """As a strict reader of a pipe goes: each header says what follows, the directory is not asked."""
    found, at = {}, 0
    while content[at : at + 4] == b"PK\x03\x04":
        flags, method = struct.unpack_from("<HH", content, at + 6)
        crc, packed, size, name, extra = struct.unpack_from("<IIIHH", content, at + 14)
        assert (flags & 8, method) == (0, 0), "what is stored must say its size before"
        title = content[at + 30 : at + 30 + name].decode("ascii")
        more = content[at + 30 + name : at + 30 + name + extra]
        if size == 0xFFFFFFFF:
            size, packed = struct.unpack_from("<QQ", more, 4)
        at += 30 + name + extra
        found[title] = content[at : at + packed]
        assert (packed, zlib.crc32(found[title])) == (size, crc)
        at += packed
    assert content[at : at + 4] == b"PK\x01\x02", "only then the directory"
    return found


def test_it_can_be_read_from_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Java's ZipInputStream refuses a stored file whose size stands behind it."""
    entries = [held(f"a/{n}.txt", b"x" * n) for n in (0, 1, 4000)]
    read = {each.name: b"".join(each.chunks()) for each in entries}
    assert in_passing(b"".join(zipped(entries, MOMENT))) == read
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 3000)
    assert in_passing(b"".join(zipped(entries, MOMENT))) == read


def test_nothing_depends_on_the_machine() -> None:
    with zipfile.ZipFile(io.BytesIO(b"".join(zipped([held("a.txt", b"x")], MOMENT)))) as archive:
        info = archive.infolist()[0]
    assert (info.date_time, info.compress_type) == ((2018, 7, 2, 10, 0, 0), zipfile.ZIP_STORED)
    assert (info.create_system, info.external_attr >> 16) == (3, 0o100644)


def test_the_length_is_right_where_zip64_begins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its three limits brought near: a large file, one that begins far behind, many files."""
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 3000)
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 20)
    for count, size in ((3, 10), (3, 2900), (3, 5000), (30, 10), (30, 500)):
        entries = [held(f"{n}.bin", bytes([n]) * size) for n in range(count)]
        target = tmp_path / "package.zip"
        target.write_bytes(b"".join(zipped(entries, MOMENT)))
        assert target.stat().st_size == zipped_length(entries, MOMENT), (count, size)
        assert subprocess.run(["unzip", "-tq", target], capture_output=True, check=False).returncode == 0


@pytest.mark.slow
def test_a_package_over_four_gigabytes_opens(tmp_path: Path) -> None:
    """For real, though of zeros: what unzip reads, and where the last file lies, is past every 32-bit number."""
    entries = [*(zeros(f"{n}.bin", 700 * MB) for n in range(6)), held("last.txt", b"here")]
    target = tmp_path / "package.zip"
    with target.open("wb") as file:
        for chunk in zipped(entries, MOMENT):
            if chunk.count(0) == len(chunk) == MB:
                file.seek(MB, io.SEEK_CUR)  # a hole, so that the disk need not hold them
            else:
                file.write(chunk)
    assert target.stat().st_size == zipped_length(entries, MOMENT) > 1 << 32
    read = subprocess.run(["unzip", "-p", target, "last.txt"], capture_output=True, check=True)
    assert read.stdout == b"here"
    target.unlink()


def changed_in_place(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[MB] ^= 1
    path.write_bytes(content)


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def grown(path: Path) -> None:
    path.write_bytes(path.read_bytes() + BLOCK)  # more than was promised must not leave


@pytest.mark.parametrize("change", [changed_in_place, cut_off, grown])
def test_bytes_that_are_not_those_recorded_stop_it(change: Callable[[Path], None], tmp_path: Path) -> None:
    path, target = tmp_path / "original", tmp_path / "package.zip"
    path.write_bytes(BLOCK * 8)
    entry = on_disk("photo.jpg", path, path.stat().st_size, hashlib.sha256(BLOCK * 8).hexdigest())
    change(path)
    with target.open("wb") as file, pytest.raises(Altered, match=r"photo\.jpg"):
        file.writelines(zipped([held("a.txt", b"x"), entry, held("z.txt", b"x")], MOMENT))
    assert target.stat().st_size < zipped_length([held("a.txt", b"x"), entry, held("z.txt", b"x")], MOMENT)
    assert subprocess.run(["unzip", "-tq", target], capture_output=True, check=False).returncode != 0


def test_an_original_that_is_gone_stops_it(tmp_path: Path) -> None:
    entry = on_disk("photo.jpg", tmp_path / "none", 1, "0" * 64)
    with pytest.raises(FileNotFoundError):
        list(zipped([entry], MOMENT))


def test_a_reader_who_leaves_holds_no_file_open(tmp_path: Path) -> None:
    closed: list[bool] = []

    def chunks() -> Iterator[bytes]:
        try:
            yield BLOCK
            yield BLOCK
        finally:
            closed.append(True)

    stream = zipped([Entry("a", 2 * len(BLOCK), "0" * 64, chunks)], MOMENT)
    while next(stream) is not BLOCK:
        pass
    stream.close()  # type: ignore[attr-defined]
    assert closed == [True, True]


def test_memory_does_not_grow_with_the_package(tmp_path: Path) -> None:
    path = tmp_path / "original"
    path.write_bytes(BLOCK * 80)  # 20 MB, three times
    sha256 = hashlib.sha256(BLOCK * 80).hexdigest()
    entries = [on_disk(f"{n}.jpg", path, path.stat().st_size, sha256) for n in range(3)]
    tracemalloc.start()
    try:
        assert sum(map(len, zipped(entries, MOMENT))) == zipped_length(entries, MOMENT) > 60 * MB
        assert tracemalloc.get_traced_memory()[1] < 2 * MB
    finally:
        tracemalloc.stop()
