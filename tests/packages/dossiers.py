"""Plain data of closed problems, shaped as the closing freezes it; and the folder that a package unpacks to."""

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fieldapp import clock
from fieldapp.history import GENESIS, canonical
from fieldapp.packages import enclosed
from fieldapp.packages.bag import Bag
from fieldapp.packages.contents import Dossier, Line, problem_bag, unit_bag
from fieldapp.packages.history_file import Kept
from fieldapp.packages.photos import Found
from fieldapp.packages.sheet import Row
from tests.evidence import pictures

README = Path(enclosed.__file__).with_name("README.txt")
OFFICE = "开江县委巡察办"
CLOSED = clock.at(2018, 7, 2, 10)
INSPECTOR, COLLEAGUE = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
STREAM = "problem:33333333-3333-4333-8333-333333333333"
SHOTS = {"大厅": pictures.jpeg, "窗口": pictures.png, "公示栏": pictures.heic}


def chain(*said: str, stream: str = STREAM) -> list[Kept]:
    """Entries as the history keeps them."""
    made, before = [], GENESIS
    for seq, text in enumerate(said, 1):
        fields = {"action": "note", "actor": "system", "at": "2018-06-20T01:17:10.000Z", "seq": seq}
        entry = canonical({**fields, "payload": {"text": text}, "prev_hash": before, "stream": stream})
        before = hashlib.sha256(entry.encode()).hexdigest()
        made.append(Kept(before, entry))
    return made


def record(number: str = "甘棠-07", photos: tuple[Found, ...] = (), **changed: Any) -> dict[str, Any]:
    named = [
        {"sha256": each.sha256, "slot": slot, "at": "2018-06-20T01:20:00.000Z", "taken": "camera", "name": ""}
        for slot, each in zip(SHOTS, photos, strict=False)
    ]
    given = {"note": "", "at": "2018-06-20T01:25:00.000Z", "photos": [], "reason": ""}
    about = {"subject": "x", "by": INSPECTOR, **given}
    visit = {
        "id": "v",
        "day": "2018-06-20",
        "team": "第一巡察组",
        "point": "便民服务中心",
        "counter": "社保窗口",
        "scenario": "居民养老保险参保登记",
        "people": {INSPECTOR: "示例甲", COLLEAGUE: "示例乙"},
        "stages": [
            _stage("ticket", "取号", "2018-06-20T01:12:34.000Z"),
            _stage("call", "叫号", "2018-06-20T01:17:10.000Z"),
        ],
        "durations": [{"label": "等候", "from": "ticket", "to": "call", "ms": 276000, "doubtful": False}],
        "answers": [{**about, "text": "导视清楚，找得到窗口", "value": "yes", "said": "yes"}],
        "claims": [{**about, "text": "设导办台", "value": "seen", "said": "not_seen"}],
        "conclusions": [{**about, **_concluded("窗口办事不力", "上班时间窗口有人")}],
        "interviews": [{"by": COLLEAGUE, "at": given["at"], "who": "村民", "quote": "比以前快"}],
        "photos": named,
        "seal": "5" * 64,
    }
    problem = {
        "number": number,
        "text": "便民服务中心窗口办事不力、效率不高",
        "severity": "一般",
        "criteria": ["上班时间窗口有人", "等候不超过 15 分钟"],
        "verification": "体验式回访",
        "department": "便民服务中心",
        "due": "2018-06-06",
        "measures": [
            {
                "text": "设导办台",
                "reports": [{"text": "设好了", "done": True, "at": "2018-05-30T02:00:00.000Z"}],
            }
        ],
        **changed,
    }
    return {
        "format": "fieldapp-record/1",
        "frozen_at": "2018-07-01T02:00:00.000Z",
        "county": "开江县",
        "unit": {"name": "甘棠镇", "party_org": "甘棠镇党委"},
        "found_by": "第三巡察组",
        "problem": problem,
        "request": {
            "n": 1,
            "day": "2018-06-06",
            "letter": "甘委〔2018〕9号",
            "statement": "三条都做了",
            "page": "",
        },
        "visits": [visit],
        "verifications": [],
        "files": [{"format": each.format, "sha256": each.sha256, "size": 1} for each in photos],
    }


def _concluded(text: str, unmet: str) -> dict[str, Any]:
    said = {"text": text, "value": "部分整改", "said": "部分整改"}
    return {**said, "criteria": [unmet, "等候不超过 15 分钟"], "unmet": [unmet]}


def _stage(code: str, label: str, at: str) -> dict[str, Any]:
    return {"code": code, "label": label, "at": at, "by": INSPECTOR, "clock": "手机计时", "doubtful": False}


SIGNATURES = (
    {"body": "巡察办", "name": "示例主任", "day": "2018-07-02"},
    {"body": "原巡察组", "name": "示例组长", "day": "2018-07-02", "on_paper": True, "entered_by": "示例经办",
     "confirmed_by": "示例主任"},
)  # fmt: skip
EDITIONS = ({"n": 1, "day": "2018-07-03", "result": "已销号", "still": "", "due": "", "sha256": "6" * 64},)


def dossier(number: str = "甘棠-07", photos: tuple[Found, ...] = (), **changed: Any) -> Dossier:
    text = canonical(record(number, photos, **changed))
    fingerprint = hashlib.sha256(text.encode()).hexdigest()
    signatures = [{**each, "fingerprint": fingerprint} for each in SIGNATURES]
    return Dossier(text, fingerprint, CLOSED, chain("交办", "签收", "销号"), signatures, EDITIONS)


def shots(folder: Path, copies: bool = True) -> tuple[Found, ...]:
    """Originals as the store keeps them, with copies beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for kind, make in zip(("jpeg", "png", "heic"), SHOTS.values(), strict=True):
        content = make()
        sha256 = hashlib.sha256(content).hexdigest()
        path, copy = folder / sha256, folder / f"{sha256}.copy"
        path.write_bytes(content)
        copy.write_bytes(pictures.saved(pictures.scene(320, 240), "JPEG"))
        found.append(Found(sha256, path, kind, copy if copies else None))
    return tuple(found)


def of_problem(folder: Path, originals: bool = True) -> Bag:
    photos = shots(folder)
    return problem_bag(dossier(photos=photos), photos, office=OFFICE, originals=originals)


def of_unit(folder: Path, originals: bool = True) -> Bag:
    photos = shots(folder)
    lines = [Line(row("甘棠-07"), dossier("甘棠-07", photos)), Line(row("甘棠-08", state="整改中"))]
    lines.append(Line(row("甘棠-09"), dossier("甘棠-09", photos[:1])))
    return unit_bag("甘棠镇", lines, photos, office=OFFICE, originals=originals)


def row(number: str, **changed: Any) -> Row:
    said: dict[str, Any] = {
        "text": "便民服务中心窗口办事不力",
        "severity": "一般",
        "criteria": ("窗口有人", "等候不超过 15 分钟"),
        "verification": "体验式回访",
        "department": "便民服务中心",
        "responsible": "窗口负责人",
        "measures": ("设导办台",),
        "due": "2018年6月6日",
        "state": "已销号",
        "photos": (("大厅", pictures.saved(pictures.scene(240, 180), "JPEG")),),
    }
    return Row(number=number, **{**said, **changed})


def unpack(bag: Bag, folder: Path) -> Path:
    """As a stranger gets it: written to a file, unpacked by the standard tool."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "package.zip"
    with target.open("wb") as file:
        file.writelines(bag.chunks())
    subprocess.run(["unzip", "-q", str(target), "-d", str(folder)], check=True)
    return folder / bag.folder


def names_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def commands() -> list[str]:
    """What every package's README tells a stranger to run, but for the Windows ones and the signatures."""
    readme = README.read_text("utf-8")
    lines = re.findall(r"^ {4}(sha256sum -c.*|test .*|bagit\.py .*|python3 .*)$", readme, re.M)
    bagit = f"{sys.executable} -m bagit"
    return [line.replace("bagit.py", bagit).replace("python3", sys.executable) for line in lines]


def complaints(folder: Path) -> Iterator[str]:
    """The commands that do not say that all is well; each is run by a shell inside the folder, when it is asked for."""
    for line in commands():
        if subprocess.run(["sh", "-c", line], cwd=folder, capture_output=True, check=False).returncode:
            yield line


def sum_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def list_anew(folder: Path) -> None:
    """Both manifests, so that they fit what lies there now."""
    info = folder / "bag-info.txt"
    payload = [name for name in names_in(folder) if name.startswith("data/")]
    oxum = f"{sum((folder / name).stat().st_size for name in payload)}.{len(payload)}"
    info.write_text(re.sub(r"Payload-Oxum: .*", f"Payload-Oxum: {oxum}", info.read_text("utf-8")), "utf-8")
    for manifest, of_payload in (("manifest-sha256.txt", True), ("tagmanifest-sha256.txt", False)):
        names = [name for name in names_in(folder) if name.startswith("data/") == of_payload]
        lines = [f"{sum_of(folder / name)}  {name}\n" for name in names if not name.startswith("tagmanifest")]
        (folder / manifest).write_text("".join(lines), "utf-8")


def parsed(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text("utf-8"))
