import errno
import hashlib
import io
import os
import stat
import tempfile
import threading
from pathlib import Path
from typing import Any

import pytest

from fieldapp.errors import RuleBroken
from fieldapp.evidence import originals
from fieldapp.evidence.originals import Empty, FolderStore, Foreign, NoRoom, Refused, TooLarge, sniff
from tests.evidence import pictures

LIMIT = 25 * 2**20
ACCEPTED = {
    "jpeg": pictures.jpeg,
    "png": pictures.png,
    "webp": pictures.webp,
    "heic": pictures.heic,
}


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "photos")


def put(store: FolderStore, content: bytes, limit: int = LIMIT) -> originals.Stored:
    return store.put(io.BytesIO(content), limit=limit)


def files(store: FolderStore) -> list[str]:
    return sorted(path.name for path in store.root.iterdir())


@pytest.mark.parametrize("kind", ACCEPTED)
def test_bytes_come_back_untouched_under_their_hash(store: FolderStore, kind: str) -> None:
    content = ACCEPTED[kind]()
    stored = put(store, content)
    assert stored == originals.Stored(hashlib.sha256(content).hexdigest(), len(content), kind)
    with store.open(stored.sha256) as file:
        assert file.read() == content
    assert files(store) == [stored.sha256]
    assert list(store.keys()) == [stored.sha256]


def test_damaged_photo_is_kept(store: FolderStore) -> None:
    cut = pictures.jpeg()[:-100]
    assert store.exists(put(store, cut).sha256)


def test_a_photo_that_is_an_archive_too_is_kept_byte_for_byte(store: FolderStore) -> None:
    content = pictures.polyglot()
    with store.open(put(store, content).sha256) as file:
        assert file.read() == content


@pytest.mark.parametrize(
    ("content", "error", "status"),
    [
        (b"", Empty, 422),
        (pictures.HTML, Foreign, 415),
        (pictures.SVG, Foreign, 415),
        (pictures.postscript(), Foreign, 415),
        (b"\xff\xd8", Foreign, 415),
        (b"\xff\xd8\xff" + bytes(1000), TooLarge, 413),
    ],
)
def test_what_is_refused_leaves_nothing_behind(
    store: FolderStore, content: bytes, error: type[Refused], status: int
) -> None:
    with pytest.raises(error) as caught:
        put(store, content, limit=1000)
    assert caught.value.status == status
    assert isinstance(caught.value, RuleBroken)
    assert "没有收下" in caught.value.sentence
    assert files(store) == []


def test_the_limit_itself_is_allowed(store: FolderStore) -> None:
    assert put(store, b"\xff\xd8\xff" + bytes(997), limit=1000).size == 1000


def test_too_large_stops_reading(store: FolderStore) -> None:
    endless = io.BytesIO(b"\xff\xd8\xff" + bytes(5_000_000))
    with pytest.raises(TooLarge):
        store.put(endless, limit=100_000)
    assert endless.tell() < 300_000


def test_a_stream_that_gives_single_bytes_is_still_recognised(store: FolderStore) -> None:
    class Drops(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(1, size or 0))

    content = pictures.saved(pictures.scene(16, 12), "WEBP")
    stored = store.put(Drops(content), limit=LIMIT)
    assert (stored.format, stored.sha256) == ("webp", hashlib.sha256(content).hexdigest())


def test_a_cut_upload_leaves_no_part_file(store: FolderStore) -> None:
    class Cut(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 100_000:
                raise ConnectionResetError
            return super().read(size)

    with pytest.raises(ConnectionResetError):
        store.put(Cut(b"\xff\xd8\xff" + bytes(500_000)), limit=LIMIT)
    assert files(store) == []


def test_other_formats_only_when_asked_for(store: FolderStore) -> None:
    stored = store.put(io.BytesIO(b"%PDF-1.7 signed"), limit=LIMIT, accept=None)
    assert stored.format is None
    assert store.exists(stored.sha256)


@pytest.mark.parametrize("brand", [b"heic", b"heix", b"hevc", b"hevx", b"mif1", b"msf1", b"heim", b"heis"])
def test_heic_by_each_of_its_brands(brand: bytes) -> None:
    assert sniff(b"\x00\x00\x00\x18ftyp" + brand + b"\x00\x00\x00\x00") == "heic"


def test_a_film_is_no_photo() -> None:
    assert sniff(b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00") is None


@pytest.mark.parametrize("key", ["../secret", "a" * 63, "A" * 64, "a" * 64 + "\n", "", "/etc/passwd"])
def test_only_a_hash_is_a_key(store: FolderStore, key: str) -> None:
    for ask in (store.path, store.open, store.exists, store.is_intact):
        with pytest.raises(KeyError):
            ask(key)


def test_other_files_in_the_folder_are_no_originals(store: FolderStore) -> None:
    (store.root / "copies").mkdir()
    (store.root / ("b" * 64)).mkdir()
    (store.root / ".part-x").touch()
    assert list(store.keys()) == []


def test_nobody_may_write_to_an_original(store: FolderStore) -> None:
    path = store.path(put(store, pictures.png()).sha256)
    assert stat.S_IMODE(path.stat().st_mode) == 0o400


def test_order_is_file_then_name_then_folder(store: FolderStore, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    fsync, replace = os.fsync, os.replace

    def note_fsync(handle: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(handle).st_mode)
        size = os.fstat(handle).st_size
        order.append("fsync folder" if is_folder else f"fsync file of {size}")
        fsync(handle)

    def note_replace(source: Any, target: Any) -> None:
        assert Path(source).parent == Path(target).parent
        order.append("rename")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", note_fsync)
    monkeypatch.setattr(os, "replace", note_replace)
    content = pictures.jpeg()
    put(store, content)
    assert order == [f"fsync file of {len(content)}", "rename", "fsync folder"]
    order.clear()
    put(store, content)
    assert order[-1] == "fsync folder"  # the first sender may have died before its own
    assert "rename" not in order


def test_a_new_folder_is_made_durable_in_its_parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    fsync = os.fsync

    def note(handle: int) -> None:
        synced.append(os.readlink(f"/proc/self/fd/{handle}"))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", note)
    FolderStore(tmp_path / "data" / "photos")
    assert synced == [str(tmp_path), str(tmp_path / "data")]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS])
@pytest.mark.parametrize("step", ["fsync", "replace", "mkstemp"])
def test_a_full_or_read_only_disk_is_no_rule_of_the_work(
    store: FolderStore, monkeypatch: pytest.MonkeyPatch, number: int, step: str
) -> None:
    def fail(*_args: Any, **_named: Any) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(tempfile if step == "mkstemp" else os, step, fail)
    with pytest.raises(NoRoom) as caught:
        put(store, pictures.png())
    assert caught.value.status == 507
    assert not isinstance(caught.value, RuleBroken)
    assert files(store) == []


def test_a_disk_that_fills_up_while_writing(store: FolderStore, monkeypatch: pytest.MonkeyPatch) -> None:
    make = tempfile.mkstemp

    def on_a_full_device(**named: Any) -> tuple[int, str]:
        handle, name = make(**named)
        os.close(handle)
        return os.open("/dev/full", os.O_WRONLY), name

    monkeypatch.setattr(tempfile, "mkstemp", on_a_full_device)
    with pytest.raises(NoRoom):
        put(store, pictures.jpeg())
    assert files(store) == []


def test_another_disk_error_is_not_called_full(store: FolderStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_handle: int) -> None:
        raise OSError(errno.EIO, "bad sector")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="bad sector"):
        put(store, pictures.png())
    assert files(store) == []


def test_many_senders_of_one_photo_make_one_file(store: FolderStore) -> None:
    content, done = pictures.png(), []
    threads = [threading.Thread(target=lambda: done.append(put(store, content))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 8
    assert len(set(done)) == 1
    assert files(store) == [done[0].sha256]


def test_sending_again_does_not_touch_the_first_file(store: FolderStore) -> None:
    content = pictures.png()
    path = store.path(put(store, content).sha256)
    before = path.stat()
    put(store, content)
    assert path.stat().st_ino == before.st_ino
    assert path.stat().st_mtime_ns > before.st_mtime_ns  # young again: no sweep takes it now


def test_a_swapped_file_is_seen_set_aside_and_put_right_by_its_sender(store: FolderStore) -> None:
    content = pictures.png()
    key = put(store, content).sha256
    assert store.is_intact(key)
    store.path(key).chmod(0o600)
    store.path(key).write_bytes(b"something else")
    assert not store.is_intact(key)
    assert put(store, content).sha256 == key
    assert store.is_intact(key)
    assert [path.read_bytes() for path in store.damaged()] == [b"something else"]
    assert list(store.keys()) == [key]


def test_only_old_leftovers_are_swept(store: FolderStore) -> None:
    key = put(store, pictures.png()).sha256
    old, fresh = store.root / ".part-old", store.root / ".part-fresh"
    for path, seconds in ((old, 1_000), (fresh, 5_000)):
        path.touch()
        os.utime(path, (seconds, seconds))
    assert store.leftovers(before=3_000_000) == [old]
    assert store.sweep(before=3_000_000) == 1
    assert files(store) == [fresh.name, key]
