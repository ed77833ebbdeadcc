"""Real files, made when a test asks for them: what phones send, and what nobody should."""

import io
import zipfile
from functools import cache
from typing import Any

from PIL import Image
from pillow_heif import register_heif_opener

RED, GREEN, BLUE = (200, 30, 30), (30, 160, 30), (30, 30, 200)
ORIENTATION, GPS_IFD, EXIF_IFD, TAKEN_AT = 0x0112, 0x8825, 0x8769, 0x9003
TAKEN = "2018:06:20 09:17:10"

register_heif_opener()


def scene(width: int = 1600, height: int = 1200) -> Image.Image:
    """Red with a blue upper left quarter and a green upper right one: shows how it lies."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (0, 0, width // 2, height // 2))
    image.paste(GREEN, (width // 2, 0, width, height // 2))
    return image


def exif(orientation: int = 6) -> bytes:
    tags = Image.Exif()
    tags[ORIENTATION] = orientation
    tags.get_ifd(EXIF_IFD)[TAKEN_AT] = TAKEN
    tags.get_ifd(GPS_IFD).update({1: "N", 2: (31.0, 4.0, 0.0), 3: "E", 4: (107.0, 51.0, 0.0)})
    return tags.tobytes()


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def jpeg(**options: Any) -> bytes:
    return saved(scene(), "JPEG", quality=85, **{"exif": exif(), "comment": b"typed by the maker", **options})


@cache
def png() -> bytes:
    return saved(scene(), "PNG")


@cache
def webp() -> bytes:
    return saved(scene(), "WEBP", exif=exif())


@cache
def heic() -> bytes:
    return saved(scene(), "HEIF", exif=exif(), quality=60)


@cache
def multi_picture() -> bytes:
    """A JPEG with a second picture behind the first, as several phones write it."""
    return saved(scene(), "MPO", save_all=True, append_images=[scene(400, 300)], exif=exif())


@cache
def noise() -> bytes:
    """The picture that compresses worst."""
    return saved(Image.effect_noise((900, 900), 200).convert("RGB"), "JPEG", quality=95)


@cache
def bomb() -> bytes:
    """144 megapixels in some 20 kB."""
    return saved(Image.new("1", (12000, 12000)), "PNG")


@cache
def polyglot() -> bytes:
    """A JPEG that is a ZIP archive as well."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as package:
        package.writestr("run.html", "<script>1</script>")
    return jpeg() + archive.getvalue()


@cache
def postscript() -> bytes:
    return saved(scene(40, 30), "EPS")


HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
