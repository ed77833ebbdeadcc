"""The revisit of 2018-06-20, tap by tap, by two phones; times as the story and the printed form have them."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from PIL import Image, ImageDraw

from fieldapp import clock, ids
from fieldapp.db import acting, apart, db
from fieldapp.evidence import actions as evidence
from fieldapp.visits import kinds, projecting, taps
from fieldapp.visits.models import Visit
from fieldapp.visits.plans import PlannedVisit

OFFSET_MS = -2000  # this phone runs two seconds fast


@dataclass
class Phone:
    """One inspector's phone in one visit."""

    viewer: object
    person: UUID
    visit: UUID
    device: str
    seq: int = 0

    def tap(self, at: int, kind: str, payload: Mapping[str, object], photo: bytes = b"") -> None:
        """Send one tap as the app's door would take it."""
        self.seq += 1
        wall = at - OFFSET_MS
        times = {
            "wall_ms": wall,
            "mono_ms": wall % 10_000_000,
            "origin_ms": wall - wall % 10_000_000,
            "offset_ms": OFFSET_MS,
            "offset_at": wall - 60_000,
        }
        with clock.moved_to(at + 800), acting(self.viewer):  # type: ignore[arg-type]
            sent = taps.Sent(ids.new_id(), kind, 1, dict(payload), self.seq, dict(times), str(self.person))
            file = None
            if photo:
                kept = evidence.keep(io.BytesIO(photo), at=clock.now())
                file = {"sha256": kept.sha256, "size": kept.size, "name": "demo.jpg"}
            taps.take_in(
                sent, visit=self.visit, person=self.person, device=self.device, at=clock.now(), file=file
            )
            projecting.project(self.visit, kind, dict(payload), self.person, clock.now())


def play(plan: PlannedVisit, first: Phone, second: Phone, problem: str, measures: list[str]) -> None:
    """From the door of the service centre to the countersign."""
    begin = {"plan": plan.id, "briefing": 1}
    first.tap(_at(9, 8, 2), "begin", {**begin, "role": "办事"})
    second.tap(_at(9, 8, 40), "begin", {**begin, "role": "观察"})
    stages = (("arrive", 9, 8, 10), ("ticket", 9, 12, 4), ("call", 9, 16, 40), ("accept", 9, 17, 10))
    for code, *when in stages:
        first.tap(_at(*when), "stage", {"stage": code})
    second.tap(_at(9, 15, 0), "count", {"what": "等候人数", "n": 6})
    second.tap(_at(9, 15, 20), "count", {"what": "开窗", "n": 3})
    for n, item in enumerate(("greeting", "told-once", "patient")):
        first.tap(_at(9, 18, 2 + 12 * n), "answer", {"item": item, "value": "yes"})
    first.tap(_at(9, 18, 31), "photo", {"slot": "告知单", "taken": "camera"}, _picture("NOTICE"))
    first.tap(_at(9, 22, 10), "stage", {"stage": "settle"})
    first.tap(_at(9, 22, 40), "photo", {"slot": "受理凭证", "taken": "camera"}, _picture("RECEIPT"))
    first.tap(_at(9, 24, 25), "stage", {"stage": "leave"})
    for n, item in enumerate(("greeting", "told-once", "patient")):
        second.tap(_at(9, 30, 5 * n), "answer", {"item": item, "value": "yes"})
    for n, measure in enumerate(measures):
        value = "unsure" if n == len(measures) - 1 else "seen"
        first.tap(_at(9, 32, 8 * n), "claim", {"measure": measure, "value": value})
    for phone, minute in ((first, 36), (second, 38)):
        judged = {"problem": problem, "conclusion": "已整改"}
        phone.tap(_at(9, minute, 0), "conclude", judged)
        phone.tap(_at(9, minute, 30), "overall", {"suggest": "销号"})
    _hand_in(first, _at(9, 43, 0))
    _hand_in(second, _at(9, 58, 0))
    first.tap(_at(10, 4, 0), "countersign", {"record": _seal(first.visit), "agrees": True})


def _at(hour: int, minute: int, second: int) -> int:
    return clock.at(2018, 6, 20, hour, minute, second)


def _hand_in(phone: Phone, at: int) -> None:
    with acting(phone.viewer, writes=False):  # type: ignore[arg-type]
        own = taps.own_taps(phone.visit, phone.person, phone.device, db.session())
    phone.tap(at, "handin", kinds.manifest(own))


def _seal(visit_id: UUID) -> str:
    with apart() as session:
        return projecting.record_of(session.get_one(Visit, visit_id), session).seal


def _picture(word: str) -> bytes:
    """A drawn picture that nobody takes for evidence."""
    image = Image.new("RGB", (1200, 900), "#dfe5e8")
    pen = ImageDraw.Draw(image)
    pen.rectangle((220, 120, 980, 780), fill="#fbfaf6", outline="#8b98a3", width=6)
    for row in range(6):
        pen.rectangle((300, 260 + row * 70, 900 - row * 40, 286 + row * 70), fill="#9aa3ab")
    pen.text((320, 170), f"DEMO {word}", fill="#35424e", font_size=56)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()
