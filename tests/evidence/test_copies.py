import fcntl
import hashlib
import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageOps

from fieldapp.evidence import copies, decoder
from tests.evidence import pictures

pytestmark = pytest.mark.slow

Look = Callable[[Path, str, Path], Path | None]


class Desk:
    """Originals on one side, copies on the other."""

    def __init__(self, folder: Path) -> None:
        self.originals, self.cache = folder / "photos", folder / "photos" / "copies"
        self.originals.mkdir()

    def lay(self, content: bytes) -> tuple[Path, str, Path]:
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.originals / sha256
        path.write_bytes(content)
        return path, sha256, self.cache

    def files(self) -> list[str]:
        return sorted(path.name for path in self.cache.rglob("*") if path.is_file())


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many children ran at once, noted at each start; they run for real."""
    running: list[int] = []
    noted: list[int] = []
    run = subprocess.run

    def note(*args: Any, **named: Any) -> Any:
        running.append(1)
        noted.append(len(running))
        try:
            return run(*args, **named)
        finally:
            running.pop()

    monkeypatch.setattr(subprocess, "run", note)
    return noted


def is_near(pixel: Any, colour: tuple[int, int, int]) -> bool:
    return all(abs(a - b) < 40 for a, b in zip(pixel, colour, strict=True))


def corners(path: Path) -> list[Any]:
    with Image.open(path) as image:
        wide, high = image.width - 6, image.height - 6
        return [image.getpixel(at) for at in ((5, 5), (wide, 5), (5, high), (wide, high))]


@pytest.mark.parametrize("look", [copies.thumbnail, copies.view])
@pytest.mark.parametrize("make", [pictures.jpeg, pictures.webp, pictures.heic, pictures.multi_picture])
def test_copies_are_upright_once(desk: Desk, make: Callable[[], bytes], look: Look) -> None:
    copy = look(*desk.lay(make()))
    assert copy
    with Image.open(copy) as image:
        assert image.height > image.width  # orientation 6: a portrait that was stored lying
    upper_left, upper_right, lower_left, lower_right = corners(copy)
    assert is_near(upper_left, pictures.RED)
    assert is_near(upper_right, pictures.BLUE)
    assert is_near(lower_left, pictures.RED)
    assert is_near(lower_right, pictures.GREEN)


@pytest.mark.parametrize("look", [copies.thumbnail, copies.view])
@pytest.mark.parametrize(
    "make", [pictures.jpeg, pictures.png, pictures.webp, pictures.heic, pictures.polyglot]
)
def test_copies_carry_nothing_but_pixels(desk: Desk, make: Callable[[], bytes], look: Look) -> None:
    copy = look(*desk.lay(make()))
    assert copy
    with Image.open(copy) as image:
        assert image.format == "JPEG"
        assert image.mode == "RGB"
        assert dict(image.getexif()) == {}
        assert set(image.info) <= {
            "jfif",
            "jfif_version",
            "jfif_unit",
            "jfif_density",
            "progressive",
            "progression",
        }
    content = copy.read_bytes()
    for trace in (b"Exif", b"ICC_PROFILE", b"typed by", pictures.TAKEN.encode(), b"PK\x03\x04", b"<script"):
        assert trace not in content


@pytest.mark.parametrize("make", [pictures.jpeg, pictures.noise])
def test_sizes(desk: Desk, make: Callable[[], bytes]) -> None:
    original = desk.lay(make())
    small, large = copies.thumbnail(*original), copies.view(*original)
    assert small
    assert large
    assert small.stat().st_size <= 8 * 1024
    with Image.open(small) as image:
        assert max(image.size) <= 240
    with Image.open(large) as image:
        assert max(image.size) <= 1280
        assert max(image.size) >= 900


def test_sixty_megapixels_fit_into_the_childs_memory(desk: Desk) -> None:
    assert copies.thumbnail(*desk.lay(pictures.saved(Image.new("L", (8000, 7500)), "PNG", compress_level=1)))


def test_a_small_picture_is_not_blown_up(desk: Desk) -> None:
    copy = copies.view(*desk.lay(pictures.saved(pictures.scene(40, 30), "PNG")))
    assert copy
    with Image.open(copy) as image:
        assert image.size == (40, 30)


@pytest.mark.parametrize("mode", ["P", "L", "LA", "RGBA", "1", "CMYK"])
def test_every_colour_mode_and_clear_parts_become_white(desk: Desk, mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    image = (
        Image.new("RGBA", (60, 60), (0, 0, 0, 0))
        if mode in ("RGBA", "LA")
        else Image.new("RGB", (60, 60), "white")
    )
    copy = copies.thumbnail(*desk.lay(pictures.saved(image.convert(mode), kind)))
    assert copy
    assert all(is_near(pixel, (255, 255, 255)) for pixel in corners(copy))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_turned_as_pillow_turns_it(desk: Desk, orientation: int) -> None:
    content = pictures.saved(pictures.scene(320, 240), "JPEG", exif=pictures.exif(orientation))
    copy = copies.thumbnail(*desk.lay(content))
    assert copy
    with Image.open(io.BytesIO(content)) as image:
        upright = ImageOps.exif_transpose(image)
    upright.thumbnail((240, 240))
    with Image.open(copy) as image:
        assert image.size == upright.size
        middles = [(x * image.width // 4, y * image.height // 4) for x in (1, 3) for y in (1, 3)]
        assert all(is_near(image.getpixel(at), upright.getpixel(at)) for at in middles)


def test_a_broken_tag_costs_neither_the_picture_nor_its_turning(desk: Desk) -> None:
    damaged = pictures.exif().replace(b"N\0\0\0\0\x02\0\x05", b"N\0\0\0\0\x02\0\x02", 1)
    assert damaged != pictures.exif()
    copy = copies.thumbnail(*desk.lay(pictures.jpeg(exif=damaged)))
    assert copy
    with Image.open(copy) as image:
        assert image.height > image.width


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_unreadable_exif_does_not_cost_the_picture(desk: Desk, kind: str) -> None:
    content = pictures.saved(pictures.scene(64, 48), kind, exif=b"Exif\0\0garbage!")
    assert copies.thumbnail(*desk.lay(content))
    assert copies.exif_hint(desk.lay(content)[0]) == {}


def test_the_original_is_untouched_and_a_second_look_starts_no_child(desk: Desk, children: list[int]) -> None:
    content = pictures.jpeg()
    original = desk.lay(content)
    first = copies.thumbnail(*original)
    assert copies.thumbnail(*original) == first
    assert not copies.is_undecodable(*original[1:])
    assert children == [1]
    assert original[0].read_bytes() == content
    assert [path.name for path in desk.originals.iterdir() if path.is_file()] == [original[1]]


DAMAGED = {
    "jpeg": lambda: pictures.jpeg()[:-100],
    "png": lambda: pictures.png()[: len(pictures.png()) // 2],
    "webp": lambda: pictures.webp()[:-400],
    "heic": lambda: pictures.heic()[: len(pictures.heic()) // 2],
    "nothing but a head": lambda: b"\xff\xd8\xff" + bytes(1000),
    "empty": lambda: b"",
    "144 megapixels": pictures.bomb,
    "61 megapixels": lambda: pictures.saved(Image.new("1", (7900, 7800)), "PNG"),
    "postscript": pictures.postscript,
    "html": lambda: pictures.HTML,
    "svg": lambda: pictures.SVG,
}


@pytest.mark.parametrize("name", DAMAGED)
def test_the_undecodable_is_remembered_and_not_tried_again(
    desk: Desk, children: list[int], name: str
) -> None:
    original = desk.lay(DAMAGED[name]())
    assert copies.thumbnail(*original) is None
    assert copies.view(*original) is None
    assert copies.is_undecodable(*original[1:])
    assert children == [1]
    assert desk.files() == [f"{original[1]}.undecodable"]


def test_postscript_starts_no_other_program(desk: Desk) -> None:
    path, _sha256, _cache = desk.lay(pictures.postscript())
    run = subprocess.run(
        [sys.executable, "-m", "fieldapp.evidence.decoder", "copy", str(path), "240", "70", "8192"],
        capture_output=True,
        check=False,
    )
    assert run.returncode == decoder.UNDECODABLE
    assert b"UnidentifiedImageError" in run.stderr


def test_two_looks_are_two_children_one_after_the_other(desk: Desk, children: list[int]) -> None:
    originals = [desk.lay(pictures.saved(pictures.scene(800 + n, 600), "PNG")) for n in range(3)]
    found = look_at_once(originals)
    assert all(found)
    assert children == [1, 1, 1]


def test_two_looks_at_one_photo_are_one_child(desk: Desk, children: list[int]) -> None:
    found = look_at_once([desk.lay(pictures.jpeg())] * 4)
    assert len(set(found)) == 1
    assert children == [1]


def look_at_once(originals: list[tuple[Path, str, Path]]) -> list[Path | None]:
    found: list[Path | None] = []
    threads = [
        threading.Thread(target=lambda one=one: found.append(copies.thumbnail(*one))) for one in originals
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_another_process_is_waited_for(
    desk: Desk, children: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies, "_WAIT_SECONDS", 0.2)
    original = desk.lay(pictures.jpeg())
    other = os.open(desk.originals, os.O_RDONLY)  # a descriptor of its own locks as another process would
    fcntl.flock(other, fcntl.LOCK_EX)
    assert copies.thumbnail(*original) is None
    assert not copies.is_undecodable(*original[1:])
    assert children == []
    os.close(other)
    assert copies.thumbnail(*original)


class Counted(threading.BoundedSemaphore):
    """Says when somebody has got a place in the line."""

    def __init__(self, places: int) -> None:
        super().__init__(places)
        self.entered = threading.Semaphore(0)

    def acquire(self, *args: Any, **kwargs: Any) -> bool:
        got = super().acquire(*args, **kwargs)
        if got:
            self.entered.release()
        return got


def test_only_few_wait_for_their_turn(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    places = Counted(4)
    monkeypatch.setattr(copies, "_waiting", places)
    other = os.open(desk.originals, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)
    waiting = [threading.Thread(target=copies.thumbnail, args=desk.lay(pictures.png())) for _ in range(4)]
    for thread in waiting:
        thread.start()
    for _ in waiting:
        places.entered.acquire()
    late = desk.lay(pictures.jpeg())
    assert copies.thumbnail(*late) is None
    assert not copies.is_undecodable(*late[1:])
    os.close(other)
    for thread in waiting:
        thread.join()
    assert copies.thumbnail(*late)


def dying(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", f"import os, signal, sys; {code}")


@pytest.mark.parametrize("name", ["SIGSEGV", "SIGABRT", "SIGXCPU"])
def test_a_crash_stays_in_the_child_and_is_remembered(
    desk: Desk, children: list[int], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    original = desk.lay(pictures.jpeg())
    with monkeypatch.context() as patch:
        patch.setattr(copies, "_DECODER", dying(f"os.kill(os.getpid(), signal.{name})"))
        assert copies.thumbnail(*original) is None
        assert copies.is_undecodable(*original[1:])
    assert children == [1]
    assert copies.thumbnail(*desk.lay(pictures.png()))  # the next photo is served as ever


@pytest.mark.parametrize(
    "code", ["os.kill(os.getpid(), signal.SIGKILL)", "raise ImportError", "import time; time.sleep(30)"]
)
def test_what_is_not_the_files_fault_is_tried_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    original = desk.lay(pictures.jpeg())
    with monkeypatch.context() as patch:
        patch.setattr(copies, "_DECODER", dying(code))
        patch.setattr(copies, "_WALL_SECONDS", 0.3 if "sleep" in code else 20)
        assert copies.thumbnail(*original) is None
        assert not copies.is_undecodable(*original[1:])
    assert desk.files() == []
    assert copies.thumbnail(*original)


def test_a_missing_original_is_not_called_undecodable(desk: Desk) -> None:
    path, sha256, cache = desk.lay(pictures.jpeg())
    path.unlink()
    assert copies.thumbnail(path, sha256, cache) is None
    assert desk.files() == []


def test_a_full_disk_costs_the_copy_only(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    original = desk.lay(pictures.jpeg())
    with monkeypatch.context() as patch:
        patch.setattr(
            copies.tempfile, "mkstemp", lambda **_named: (os.open("/dev/full", os.O_WRONLY), "/nowhere")
        )
        assert copies.thumbnail(*original) is None
    assert desk.files() == []
    assert copies.thumbnail(*original)


def test_the_child_is_told_no_secret(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://fieldapp:secret@localhost/fieldapp")
    monkeypatch.setattr(copies, "_DECODER", dying("sys.stderr.write(repr(dict(os.environ))); sys.exit(3)"))
    original = desk.lay(pictures.jpeg())
    copies.thumbnail(*original)
    marker = desk.cache / original[1][:2] / f"{original[1]}.undecodable"
    assert b"PYTHONPATH" in marker.read_bytes()
    assert b"secret" not in marker.read_bytes()


def test_the_child_can_write_no_file_and_has_its_limits(desk: Desk) -> None:
    code = (
        "import pathlib, resource, sys; from fieldapp.evidence import decoder; decoder._restrict();"
        "print([resource.getrlimit(n)[0] for n in (resource.RLIMIT_AS, resource.RLIMIT_CPU)]);"
        "pathlib.Path(sys.argv[1]).write_text('x')"
    )
    target = desk.originals / "written"
    run = subprocess.run(
        [sys.executable, "-c", code, str(target)], capture_output=True, text=True, check=False
    )
    assert run.stdout.strip() == str([1536 << 20, 30])
    assert "File too large" in run.stderr
    assert target.read_bytes() == b""


def test_the_server_does_not_load_pillow() -> None:
    code = "import sys, fieldapp.evidence.copies; sys.exit('PIL' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("key", ["../../etc/passwd", "A" * 64, "abc"])
def test_only_a_hash_names_a_copy(desk: Desk, key: str) -> None:
    path, _sha256, cache = desk.lay(pictures.jpeg())
    with pytest.raises(KeyError):
        copies.thumbnail(path, key, cache)


@pytest.mark.parametrize("make", [pictures.jpeg, pictures.heic, pictures.webp])
def test_exif_hint_is_an_instant_and_never_a_place(desk: Desk, make: Callable[[], bytes]) -> None:
    assert copies.exif_hint(desk.lay(make())[0]) == {"DateTimeOriginal": pictures.TAKEN}


@pytest.mark.parametrize("content", [pictures.HTML, b""])
def test_no_hint_from_what_is_no_photo(desk: Desk, content: bytes) -> None:
    assert copies.exif_hint(desk.lay(content)[0]) == {}


def test_a_typed_date_is_no_hint(desk: Desk) -> None:
    tags = Image.Exif()
    tags.get_ifd(pictures.EXIF_IFD)[pictures.TAKEN_AT] = "<script>alert(1)</script>"
    assert copies.exif_hint(desk.lay(pictures.jpeg(exif=tags.tobytes()))[0]) == {}


def test_signals_of_a_stopped_child_are_not_held_against_the_file() -> None:
    assert -signal.SIGKILL not in copies._FILE_AT_FAULT
    assert -signal.SIGTERM not in copies._FILE_AT_FAULT
