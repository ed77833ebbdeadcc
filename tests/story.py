"""The demo as the tests' world: two counties, one visit handed in, one planned for today. Found by name, not by id."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Flask

from fieldapp.access.models import Account
from fieldapp.access.viewers import Viewer, viewer_of_person
from fieldapp.db import apart
from fieldapp.demo.load import load_demo
from fieldapp.organisations.models import County, Person
from fieldapp.problems.models import Problem
from fieldapp.visits import plans, vault
from fieldapp.visits.models import Plan, Visit

PASSWORD = "test-password-1"
ROLES = (
    "inspector1",
    "leader1",
    "origin3",
    "clerk",
    "head",
    "unit",
    "leadership",
    "city",
    "admin",
    "clerk2",
    "unit2",
)


def load(app: Flask) -> None:
    """Fill an empty database with the story."""
    with app.app_context():
        list(load_demo(PASSWORD, if_empty=False))


@dataclass(frozen=True)
class Story:
    """Ways to find the story's rows and people in an app."""

    app: Flask

    def viewer(self, username: str) -> Viewer:
        """The viewer an account would be, without logging in."""
        with self.app.app_context(), apart() as session:
            account = session.scalars(sa.select(Account).where(Account.username == username)).one()
            person = session.get_one(Person, account.person_id)
            return viewer_of_person(person, session.get_one(County, account.county_id), session)

    def row(self, model: type[Any], *where: Any) -> UUID:
        """The id of the first row that matches."""
        with self.app.app_context(), apart() as session:
            found: UUID = session.scalars(sa.select(model.id).where(*where).order_by(model.id)).first()
            assert found is not None, model
            return found

    def inspection_with_a_draft(self) -> UUID:
        """The inspection of the story's one draft."""
        with self.app.app_context(), apart() as session:
            return session.scalars(sa.select(Problem.inspection_id).where(Problem.state == "draft")).one()

    def plan_of_today(self) -> plans.PlannedVisit:
        """The plan that inspector1 may see today."""
        return self._to_come()[0]

    def planned_visits(self) -> list[UUID]:
        """The visits of all plans that nobody has begun."""
        return [UUID(plan.visit_id) for plan in self._to_come()]

    def _to_come(self) -> list[plans.PlannedVisit]:
        with self.app.app_context(), apart() as session:
            rows = [
                plans.PlannedVisit(**vault.unseal(blob)) for blob in session.scalars(sa.select(Plan.blob))
            ]
            begun = set(session.scalars(sa.select(Visit.id)))
        return [plan for plan in rows if UUID(plan.visit_id) not in begun]

    def handed_in(self) -> UUID:
        """The story's visit of 2018-06-20."""
        return self.row(Visit, Visit.state == "handed_in")
