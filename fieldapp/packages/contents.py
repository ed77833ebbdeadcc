"""What lies where in a package. From plain data: the record as it was frozen, and what came after it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from fieldapp.errors import RuleBroken
from fieldapp.packages import report, sheet
from fieldapp.packages.bag import Bag
from fieldapp.packages.entries import Entry, held
from fieldapp.packages.history_file import Kept, Unchained, history_file
from fieldapp.packages.photos import Found, Picture, gather

Plain = Mapping[str, Any]
_ENCLOSED = Path(__file__).with_name("enclosed")


@dataclass(frozen=True)
class Dossier:
    """One cycle of a problem, closed at `closed_at` (epoch ms). `record` is the text whose SHA-256 is `fingerprint`;
    the others stand outside it. `earlier` are the cycles before, which have neither history nor editions of their own.
    `reopened` says when, by whom and on what basis this cycle was taken up again; empty while it stands.

    A signature: body, name, day, and for one on paper on_paper, entered_by, confirmed_by, page (an original's sum).
    An edition: n, day, result, still, due, photos (sha256, caption), sha256 of the whole edition."""

    record: str
    fingerprint: str
    closed_at: int
    history: Sequence[Kept]
    signatures: Sequence[Plain] = ()
    editions: Sequence[Plain] = ()
    reopened: Plain = field(default_factory=dict)
    earlier: Sequence["Dossier"] = ()

    @property
    def content(self) -> dict[str, Any]:
        return dict(json.loads(self.record))

    @property
    def photos(self) -> list[str]:
        """The sums of all originals that it and the cycles before name, signed pages among them."""
        named = [str(each["sha256"]) for each in self.content.get("files", ())]
        pages = [str(each["page"]) for each in self.signatures if each.get("page")]
        before = [each for dossier in self.earlier for each in dossier.photos]
        return [*dict.fromkeys([*named, *pages, *before])]

    @property
    def released(self) -> list[str]:
        """The sums of the photos that its editions showed to the unit: copies without metadata as it is."""
        return [
            *dict.fromkeys(str(each["sha256"]) for row in self.editions for each in row.get("photos", ()))
        ]

    def pictured(self, problem_id: str) -> list[tuple[str, str]]:
        """Captions and sums of the visits' photos, those taken of this problem first."""
        photos = [each for visit in self.content.get("visits", ()) for each in visit.get("photos", ())]
        photos.sort(key=lambda each: each.get("problem") != problem_id)
        return [(str(each.get("slot") or "照片"), str(each["sha256"])) for each in photos if each["sha256"]]


def problem_bag(dossier: Dossier, photos: Sequence[Found], *, office: str, originals: bool) -> Bag:
    """The package of one problem. Raises RuleBroken when its parts contradict each other."""
    content, gathered = dossier.content, gather(photos, originals=originals)
    about = [
        ("External-Identifier", str(content["problem"]["number"])),
        ("External-Description", f"{content['unit']['name']} {content['problem']['text']}"),
        ("Record-SHA256", dossier.fingerprint),
    ]
    payload = [*_parts(dossier, "", "report.html", gathered.pictures), *gathered.entries]
    folder, reopened = f"evidence-{dossier.fingerprint[:12]}", dossier.reopened
    if reopened:
        folder, about = f"{folder}-reopened", [*about, ("Reopened", str(reopened["day"]))]
    made = Bag(_folder(folder, originals), payload, dossier.closed_at, about)
    return _finished(made, office, originals)


@dataclass(frozen=True)
class Line:
    """A problem of a unit's checklist; `dossier` once it was closed, `pictured` its photos by caption and sum."""

    row: sheet.Row
    dossier: Dossier | None = None
    pictured: Sequence[tuple[str, str]] = ()


def closed_of(unit: str, lines: Sequence[Line]) -> list[Dossier]:
    """What there is evidence of. Raises RuleBroken where there is none."""
    closed = [line.dossier for line in lines if line.dossier]
    if not closed:
        raise RuleBroken(f"{unit}还没有销号的问题，销号以后才有证据可导出")
    return closed


def unit_bag(
    unit: str, lines: Sequence[Line], photos: Sequence[Found], *, office: str, originals: bool
) -> Bag:
    """The package of a unit's whole checklist: what is not closed is a row without evidence. Raises RuleBroken."""
    closed = closed_of(unit, lines)
    gathered, rows = gather(photos, originals=originals), []
    payload = list(gathered.entries)
    for n, line in enumerate(lines, 1):
        page = f"report-{n:03}.html" if line.dossier else ""
        rows.append(replace(line.row, report=page))
        if line.dossier:
            payload += _parts(line.dossier, f"problems/{n:03}/", page, gathered.pictures)
    payload.append(held("checklist.xlsx", sheet.checklist_xlsx(f"{unit} 问题清单", rows)))
    payload.append(held("index.html", report.checklist_html(office, unit, rows)))
    sums = hashlib.sha256("".join(each.fingerprint for each in closed).encode()).hexdigest()
    about = [("External-Description", f"{unit} 问题清单")]
    made = Bag(
        _folder(f"checklist-{sums[:12]}", originals), payload, max(each.closed_at for each in closed), about
    )
    return _finished(made, office, originals)


def _folder(name: str, originals: bool) -> str:
    """Of its own for each kind: unpacked into one, the two would fail every check."""
    return name if originals else f"{name}-copies"


def _parts(dossier: Dossier, where: str, page: str, pictures: Mapping[str, Picture]) -> list[Entry]:
    """The last cycle, and below it those before, each with its own record: each fits the form that was signed."""
    stem = page.removesuffix(".html")
    earlier = [f"{stem}-earlier-{n:03}.html" for n, _ in enumerate(dossier.earlier, 1)]
    parts = _cycle(dossier, where, page, pictures, earlier)
    parts.append(_history(dossier, where))
    parts.append(held(f"{where}editions.json", _json(dossier.editions)))
    for n, (each, own_page) in enumerate(zip(dossier.earlier, earlier, strict=True), 1):
        parts += _cycle(each, f"{where}earlier/{n:03}/", own_page, pictures)
    return parts


def _cycle(
    dossier: Dossier, where: str, page: str, pictures: Mapping[str, Picture], earlier: Sequence[str] = ()
) -> list[Entry]:
    record, content = held(f"{where}record.json", dossier.record.encode()), dossier.content
    if record.sha256 != dossier.fingerprint:
        raise RuleBroken(f"{content['problem']['number']} 的记录和它的指纹对不上，不能作证据导出")
    after: dict[str, Any] = {
        "signatures": dossier.signatures,
        "editions": dossier.editions,
        "reopened": dossier.reopened,
    }
    text = report.report_html(content, dossier.fingerprint, pictures=pictures, earlier=earlier, **after)
    parts = [record, held(f"{where}signatures.json", _json(dossier.signatures)), held(page, text)]
    if dossier.reopened:
        parts.append(held(f"{where}reopened.json", _json([dossier.reopened])))
    return parts


def _history(dossier: Dossier, where: str) -> Entry:
    try:
        return history_file(f"{where}history.jsonl", dossier.history)
    except Unchained as broken:
        number = dossier.content["problem"]["number"]
        raise RuleBroken(f"{number} 的历史接不上（{broken}），不能作证据导出") from broken


def _finished(bag: Bag, office: str, originals: bool) -> Bag:
    kind = "originals" if originals else "copies without metadata"
    info = [("Source-Organization", office), *bag.info, ("Photos", kind)]
    files = (_ENCLOSED / name for name in ("README.txt", "verify.py", "verify.ps1"))
    return replace(bag, info=info, tags=[held(path.name, path.read_bytes()) for path in files])


def _json(rows: Sequence[Plain]) -> bytes:
    return (json.dumps([dict(row) for row in rows], ensure_ascii=False, indent=1) + "\n").encode()
