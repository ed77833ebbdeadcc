"""The shapes of a visit's taps: what each kind holds, and the hashes that tell sameness, rows and seals.

A kind is only ever added and a choice never renamed, since phones hold old forms. Only the shape is judged
here; what a choice means, or whether it is known at all, is for the fold (timeline.py).
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from fieldapp.visits.holding import LISTS, plain

NOTE_LIMIT = 2000  # characters; a longer text is kept and flagged
PAYLOAD_LIMIT = 64 * 1024  # bytes of the canonical payload; nobody types more on a phone

# Stages whose instants make up 等候, 办理 and 全程; a scenario may have others between them.
STAGE_LABELS = {
    "arrive": "到达",
    "ticket": "取号",
    "call": "叫号",
    "accept": "受理",
    "examine": "审核",
    "settle": "办结",
    "collect": "取件",
    "leave": "离开",
}
ROLES = ("办事", "陪同办事", "观察")
REASONS = ("没开门", "没人", "系统坏", "退回补材料", "推到别处", "今天不办", "被认出", "其他")
WATCHES = ("离岗", "空窗", "没开门")
COUNTS = ("开窗", "应开窗", "等候人数")
AGO = (30, 60, 180)
EDGES = {"start": "起", "stop": "止"}
ANSWERS = {"yes": "是", "no": "否", "unseen": "没见到", "na": "不涉及"}
CLAIMS = {"seen": "见到", "not_seen": "没见到", "unsure": "说不准"}
FALLS_SHORT = ("部分整改", "未整改", "反弹")  # then one says which criterion was not met
CONCLUSIONS = ("已整改", "部分整改", "未整改", "反弹", "不涉及", "未核到")
SUGGESTIONS = ("销号", "继续整改", "督办")
SEVERITIES = ("重大", "一般", "微小")
TAKEN = ("camera", "album")
CORRECTIONS = ("按错了", "按晚了", "看错了", "听错了", "补全", "两人核对后", "其他")

# kind -> the field that the pressed button's choice fills
MAIN_FIELD = {
    "begin": "role",
    "stage": "stage",
    "skip": "stage",
    "stuck": "reason",
    "watch": "edge",
    "count": "n",
    "answer": "value",
    "claim": "value",
    "note": "text",
    "interview": "satisfied",
    "finding": "severity",
    "photo": "slot",
    "conclude": "conclusion",
    "overall": "suggest",
    "undo": "tap",
    "correct": "tap",
    "handin": "ids_sha256",
    "countersign": "agrees",
}
KINDS = frozenset(MAIN_FIELD)
# (kind, field) -> what the fold accepts; {n}: a choice outside is kept and flagged
CHOICES: dict[tuple[str, str], Iterable[object]] = {
    ("begin", "role"): ROLES,
    ("stage", "ago_s"): AGO,
    ("stuck", "reason"): REASONS,
    ("watch", "edge"): EDGES,
    ("answer", "value"): ANSWERS,
    ("claim", "value"): CLAIMS,
    ("finding", "severity"): SEVERITIES,
    ("photo", "taken"): TAKEN,
    ("conclude", "conclusion"): CONCLUSIONS,
    ("overall", "suggest"): SUGGESTIONS,
}
# What the fold cannot do without; a tap lacking it is kept and flagged.
REQUIRED = {
    "begin": ("role",),
    "stage": ("stage",),
    "skip": ("stage",),
    "stuck": ("reason",),
    "watch": ("what", "edge"),
    "count": ("what", "n"),
    "answer": ("item", "value"),
    "claim": ("measure", "value"),
    "note": ("text",),
    "finding": ("text",),
    "conclude": ("problem", "conclusion"),
    "overall": ("suggest",),
    "undo": ("tap",),
    "correct": ("tap",),
    "handin": ("taps", "photos", "first_seq", "last_seq", "ids_sha256"),
    "countersign": ("record", "agrees"),
}
# Without a known choice here the tap decides nothing; elsewhere it is kept and only flagged.
DECIDING = frozenset(
    {
        ("watch", "edge"),
        ("answer", "value"),
        ("claim", "value"),
        ("conclude", "conclusion"),
        ("overall", "suggest"),
    }
)
OUTSIDE_SEAL = frozenset({"handin", "countersign"})
# Fields of the request that belong to the tap itself or to the form, never to its payload.
TIMES = ("wall_ms", "mono_ms", "origin_ms", "offset_ms", "offset_at")
ENVELOPE = frozenset({"press", "into", "kind", "v", "visit", "person", "device", "seq", "csrf_token", *TIMES})
_INTS = frozenset({"ago_s", "n", "briefing", "size", "instant", "taps", "first_seq", "last_seq"})
_BOOLS = frozenset({"consent", "agrees"})
_NESTED = {"interview": ("answers.", "answers"), "correct": ("to.", "payload")}
_ANSWERS = "answers."  # within a correction: those of an interview, which it replaces as a whole
_INTEGER = re.compile(r"-?[0-9]{1,15}", re.ASCII)
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")  # neither database stores a NUL or half a surrogate pair
_TRUE = frozenset({"yes", "true", "1", "on"})
_FALSE = frozenset({"no", "false", "0", "off"})


@dataclass(frozen=True)
class Tap:
    """One row of the log. Device fields are None when the page ran without JavaScript."""

    id: UUID
    visit: UUID
    person: UUID
    device: str
    seq: int  # gapless per device, person and visit
    kind: str
    v: int
    payload: dict[str, Any]
    wall_ms: int | None  # the phone's clock
    mono_ms: int | None  # its monotonic clock, counted from the page's start
    origin_ms: int | None  # that page's start: names the monotonic clock's zero
    offset_ms: int | None  # server minus phone at the last contact before the tap
    offset_at: int | None  # the phone's clock at that contact
    received_at: int
    file_sha256: str | None = None
    digest: str = ""
    row_hash: str = ""


def problems_of(kind: str, payload: Mapping[str, Any]) -> dict[str, bool]:
    """What the content of a known kind lacks: code -> whether it is then without effect."""
    found: dict[str, bool] = {}
    payload, came = plain(payload), payload
    if any(not _is_usable(name, payload.get(name)) for name in REQUIRED.get(kind, ())):
        found["unreadable"] = True
    if kind == "interview" and not any(payload.values()):
        found["unreadable"] = True
    for (of, name), choices in CHOICES.items():
        if of == kind and payload.get(name) is not None and payload[name] not in tuple(choices):
            found["unknown_choice"] = (kind, name) in DECIDING
    if kind == "note" and len(str(payload.get("text", ""))) > NOTE_LIMIT:
        found["too_long"] = False
    if payload != came and not any(found.values()):
        found["doubled_field"] = False
    return found


def _is_usable(name: str, value: object) -> bool:
    if name in _BOOLS:
        return isinstance(value, bool)
    if name in _INTS or name == "photos":
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return isinstance(value, str) and bool(value.strip())


def press(value: str) -> tuple[UUID, str]:
    """A button's value `<uuid>:<choice>`: every button carries the id of the tap it would make."""
    head, _, choice = value.partition(":")
    try:
        return UUID(head), choice
    except ValueError:
        raise ValueError("malformed") from None


def payload_of(kind: str, form: Mapping[str, list[str] | str]) -> dict[str, Any]:
    """The payload in the form's fields; a field this version does not know is kept as it came.

    Nested parts have dotted names: an interview's `answers.<key>`, a correction's `to.<field>` and
    `to.answers.<key>`. Empty fields are left out, so that an optional field left alone equals a form without it.
    The button's choice fills the kind's main field, or of a correction the `to.<field>` that `into` names. Of an
    unknown kind everything is kept raw, the choice as `choice`.
    """
    fields = {name: [raw] if isinstance(raw, str) else list(raw) for name, raw in form.items()}
    if any(_UNKEEPABLE.search(text) for name, values in fields.items() for text in (name, *values)):
        raise ValueError("malformed")
    choice = press(fields["press"][0])[1] if fields.get("press") else ""
    into = [name for name in fields.get("into", []) if kind == "correct" and name.startswith("to.")]
    fields = {name: values for name, values in fields.items() if name not in ENVELOPE}
    if choice:
        fields[into[0] if into else MAIN_FIELD.get(kind, "choice")] = [choice]
    payload = (
        _known(kind, fields) if kind in KINDS else {n: _one_or_all(values) for n, values in fields.items()}
    )
    if len(canonical(payload)) > PAYLOAD_LIMIT:
        raise ValueError("malformed")
    return payload


def _known(kind: str, fields: Mapping[str, list[str]]) -> dict[str, Any]:
    prefix, nest = _NESTED.get(kind, ("", ""))
    payload: dict[str, Any] = {}
    nested: dict[str, Any] = {}
    for name, raw in fields.items():
        values = [text for text in raw if text.strip()]
        inner = bool(prefix) and name.startswith(prefix)
        key = name.removeprefix(prefix) if inner else name
        if values and inner and kind == "correct" and key.startswith(_ANSWERS):
            nested.setdefault("answers", {})[key.removeprefix(_ANSWERS)] = _one_or_all(values)
        elif values:
            (nested if inner else payload)[key] = _typed(kind, key, values)
    if nested:
        payload[nest] = nested
    return payload


def _typed(kind: str, name: str, values: list[str]) -> Any:
    if name in LISTS and kind != "handin":
        return list(values)
    return _one_or_all([_scalar(kind, name, text) for text in values])


def _one_or_all(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values


def _scalar(kind: str, name: str, text: str) -> Any:
    """A number or a truth where the field is one and the text can be read so, else the text as it came."""
    plain = text.strip().lower()
    if kind == "interview":
        return text
    if name in _INTS or (kind, name) == ("handin", "photos"):
        return int(plain) if _INTEGER.fullmatch(plain) else text
    if name in _BOOLS and plain in _TRUE | _FALSE:
        return plain in _TRUE
    return text


def canonical(value: object) -> bytes:
    """JSON with sorted keys and no spaces. Floats are refused: their text differs between writers."""
    _check(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _check(value: object) -> None:
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise ValueError("malformed")
        for part in value.values():
            _check(part)
    elif isinstance(value, list | tuple):
        for part in value:
            _check(part)
    elif value is not None and not isinstance(value, str | int):
        raise ValueError("malformed")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def digest(kind: str, v: int, visit: UUID, payload: Mapping[str, Any], file_sha256: str | None) -> str:
    """Judges sameness only and takes no times, so that Back or a double press repeats, not conflicts."""
    return _sha256(canonical([kind, v, str(visit), dict(payload), file_sha256]))


def row_hash(tap: Tap) -> str:
    """The hash of the row: who, where and when it was made and received; its content by the digest."""
    row = {
        "id": str(tap.id),
        "person": str(tap.person),
        "device": tap.device,
        "seq": tap.seq,
        "wall_ms": tap.wall_ms,
        "mono_ms": tap.mono_ms,
        "origin_ms": tap.origin_ms,
        "offset_ms": tap.offset_ms,
        "offset_at": tap.offset_at,
        "received_at": tap.received_at,
        "digest": tap.digest,
    }
    return _sha256(canonical(row))


def stamped(tap: Tap) -> Tap:
    """The tap with its digest and row hash filled in, as it is stored."""
    named = replace(tap, digest=digest(tap.kind, tap.v, tap.visit, tap.payload, tap.file_sha256))
    return replace(named, row_hash=row_hash(named))


def is_genuine(tap: Tap) -> bool:
    """Whether content and row still are what their hashes say."""
    return tap.digest == digest(tap.kind, tap.v, tap.visit, tap.payload, tap.file_sha256) and (
        tap.row_hash == row_hash(tap)
    )


def seal(taps: Iterable[Tap]) -> str:
    """What a countersign names: every row but hand-ins and countersigns, in no order."""
    hashes = sorted({tap.row_hash for tap in taps if tap.kind not in OUTSIDE_SEAL})
    return _sha256("\n".join(hashes).encode())


def fingerprint(sha256: str) -> str:
    """The short text two people compare by eye: 7c1e 02bd a940."""
    return f"{sha256[:4]} {sha256[4:8]} {sha256[8:12]}"


def manifest(taps: Iterable[Tap]) -> dict[str, Any]:
    """What a hand-in says it hands in: the taps one person made on one device in one visit.

    Hand-ins and countersigns are left out: a second hand-in would otherwise cover the first.
    """
    by_id = {tap.id: tap for tap in taps if tap.kind not in OUTSIDE_SEAL}
    seqs = [tap.seq for tap in by_id.values()]
    return {
        "taps": len(by_id),
        "photos": sum(has_photo(tap) for tap in by_id.values()),
        "first_seq": min(seqs, default=0),
        "last_seq": max(seqs, default=0),
        "ids_sha256": _sha256("\n".join(sorted(str(i) for i in by_id)).encode()),
    }


def covered(manifest: Mapping[str, Any], taps: Iterable[Tap]) -> list[Tap]:
    """Those of one person's taps on one device that lie within the manifest's numbers."""
    first, last = manifest.get("first_seq"), manifest.get("last_seq")
    if not isinstance(first, int) or not isinstance(last, int):
        return []
    return [tap for tap in taps if first <= tap.seq <= last]


def is_complete(manifest_: Mapping[str, Any], taps: Iterable[Tap]) -> bool:
    """Whether everything the manifest names has arrived, photos with their bytes."""
    there = manifest(covered(manifest_, taps))
    return all(there[name] == manifest_.get(name) for name in there)


def has_photo(tap: Tap) -> bool:
    """A photo counts when its bytes are there."""
    return tap.kind == "photo" and tap.file_sha256 is not None
