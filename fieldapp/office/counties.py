"""What counties have settled, against their histories: it decides how each later deadline is counted."""

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp import history
from fieldapp.deadlines.county_rules import CountyRules, rules_of
from fieldapp.office.finding import Finding, guarded
from fieldapp.office.problems import content_said, payloads
from fieldapp.organisations.models import County

KIND = "规定"


def findings(session: Session) -> Iterator[Finding]:
    """By name. A county that has settled nothing has no history."""
    for county in session.scalars(sa.select(County).order_by(County.name, County.id)):
        yield from guarded(KIND, county.name, "读不出来", _look, county, session)


def _look(county: County, session: Session) -> Iterator[Finding]:
    entries = history.entries(f"county:{county.id}", session)
    written = content_said(payloads(entries))
    if written is not None and written != county.content_hash:
        yield Finding(KIND, f"{county.name}：和历史最后记下的不一样")
    if not entries and rules_of(county.settings) != CountyRules():
        yield Finding(KIND, f"{county.name}：有自己的规定，历史里没有")
    if entries and written is None:
        yield Finding(KIND, f"{county.name}：是旧版本写的，没有指纹，没法核对", is_note=True)
