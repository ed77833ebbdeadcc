"""What is to be packed of a problem or of a unit: collected from the database and the disk; nothing is written."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from fieldapp.db import one_moment
from fieldapp.errors import RuleBroken
from fieldapp.organisations.models import County, Unit
from fieldapp.packages import collecting, copies
from fieldapp.packages.bag import Bag
from fieldapp.packages.contents import Dossier, Line, closed_of, problem_bag, unit_bag
from fieldapp.packages.sheet import MOST_PHOTOS
from fieldapp.problems.models import Problem

PROBLEM, UNIT = "problem", "unit"


@dataclass(frozen=True)
class Parcel:
    """Of one problem, or of a unit with its whole checklist."""

    kind: str
    thing_id: UUID
    name: str  # of the unit
    office: str
    lines: Sequence[Line]
    dossiers: Sequence[Dossier]
    pictured: Sequence[str]  # photos that the workbook shows

    @property
    def photos(self) -> list[str]:
        """Each once."""
        return [*dict.fromkeys(each for dossier in self.dossiers for each in dossier.photos)]

    @property
    def released(self) -> list[str]:
        """Likewise, of what units were shown; such a copy is never taken for one of the photos."""
        named = dict.fromkeys(each for dossier in self.dossiers for each in dossier.released)
        return [each for each in named if each not in self.photos]

    def copies(self, *, originals: bool) -> list[copies.Wanted]:
        """What must have been copied before it is packed."""
        return copies.wanted(self.photos, originals=originals, thumbnails=self.pictured)

    def pack(self, *, originals: bool) -> Bag:
        """Raises RuleBroken while something is missing or does not hold together."""
        found = copies.found(self.photos, self.released)
        if missing := copies.lacking(self.copies(originals=originals)):
            raise RuleBroken(f"还差 {len(missing)} 张副本，先备好副本再导出")
        if self.kind == PROBLEM:
            return problem_bag(self.dossiers[0], found, office=self.office, originals=originals)
        lines = [_with_thumbnails(line) for line in self.lines]
        return unit_bag(self.name, lines, found, office=self.office, originals=originals)


def _with_thumbnails(line: Line) -> Line:
    """For the workbook."""
    shown, more = line.pictured[:MOST_PHOTOS], len(line.pictured[MOST_PHOTOS:])
    return replace(line, row=replace(line.row, photos=tuple(copies.thumbnails(shown)), more_photos=more))


def problem_parcel(problem_id: UUID) -> Parcel:
    """Of a problem that the caller may see. Raises RuleBroken while it is not closed."""
    with one_moment() as session:
        problem = session.get_one(Problem, problem_id)
        dossier = collecting.dossier_of(problem, session)
        office = problem.county.office
        return Parcel(PROBLEM, problem_id, problem.unit.name, office, (), (dossier,), ())


def unit_parcel(unit_id: UUID) -> Parcel:
    """Of a unit that the caller may see. Raises RuleBroken while nothing of it is closed."""
    with one_moment() as session:
        unit = session.get_one(Unit, unit_id)
        office = session.get_one(County, unit.county_id).office
        lines = collecting.lines_of(unit_id, session)
        name = unit.name
    dossiers = closed_of(name, lines)
    pictured = [sha256 for line in lines for _caption, sha256 in line.pictured[:MOST_PHOTOS]]
    return Parcel(UNIT, unit_id, name, office, lines, dossiers, [*dict.fromkeys(pictured)])


def parcel_of(kind: str, thing_id: UUID) -> Parcel:
    """Of either."""
    return problem_parcel(thing_id) if kind == PROBLEM else unit_parcel(thing_id)
