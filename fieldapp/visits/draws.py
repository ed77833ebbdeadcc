"""Draws of counter and day, kept like plans: encrypted, found by a token, read by those who may know.

Beforehand only the hash of the seed is shown; the seed opens at the hand-in of the drawn visit, so that anybody can
repeat the draw. A redraw needs a reason, and the first one stays.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from fieldapp import heads, ids
from fieldapp.db import Base, Id, apart, db
from fieldapp.errors import NotVisible, RuleBroken
from fieldapp.visits import draw, vault
from fieldapp.visits.days import GoingDay

MOST_CANDIDATES = 2000
_BETWEEN = "|"


class DrawRow(Base):
    """One draw as a padded blob; `token` is an HMAC of whoever drew it."""

    __tablename__ = "draws"
    id: Mapped[Id]
    token: Mapped[str] = mapped_column(sa.String(64), index=True)
    key_id: Mapped[str] = mapped_column(sa.String(16))
    blob: Mapped[bytes] = mapped_column(sa.LargeBinary)

    @classmethod
    def visible_to(cls, viewer: Any) -> sa.ColumnElement[bool]:
        return sa.false()


heads.grows(DrawRow)


@dataclass(frozen=True)
class Draw:
    """A draw in clear. A candidate is `<counter id>|<ISO day>`; they are sorted and distinct."""

    id: str
    county_id: str
    by: str
    at: int
    candidates: list[str]
    names: dict[str, str]  # what a candidate is called, for the page that lets anybody repeat the draw
    seed: str  # hexadecimal; shown only once the drawn visit is handed in
    result: str
    replaces: str = ""
    reason: str = ""
    rest_days: bool = False  # whether rest days could be drawn too
    estimated: list[str] = field(default_factory=list)  # ISO days of a calendar not yet published

    @property
    def fingerprint(self) -> str:
        return draw.fingerprint(bytes.fromhex(self.seed))

    @property
    def counter_id(self) -> UUID:
        return UUID(self.result.split(_BETWEEN)[0])

    @property
    def day(self) -> date:
        return self.day_of(self.result)

    @property
    def place(self) -> str:
        return self.place_of(self.result)

    def day_of(self, candidate: str) -> date:
        """The day of a candidate."""
        return date.fromisoformat(candidate.split(_BETWEEN)[1])

    def place_of(self, candidate: str) -> str:
        """Unit, service point and counter of a candidate."""
        return self.names[candidate].removesuffix(candidate.split(_BETWEEN)[1]).strip()

    def days_by_place(self) -> dict[str, list[date]]:
        """All candidates as people read them: by unit and counter, then by day."""
        found: dict[str, list[date]] = {}
        for place, day in sorted((self.place_of(each), self.day_of(each)) for each in self.candidates):
            found.setdefault(place, []).append(day)
        return found


def make_draw(
    counters: dict[UUID, str],
    days: Sequence[GoingDay],
    *,
    by: Any,
    at: int,
    replaces: Draw | None = None,
    reason: str = "",
) -> Draw:
    """Draw one counter and day out of these. `counters` gives each counter's name."""
    if replaces and len(reason.strip()) < 10:
        raise RuleBroken("重抽要写明理由，至少 10 个字", "reason")
    if len(counters) * len(days) > MOST_CANDIDATES:  # counted before they are written out
        raise RuleBroken("窗口或日子太多了，分几次抽", "counters")
    names = {
        f"{key}{_BETWEEN}{each.day.isoformat()}": f"{name} {each.day.isoformat()}"
        for key, name in counters.items()
        for each in days
    }
    if not names:
        raise RuleBroken("没有可以抽的", "counters")
    seed = ids.random_bytes(32)
    candidates = sorted(names)
    made = Draw(
        id=str(ids.new_id()),
        county_id=str(by.county_id),
        by=str(by.person_id),
        at=at,
        candidates=candidates,
        names=names,
        seed=seed.hex(),
        result=draw.drawn(seed, candidates),
        replaces=replaces.id if replaces else "",
        reason=reason.strip(),
        rest_days=any(each.is_rest for each in days),
        estimated=[each.day.isoformat() for each in days if each.estimated],
    )
    _keep(made, vault.token(by.person_id, "all", "draw"))
    return made


def _keep(made: Draw, owner: str) -> None:
    db.session.add(DrawRow(id=UUID(made.id), token=owner, key_id=vault.KEY_ID, blob=vault.seal(asdict(made))))
    db.session.flush()


def draws_of(viewer: Any) -> list[Draw]:
    """One's own draws, newest first."""
    with apart() as session:
        rows = session.scalars(
            sa.select(DrawRow.blob).where(DrawRow.token == vault.token(viewer.person_id, "all", "draw"))
        ).all()
    found = [each for each in map(opened, rows) if each is not None]
    return sorted(found, key=lambda each: each.at, reverse=True)


def opened(blob: bytes) -> Draw | None:
    """The draw of a blob; None when it does not open."""
    try:
        return Draw(**vault.unseal(blob))
    except (vault.Unreadable, TypeError):
        return None


def draw_for(viewer: Any, draw_id: UUID, *, knows: bool = False) -> Draw:
    """One draw for whoever drew it, or for a knower of its plan (`knows`); raises NotVisible."""
    with apart() as session:
        blob = session.scalar(sa.select(DrawRow.blob).where(DrawRow.id == draw_id))
    found = opened(blob) if blob else None
    if found is None or found.county_id != str(viewer.county_id):
        raise NotVisible
    if not knows and found.by != str(viewer.person_id):
        raise NotVisible
    return found
