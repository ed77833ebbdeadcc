"""Clerks and heads count only once a head confirmed them: the audit must say so, of this role and these days."""

from collections.abc import Iterator
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp.access.actions import grant_text
from fieldapp.access.models import Audit, RoleGrant
from fieldapp.access.policy import LABELS, NEEDS_HEAD, Role
from fieldapp.office.finding import Finding, guarded

KIND = "角色"
EVENTS = ("role_confirmed", "role_installed", "role_known")  # by a head; by the server; from before such rows
NEEDED = [role.value for role in NEEDS_HEAD]


def findings(session: Session) -> Iterator[Finding]:
    """A role that was ended earlier than it was confirmed for is none that grew."""
    said = {
        (row.about.rsplit(" ", 1)[0], row.person_id): row.about.rsplit(" ", 1)[1]
        for row in session.scalars(sa.select(Audit).where(Audit.event.in_(EVENTS)))
    }
    grants = sa.select(RoleGrant).where(RoleGrant.role.in_(NEEDED), RoleGrant.confirmed_by.is_not(None))
    for grant in session.scalars(grants.order_by(RoleGrant.id)):
        yield from guarded(KIND, grant.id, "给了一个不在库里的人", _look, grant, said)


def _look(grant: RoleGrant, said: dict[tuple[str, UUID | None], str]) -> Iterator[Finding]:
    told = (text.rsplit(" ", 1) for text in (grant_text(grant), grant_text(grant, names_unit=False)))
    if not any(said.get((what, grant.confirmed_by), "") >= ends for what, ends in told):
        yield Finding(
            KIND,
            f"{grant.person.name}的“{LABELS[Role(grant.role)]}”：库里写着确认过，日志里没有这次确认",
        )
