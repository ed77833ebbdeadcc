"""A file that a phone has exported: what waited there, as it lay sealed (decision 0030).

A line of JSON; then for each record a line of JSON and the sealed bytes of its body. A record that is broken is named,
and the rest is read. Nothing in it is believed until it has been opened with the key of the person it names.
"""

import json
import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fieldapp.errors import RuleBroken

FORMAT, VERSION = "fieldapp-queue", 1
_LINE = 1 << 20  # bytes of one line of JSON at most
_NEXT = b'\n{"id":"'
_LARGEST = 2**53  # what JSON readers hold exactly
_UNREADABLE = (
    ValueError,
    TypeError,
    KeyError,
    OverflowError,
    RecursionError,
)  # Infinity, and brackets by the thousand
_ADDRESS = re.compile(r"/n/([0-9a-f-]{36})/taps")


class Bytes(Protocol):
    """Bytes or a file that is mapped into memory."""

    def find(self, part: bytes, start: int, /) -> int: ...
    def __getitem__(self, place: slice, /) -> bytes: ...
    def __len__(self) -> int: ...


class Broken(Exception):
    """A record that is not what a phone wrote."""


@dataclass(frozen=True)
class Header:
    made_at: int
    phones: dict[str, str]  # person -> the phone's sealed name
    records: int


@dataclass(frozen=True)
class Box:
    """Sealed bytes."""

    iv: bytes
    data: bytes


@dataclass(frozen=True)
class Sealed:
    """One record as it lies in the file."""

    n: int  # its place, from 1 on
    id: str
    person: str
    state: str  # why it waited: 'aside', 'refused', 'stopped' …
    head: Box
    body: Box


@dataclass(frozen=True)
class Opened:
    """The request that the phone would have sent."""

    id: UUID
    person: UUID
    visit: UUID
    content_type: str
    at: int  # by the phone's clock
    body: bytes


def header(content: Bytes) -> Header:
    """Raises RuleBroken when it is no such file."""
    try:
        told = json.loads(content[: max(0, content.find(b"\n", 0))])
        if told["format"] == FORMAT and told["v"] == VERSION:
            return Header(int(told["made_at"]), dict(told["phones"]), int(told["records"]))
    except _UNREADABLE:
        raise RuleBroken("这不是手机导出的文件，或者开头坏了") from None
    raise RuleBroken("这不是手机导出的文件，或者是更新的版本导出的")


def records(content: Bytes) -> Iterator[Sealed | int]:
    """Each record, or the place of one that cannot even be read."""
    place, n = content.find(b"\n", 0) + 1, 0
    while place < len(content):
        n += 1
        end = content.find(b"\n", place)
        found = _record(content, place, end, n) if 0 <= end - place < _LINE else None
        if found:
            yield found
            place = end + 1 + len(found.body.data) + 1
        else:
            yield n
            after = content.find(_NEXT, place)
            place = after + 1 if after >= 0 else len(content)


def _record(content: Bytes, place: int, end: int, n: int) -> Sealed | None:
    try:
        told = json.loads(content[place:end])
        length, head, body = int(told["body"]["bytes"]), told["head"], told["body"]
        if length < 0 or content[end + 1 + length : end + 2 + length] != b"\n":
            return None
        data = content[end + 1 : end + 1 + length]
        boxes = Box(b64decode(head["iv"]), b64decode(head["data"])), Box(b64decode(body["iv"]), data)
        return Sealed(n, str(told["id"]), str(told["person"]), str(told.get("state", "")), *boxes)
    except _UNREADABLE:
        return None


def opened(sealed: Sealed, key: bytes) -> Opened:
    """With the person's key; raises Broken when it is another's, or a byte was changed."""
    try:
        head: Any = json.loads(_unsealed(sealed.head, key))
        address = _ADDRESS.fullmatch(head["url"])
        if head["id"] != sealed.id or address is None or address[1] != head["visit"]:
            raise Broken
        kind, at = str(head["type"]), int(head["at"])
        if abs(at) > _LARGEST or not kind.isprintable():
            raise Broken
        body = _unsealed(sealed.body, key)
        return Opened(UUID(sealed.id), UUID(sealed.person), UUID(head["visit"]), kind, at, body)
    except (InvalidTag, *_UNREADABLE):
        raise Broken from None


def _unsealed(box: Box, key: bytes) -> bytes:
    return AESGCM(key).decrypt(box.iv, box.data, None)
