"""One ZIP as a stream: stored, dated as told, of a length that is known beforehand. Pure.

Sizes and sums stand before each file's bytes, so that a reader of a pipe, which has not seen the directory at the end,
can follow as well. The standard library makes headers and directory; a file is read once for its CRC and once to go."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime

from fieldapp.packages.entries import Entry


def zipped(entries: Sequence[Entry], moment: datetime) -> Iterator[bytes]:
    """The archive, in order. Raises Altered when a file is not what it was recorded as."""
    sink = _Sink()
    for _ in _written(entries, moment, sink, skip=False):
        yield from sink.parts
        sink.parts.clear()


def zipped_length(entries: Sequence[Entry], moment: datetime) -> int:
    """How many bytes that is, exactly: the same writing, with each file skipped instead of read."""
    sink = _Sink()
    for _ in _written(entries, moment, sink, skip=True):
        sink.parts.clear()
    return sink.position


class _Sink(io.RawIOBase):
    """Takes what is written, and cannot seek."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.position = 0

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self.parts.append(data)
        self.position += len(data)
        return len(data)

    def tell(self) -> int:
        return self.position


def _written(entries: Sequence[Entry], moment: datetime, sink: _Sink, *, skip: bool) -> Iterator[None]:
    """Writes, and stops wherever the sink may be emptied. An exception leaves an archive without its directory."""
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for entry in entries:
            info = _info(entry, moment)
            info.CRC = 0 if skip else entry.crc()
            info.header_offset = sink.tell()
            sink.write(info.FileHeader())
            for chunk in () if skip else entry.verified():
                sink.write(chunk)
                yield
            sink.position += entry.size if skip else 0
            archive.filelist.append(info)
            archive.start_dir = sink.tell()
        yield
    yield


def _info(entry: Entry, moment: datetime) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(entry.name, moment.timetuple()[:6])
    info.file_size = info.compress_size = entry.size
    info.external_attr = 0o100644 << 16
    info.create_system = 3
    return info
