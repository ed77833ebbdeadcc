"""`fieldapp import-queue`: a phone's exported file, record by record. What the door would take goes into the log, the
rest waits for the office; nothing is believed that the person's key does not open."""

import hashlib
import logging
import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp import clock, ids
from fieldapp.access.models import Account
from fieldapp.access.permissions import Permission
from fieldapp.access.viewers import viewer_of_person
from fieldapp.db import SYSTEM, acting, apart
from fieldapp.errors import RuleBroken
from fieldapp.evidence.originals import Refused
from fieldapp.organisations.models import County, Person
from fieldapp.outbox import sealed_file
from fieldapp.outbox.sealed_file import Broken, Opened, Sealed
from fieldapp.outbox.sealing import key_of, name_of
from fieldapp.visits import kept_requests, taps
from fieldapp.visits.kept_requests import Kept
from fieldapp.visits.quarantine import WHY
from fieldapp.visits.quarantine_models import Quarantined

log = logging.getLogger("fieldapp")
NO_DEVICE = "file"  # the phone's name was not in the file


class Outcome(Enum):
    """What became of a record."""

    TAKEN = "收下"
    THERE = "已经有了"
    HELD = "等办公室定"
    BROKEN = "打不开"


@dataclass(frozen=True)
class Result:
    n: int
    who: str
    outcome: Outcome
    why: str = ""


@dataclass(frozen=True)
class Standing:
    """Whose a record is, and why it is not for the log (empty: it is)."""

    person: UUID
    county: UUID
    name: str
    reason: str


def import_queue(path: Path, *, dry_run: bool) -> Iterator[Result]:
    """Every record's result in the order of the file; each is committed before the next is read. Raises RuleBroken when
    it is no exported file."""
    if not path.stat().st_size:
        raise RuleBroken("文件是空的")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        head = sealed_file.header(content)
        n = 0
        for sealed in sealed_file.records(content):
            n += 1
            if isinstance(sealed, int):
                yield Result(sealed, "", Outcome.BROKEN, "这一条读不出来")
            else:
                yield _import(sealed, head.phones, dry_run)
        if n < head.records:
            yield Result(
                head.records, "", Outcome.BROKEN, f"文件说有 {head.records} 条，只有 {n} 条，后面断了"
            )


def _import(sealed: Sealed, phones: dict[str, str], dry_run: bool) -> Result:
    person = ids.read_id(sealed.person)
    with apart() as session:
        whose = _standing(person, session) if person else None
    if whose is None:
        return Result(sealed.n, "", Outcome.BROKEN, "不是这里的人")
    try:
        opened = sealed_file.opened(sealed, key_of(whose.person))
    except Broken:
        why = "改过，或者不是这台服务器上的手机导出的"
        return Result(sealed.n, whose.name, Outcome.BROKEN, why)
    device = name_of(str(phones.get(sealed.person, "")), whose.person) or NO_DEVICE
    return _Record(sealed.n, opened, whose, device, dry_run).result()


def _standing(person: UUID, session: Session) -> Standing | None:
    row = session.get(Person, person)
    if row is None:
        return None
    county = session.get_one(County, row.county_id)
    disabled = session.scalar(sa.select(Account.disabled).where(Account.person_id == person))
    may = viewer_of_person(row, county, session).has(Permission.MAKE_VISITS)
    return Standing(person, row.county_id, row.name, "stopped" if disabled else "" if may else "unentitled")


@dataclass(frozen=True)
class _Record:
    n: int
    opened: Opened
    whose: Standing
    device: str
    dry_run: bool

    def result(self) -> Result:
        try:
            kept = kept_requests.read(self.opened.body, self.opened.content_type)
        except ValueError:
            return self._hold("unreadable", None)
        known = self._known(kept)
        if known is not None:
            return known
        if self.whose.reason:
            return self._hold(self.whose.reason, kept)
        try:
            return self._take(kept)
        except Refused as refused:
            return self._hold("refused", kept, refused.sentence)
        except Exception:  # the very one that the server fails on: it must cost no other
            log.exception("record %s of a file could not be taken in", self.n)
            return self._hold("failed", kept)

    def _is(self, outcome: Outcome, why: str = "") -> Result:
        return Result(self.n, self.whose.name, outcome, why)

    def _known(self, kept: Kept) -> Result | None:
        """Not what was sealed together, another's, or in the log already."""
        person = self.whose.person
        if kept.sent.id != self.opened.id or taps.is_foreign(kept.sent, person):
            return self._is(Outcome.BROKEN, "内容和编号对不上，改过")
        with apart() as session:
            found = taps.stored(
                kept.sent, visit=self.opened.visit, person=person, session=session, file=kept.file
            )
        if found is None:
            return None
        return self._is(Outcome.THERE) if found.acknowledged else self._is(Outcome.BROKEN, "编号是别人的")

    def _take(self, kept: Kept) -> Result:
        if self.dry_run:
            return self._is(Outcome.TAKEN)
        how: dict[str, Any] = {"visit": self.opened.visit, "person": self.whose.person}
        with acting(SYSTEM) as session:
            at = max(clock.now(), taps.last_received(session))
            file = kept_requests.keep_photo(kept, at=at)
            taps.take_in(kept.sent, device=self.device, at=at, file=file, **how)
        try:
            with acting(SYSTEM):
                kept_requests.follow(kept.sent, at=at, **how)
        except Exception:  # it is kept: the next tap, or `fieldapp check`, finds the rest
            log.exception("record %s of a file is kept and could not be followed", self.n)
        return self._is(Outcome.TAKEN)

    def _hold(self, reason: str, kept: Kept | None, said: str = "") -> Result:
        if not self.dry_run:
            with acting(SYSTEM) as session:
                self._put(session, reason, kept, said)
        return self._is(Outcome.HELD, said or WHY[reason])

    def _put(self, session: Session, reason: str, kept: Kept | None, said: str) -> None:
        sha256 = hashlib.sha256(self.opened.body).hexdigest()
        if session.get(Quarantined, (self.opened.id, sha256)):
            return
        file, said = self._photo(kept, said)
        is_whole = kept is not None and not said
        row = Quarantined(
            tap=self.opened.id,
            sha256=sha256,
            visit=self.opened.visit,
            person_id=self.whose.person,
            county_id=self.whose.county,
            device=self.device,
            reason=reason,
            said=said,
            fields=kept_requests.written(kept.form) if kept else "{}",
            file_sha256=file["sha256"] if file else None,
            file_size=file["size"] if file else None,
            file_name=kept.file["name"] if kept and kept.file else "",
            content_type=self.opened.content_type,
            raw=None if is_whole else self.opened.body,
            made_at=self.opened.at,
            at=clock.now(),
        )
        session.add(row)

    def _photo(self, kept: Kept | None, said: str) -> tuple[dict[str, Any] | None, str]:
        """Its bytes among the originals, unless they are refused there."""
        if kept is None or kept.upload is None or said:
            return None, said
        kept.upload.stream.seek(0)
        try:
            return kept_requests.keep_photo(kept, at=clock.now()), ""
        except Refused as refused:
            return None, refused.sentence
