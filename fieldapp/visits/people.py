"""In what order the people of a visit are named, on every page that names them. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from fieldapp.visits.kinds import ROLES
from fieldapp.visits.record import Judgement, Record


def in_order(record: Record, names: Mapping[UUID, str]) -> Record:
    """The record with its people in one order: whoever does the business first, then by name."""
    roles = {role.person: ROLES.index(role.role) for role in record.roles if role.role in ROLES}

    def place(person: UUID) -> tuple[int, str, UUID]:
        return roles.get(person, len(ROLES)), names.get(person, ""), person

    def by(rows: tuple[Any, ...], name: str) -> tuple[Any, ...]:
        return tuple(sorted(rows, key=lambda row: place(getattr(row, name))))

    def judged(rows: tuple[Judgement, ...]) -> tuple[Judgement, ...]:
        subjects = list(dict.fromkeys(row.subject for row in rows))
        return tuple(sorted(rows, key=lambda row: (subjects.index(row.subject), place(row.person))))

    return replace(
        record,
        participants=tuple(sorted(record.participants, key=place)),
        roles=by(record.roles, "person"),
        conflicts=tuple(replace(each, rivals=by(each.rivals, "person")) for each in record.conflicts),
        watches=by(record.watches, "by"),
        answers=judged(record.answers),
        claims=judged(record.claims),
        conclusions=judged(record.conclusions),
        overall=judged(record.overall),
    )
