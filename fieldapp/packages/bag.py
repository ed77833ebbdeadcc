"""One valid BagIt 1.0 bag (RFC 8493) as one ZIP. Pure: it is told everything, and asks nobody.

Sums and sizes are known beforehand, so the manifests, the ZIP's length and the sum of the tagmanifest are known before
the first byte leaves. Bytes that are not those recorded stop the stream, and what has left until then is no ZIP that
opens. The same input gives the same bytes.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from fieldapp.clock import CHINA
from fieldapp.packages.entries import BadName, Entry, check_names, held
from fieldapp.packages.zipping import zipped, zipped_length

MANIFEST, TAGMANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
_BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


@dataclass(frozen=True)
class Bag:
    """`folder` is the one that the ZIP unpacks to; `payload` goes below its data/, `tags` (such as a README) beside it.
    `made_at` (epoch ms) dates every file: an instant of what is packed, not of the packing. `signatures` are of the
    tagmanifest and so stand in no list: tagmanifest-sha256.txt.*, which may come or go and change nothing else."""

    folder: str
    payload: Sequence[Entry]
    made_at: int
    info: Sequence[tuple[str, str]] = ()
    tags: Sequence[Entry] = ()
    signatures: Sequence[Entry] = ()

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Everything in the order it is streamed, what lists the others behind them. Raises BadName."""
        payload = _by_name(replace(each, name=f"data/{each.name}") for each in self.payload)
        tags = _by_name([held("bagit.txt", _BAGIT), held("bag-info.txt", self._bag_info()), *self.tags])
        manifest = held(MANIFEST, _lines(payload))
        tagmanifest = held(TAGMANIFEST, _lines(_by_name([*tags, manifest])))
        self._check_flat()
        whole = (*tags, *payload, manifest, tagmanifest, *_by_name(self.signatures))
        check_names([f"{self.folder}/{each.name}" for each in whole])
        return whole

    @property
    def digest(self) -> str:
        """The sum of the tagmanifest, which stands for the whole bag."""
        return next(each.sha256 for each in self.entries if each.name == TAGMANIFEST)

    @cached_property
    def length(self) -> int:
        """Bytes of the ZIP, exactly."""
        return zipped_length(self._placed, self._moment)

    def chunks(self) -> Iterator[bytes]:
        """The ZIP. Raises Altered when a file is not what it was recorded as."""
        return zipped(self._placed, self._moment)

    @property
    def _placed(self) -> list[Entry]:
        return [replace(each, name=f"{self.folder}/{each.name}") for each in self.entries]

    @property
    def _moment(self) -> datetime:
        return datetime.fromtimestamp(self.made_at / 1000, CHINA)

    def _bag_info(self) -> bytes:
        oxum = f"{sum(each.size for each in self.payload)}.{len(self.payload)}"
        fields = [*self.info, ("Bagging-Date", self._moment.date().isoformat()), ("Payload-Oxum", oxum)]
        return "".join(f"{label}: {' '.join(value.split())}\n" for label, value in fields).encode()

    def _check_flat(self) -> None:
        beside = [each.name for each in (*self.tags, *self.signatures)]
        if any("/" in name for name in (self.folder, *beside)):
            raise BadName("the folder and what lies beside data/ have one name each")
        if not all(each.name.startswith(f"{TAGMANIFEST}.") for each in self.signatures):
            raise BadName(f"a signature's name begins with {TAGMANIFEST}.")


def _by_name(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda each: each.name)


def _lines(entries: Iterable[Entry]) -> bytes:
    return "".join(f"{each.sha256}  {each.name}\n" for each in entries).encode()
