"""Binding a phone, and ending that."""

from base64 import b32encode
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp import ids
from fieldapp.access.actions import end_phone_logins
from fieldapp.access.viewers import hash_token
from fieldapp.db import db, system_reads
from fieldapp.errors import RuleBroken
from fieldapp.organisations.models import Person
from fieldapp.phones.models import Phone, PhoneCode, PhoneEnd

LIFETIME_MS = 10 * 60_000
CODE_BYTES = 10  # 80 bits, 16 signs: short enough to type where the camera opens another browser


@dataclass(frozen=True)
class Refused:
    """Why a code binds nothing; returned, for the phone is told in its own page."""

    sentence: str


def make_code(person: Person, *, by: Any, at: int) -> str:
    """A code for one person, told once: it binds one phone within ten minutes, and only where that person is
    logged in."""
    code = b32encode(ids.random_bytes(CODE_BYTES)).decode()
    made = {"person_id": person.id, "county_id": person.county_id, "made_by": by.person_id, "made_at": at}
    db.session.add(PhoneCode(code_hash=hash_token(code), **made))
    db.session.flush()
    return code


def bind_phone(code: str, device: str, label: str, *, by: Any, at: int) -> Phone | Refused:
    """Bind this device to whoever is logged in on it. The same code from the same device again, within its time, gives
    the same binding: the first answer may have been lost on its way. Of two at once one waits for the other."""
    of_code = sa.select(PhoneCode).where(PhoneCode.code_hash == hash_token(_signs(code)))
    with system_reads() as session:
        made = session.scalar(of_code.with_for_update())
        if made is None or made.person_id != by.person_id:
            return Refused("这个码不是给你的，或者打错了")
        bound = _bound(made.id, session)
        code_id, made_by, late = made.id, made.made_by, at - made.made_at > LIFETIME_MS
    if late or (bound and (bound[1] != device or bound[2])):
        return Refused("这个码用过了或过期了，请办公室再开一个")
    if bound:
        return db.session.scalars(sa.select(Phone).where(Phone.id == bound[0])).one()
    _end_earlier(device, by, at)
    county = {"county_id": by.county_id, "person_id": by.person_id}
    phone = Phone(code_id=code_id, device=device, label=label, bound_by=made_by, bound_at=at, **county)
    db.session.add(phone)
    db.session.flush()
    return phone


def _signs(code: str) -> str:
    return "".join(code.split()).upper()


def _bound(code_id: UUID, session: Session) -> tuple[UUID, str, bool] | None:
    row = session.scalar(sa.select(Phone).where(Phone.code_id == code_id))
    return (row.id, row.device, row.end is not None) if row else None


def _end_earlier(device: str, by: Any, at: int) -> None:
    """A phone is bound to a person once: what it was given before counts no more."""
    for row in db.session.scalars(
        sa.select(Phone).where(Phone.person_id == by.person_id, Phone.device == device)
    ):
        if row.end is None:
            db.session.add(PhoneEnd(phone_id=row.id, at=at, by_id=by.person_id))


def end_phone(phone: Phone, *, by: Any, at: int) -> None:
    """Nothing more is given to it. If it is not one's own it is lost: whoever has it is logged out as well."""
    db.session.scalar(sa.select(Phone.id).where(Phone.id == phone.id).with_for_update(of=Phone))
    db.session.refresh(phone, ["end"])  # somebody else may have been faster
    if phone.end is not None:
        raise RuleBroken("这部手机已经解绑了")
    db.session.add(PhoneEnd(phone_id=phone.id, at=at, by_id=by.person_id))
    if phone.person_id != by.person_id:
        end_phone_logins(phone.person_id, at=at)
