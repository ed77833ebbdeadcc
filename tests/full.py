"""The story with a row in every table that may only grow."""

from uuid import uuid4

import sqlalchemy as sa
from flask import Flask

from fieldapp import clock
from fieldapp.access.models import Audit
from fieldapp.backups.models import Backup
from fieldapp.db import apart
from fieldapp.phones.models import Phone, PhoneCode, PhoneEnd
from fieldapp.problems.models import Measure, MeasureReport
from fieldapp.visits.models import ParkedDecision, PlanRead, Visit, VisitAttendance
from fieldapp.visits.quarantine_models import Quarantined, QuarantineDecision
from tests import story as stories
from tests.closing.steps import everything
from tests.story import Story


def fill(app: Flask) -> None:
    """Load it and walk through all of it."""
    stories.load(app)
    story = Story(app)
    everything(story)
    with story.app.app_context(), apart(writes=True) as session:
        session.add(PlanRead(plan_id=uuid4(), person_id=uuid4(), county_id=uuid4(), at=clock.now()))
        session.add(Audit(at=clock.now(), event="login"))
        session.add(Backup(name="x", taken_at=1, upto=0, verified_at=1, manifest="0" * 64))
        visit = session.scalars(sa.select(Visit)).one()
        who = visit.people[0].person_id
        session.add(VisitAttendance(visit_id=visit.id, person_id=who, n=1, went=True, by_id=who, at=1))
        said = {
            "county_id": visit.county_id,
            "outcome": "aside",
            "reason": "x",
            "taps": 1,
            "by_id": who,
            "at": 1,
        }
        session.add(ParkedDecision(visit=visit.id, person_id=who, n=1, **said))
        kept = {
            "sha256": "0" * 64,
            "device": "x",
            "reason": "stopped",
            "said": "",
            "fields": "{}",
            "file_name": "",
        }
        where = {"visit": visit.id, "person_id": who, "county_id": visit.county_id, "at": 1}
        session.add(Quarantined(tap=uuid4(), content_type="", made_at=1, **kept, **where))
        word = {"outcome": "aside", "reason": "x", "records": 1, "taken": 0, "by_id": who}
        session.add(QuarantineDecision(n=1, **word, **where))
        measure = session.scalars(sa.select(Measure)).first()
        told = {"county_id": visit.county_id, "measure_id": measure.id, "text": "x", "done": True, "at": 1}
        session.add(MeasureReport(n=1, by_id=who, by_office=False, **told))
        its = {"county_id": visit.county_id, "person_id": who}
        code, phone = uuid4(), uuid4()
        session.add(PhoneCode(id=code, code_hash="0" * 64, made_by=who, made_at=1, **its))
        session.flush()
        session.add(Phone(id=phone, code_id=code, device="x", label="x", bound_by=who, bound_at=1, **its))
        session.flush()
        session.add(PhoneEnd(phone_id=phone, at=1, by_id=who))
