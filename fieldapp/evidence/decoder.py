"""The child process that decodes pixels; its arguments are `copy PATH EDGE QUALITY LIMIT` or `hint PATH`.

It reads one file, can write none, and answers on its standard output. Exit status 3 says that the file itself
is at fault; every other failure is ours.
"""

import io
import json
import os
import re
import resource
import sys
import warnings

from PIL import Image

UNDECODABLE = 3
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")  # named: Pillow must ask no other plugin (EPS starts Ghostscript)
MAX_PIXELS = 60_000_000
_MEMORY = 1536 << 20  # the worst of the four formats (WebP) took 1 GB of addresses for 60 megapixels
_CPU_SECONDS = 30
_ORIENTATION, _EXIF_IFD, _DATE_TIME_ORIGINAL = 0x0112, 0x8769, 0x9003
# Not ImageOps.exif_transpose: it writes the whole EXIF anew, which fails when any other tag is broken.
_TURNS: dict[object, Image.Transpose] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_INSTANT = re.compile(r"\d{4}:\d\d:\d\d \d\d:\d\d:\d\d")


def main(arguments: list[str]) -> int:
    task, path, *numbers = arguments
    _restrict()
    _prepare_pillow()
    try:
        with Image.open(path, formats=FORMATS) as image:
            answer = _hint(image) if task == "hint" else _copy(image, *map(int, numbers))
    except OSError as error:
        if error.errno is not None:
            raise  # the disk's fault; Pillow's own OSErrors carry no number
        return _judge(error)
    except Exception as error:  # decoders of damaged files raise anything
        return _judge(error)
    sys.stdout.buffer.write(answer)
    return 0


def _judge(error: Exception) -> int:
    print(f"{type(error).__name__}: {error}"[:300], file=sys.stderr)
    return UNDECODABLE


def _restrict() -> None:
    os.nice(10)  # taps go first
    for limit, value in (
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_CPU, _CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))


def _prepare_pillow() -> None:
    from pillow_heif import register_heif_opener  # after the limits: it loads C libraries

    register_heif_opener()
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)


def _copy(image: Image.Image, edge: int, quality: int, limit: int) -> bytes:
    """The picture as JPEG; smaller and coarser until it has at most `limit` bytes."""
    picture = _upright(image, edge)
    content = _jpeg(picture, quality)
    while len(content) > limit:
        if quality > 40:
            quality -= 10
        else:
            edge = edge * 3 // 4
            picture.thumbnail((edge, edge))
        content = _jpeg(picture, quality)
    return content


def _upright(image: Image.Image, edge: int) -> Image.Image:
    image.draft("RGB", (edge, edge))  # JPEG decodes straight to a smaller size; the others don't listen
    small: Image.Image = image if image.mode in ("L", "RGB", "RGBA", "CMYK") else image.convert("RGBA")
    small.thumbnail((edge, edge))  # before turning: costs less, and the box is square
    turn = _TURNS.get(_orientation(image))
    layer = (small.transpose(turn) if turn is not None else small).convert("RGBA")
    canvas = Image.new("RGB", layer.size, "white")  # a new one, without the original's metadata
    canvas.paste(layer, mask=layer)
    return canvas


def _orientation(image: Image.Image) -> object:
    """HEIC says 1 here: its plugin has turned it already."""
    try:
        return image.getexif().get(_ORIENTATION)
    except Exception:  # broken EXIF raises many things and must not cost the picture
        return None


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality, optimize=True, progressive=True)
    return buffer.getvalue()


def _hint(image: Image.Image) -> bytes:
    taken = str(image.getexif().get_ifd(_EXIF_IFD).get(_DATE_TIME_ORIGINAL, ""))
    return json.dumps({"DateTimeOriginal": taken} if _INSTANT.fullmatch(taken) else {}).encode()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
