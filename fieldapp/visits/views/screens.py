"""What a phone page of a running visit is made from. One object, built once a request, read by the templates."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from uuid import UUID

from flask import g, request, url_for

from fieldapp import clock
from fieldapp.access import sessions
from fieldapp.db import db, system_reads
from fieldapp.errors import NotVisible
from fieldapp.outbox.keeping import keep_on_phone
from fieldapp.visits import kinds, library, people, plans, queries, supposed, waiting
from fieldapp.visits.judgements import differing
from fieldapp.visits.models import Visit
from fieldapp.visits.record import Line, Record, Struck
from fieldapp.visits.taps import last_seq, own_taps
from fieldapp.visits.telling import brief, first_sayings, sayings, values
from fieldapp.visits.timeline import seen_by
from fieldapp.visits.views.walk import Walk
from fieldapp.web.render import render
from fieldapp.web.viewer import viewer

LATER = 3_600_000  # a supposed page is opened some time after the taps that it supposes, not at their instant


@dataclass(frozen=True)
class Screen(Walk):
    """A visit as one inspector sees it: own answers only until the own hand-in."""

    visit: Visit
    record: Record
    whole: Record  # with the colleague's answers; for names and seals only
    me: UUID

    @property
    def content(self) -> dict[str, Any]:
        """The frozen briefing."""
        return self.visit.briefing

    @property
    def role(self) -> str:
        """What I took on at my begin; empty before it."""
        return next((row.role for row in self.record.roles if row.person == self.me), "")

    def mine(self, rows: Any) -> dict[str, Any]:
        """My judgement by subject."""
        return {row.subject: row.given for row in rows if row.person == self.me}

    def lacks(self, problem: dict[str, Any] | None) -> bool:
        """Whether my conclusion falls short of a criterion that I have not named yet."""
        own = (
            self.mine(self.record.conclusions).get(problem["id"]) if problem and problem["criteria"] else None
        )
        return own is not None and own.value in kinds.FALLS_SHORT and not own.unmet

    @property
    def last(self) -> Any:
        """My newest tap that counts, a correction too, for the line above the button and for undo."""
        own = [line for line in self.whole.lines if line.person == self.me and line.place == "counted"]
        own = [line for line in own if line.kind not in ("undo", "handin", "countersign", "begin")]
        return max(own, key=lambda line: line.at) if own else None

    def at_of(self, line: Line) -> int:
        """The instant that counts of a tap of mine; a stage's may have been moved."""
        moved = self.my_moments.get(line.tap)
        return moved.at if moved else line.at

    @property
    def undone(self) -> Struck | None:
        """What the undo took back that I pressed last of all."""
        own = [line for line in self.whole.lines if line.person == self.me]
        newest = max(reversed(own), key=lambda line: line.at) if own else None
        undone = (row for row in self.record.struck if row.how == "undone")
        return next((row for row in undone if newest and row.by_tap == newest.tap), None)

    @property
    def told(self) -> dict[UUID, str]:
        """What each tap says now."""
        return sayings(self.record, self.content)

    def value_of(self, tap: UUID, field: str) -> Any:
        """What a field of a tap says now, for what it may be corrected to."""
        return values(self.record).get(tap, {}).get(field)

    @property
    def replaced(self) -> set[UUID]:
        """My judgements that a later one of the same took the place of."""
        r = self.record
        judged = (*r.answers, *r.claims, *r.conclusions, *r.overall)
        return {given.tap for row in judged if row.person == self.me for given in row.history}

    @property
    def told_first(self) -> dict[UUID, str]:
        """What struck taps said before, and what the tap that struck one did."""
        return first_sayings(self.record, self.content)

    def brief(self, word: str, room: int = 14) -> str:
        """The same short enough for the line above the button."""
        return brief(word, room)

    @property
    def handed_in(self) -> bool:
        return any(row.person == self.me and not row.superseded for row in self.record.handins)

    @property
    def may_judge(self) -> bool:
        """Before the own hand-in, and again while the record is sent back."""
        return not self.handed_in or self.visit.state == "sent_back"

    @property
    def has_more_to_hand_in(self) -> bool:
        """Whether this phone holds of mine what no hand-in of its own names yet."""
        here = (self.me, sessions.device())
        handed = [
            row for row in self.record.handins if (row.person, row.device) == here and not row.superseded
        ]
        manifest = self.manifest
        if not handed:
            return bool(manifest["taps"])
        return any(row.manifest["ids_sha256"] != manifest["ids_sha256"] for row in handed)

    @property
    def to_sign(self) -> bool:
        """Whether what is wanted of me now is my countersign."""
        handed = self.handed_in and not self.has_more_to_hand_in
        return handed and waiting.is_to_sign(self.record, self.me)

    @property
    def all_in(self) -> bool:
        return waiting.is_all_in(self.record)

    @cached_property
    def apart(self) -> dict[str, frozenset[str]]:
        """Subjects on which views differ and stand as they are."""
        return {"claims": differing(self.record.claims), "overall": differing(self.record.overall)}

    @property
    def nothing_answered(self) -> bool:
        """Whether my newest tap is an interview that says nothing, as it comes without script."""
        own = [line for line in self.whole.lines if line.person == self.me]
        return bool(own) and (own[-1].kind, own[-1].place) == ("interview", "flagged")

    @property
    def elsewhere(self) -> int:
        """How many of mine came from another phone or browser that has not handed them in."""
        kept = (row for row in self.whole.lines if row.person == self.me)
        own = sum(row.kind not in kinds.OUTSIDE_SEAL and not supposed.is_one(row.tap) for row in kept)
        there = [row for row in self.record.handins if row.person == self.me and not row.superseded]
        handed = sum(int(row.manifest["taps"]) for row in there if row.device != sessions.device())
        return max(0, own - int(self.manifest["taps"]) - handed)

    @property
    def seq(self) -> int:
        """The number of my last tap from this phone; the phone counts on from it."""
        return last_seq(self.visit.id, self.me, sessions.device(), db.session())

    @cached_property
    def _own_taps(self) -> list[kinds.Tap]:
        return own_taps(self.visit.id, self.me, sessions.device(), db.session())

    @property
    def manifest(self) -> dict[str, Any]:
        """What my hand-in will say it hands in, from this phone."""
        return kinds.manifest(self._own_taps)

    @property
    def handed(self) -> str:
        """The same tap by tap, `id:seq:photo`, for a phone that holds more of them than are here."""
        own = (tap for tap in self._own_taps if tap.kind not in kinds.OUTSIDE_SEAL)
        return " ".join(f"{tap.id}:{tap.seq}:{int(kinds.has_photo(tap))}" for tap in own)

    @property
    def falls_short(self) -> str:
        """The conclusions that want the criterion which was not met."""
        return " ".join(sorted(kinds.FALLS_SHORT))


def screen(visit_id: UUID) -> Screen:
    """The screen of a visit for one who takes part in it; raises NotVisible."""
    me = viewer().person_id
    held = _held(visit_id)
    found = held.visit if held else queries.visit(visit_id)
    whole = held.record if held else queries.record(found)
    if me not in whole.participants:
        raise NotVisible  # a leader or the office looks at /visits
    return Screen(found, seen_by(whole, me), whole, me)


def _held(visit_id: UUID) -> supposed.Supposed | None:
    """What is supposed of a visit; or asked to be (`as_if`), of one of one's own, of a plan that one may see today, or
    of an unplanned one. Asked for once a request: a plan's reading is logged once."""
    if supposed.now(visit_id) or request.method != "GET" or "as_if" not in request.args:
        return supposed.now(visit_id)
    if "asked" not in g:
        g.asked = _supposed(visit_id, supposed.read(request.args["as_if"]))
    asked: supposed.Supposed = g.asked
    return asked


def _supposed(visit_id: UUID, presses: tuple[supposed.Press, ...]) -> supposed.Supposed:
    who = viewer()
    if queries.is_visible(visit_id):
        with system_reads() as session:
            return supposed.of_visit(queries.visit(visit_id), who.person_id, presses, session)
    if presses[0].kind != "begin":
        raise NotVisible
    if visit_id == supposed.PLACEHOLDER:
        return supposed.of_scenario(who.person_id, presses, clock.today())
    plan = plans.of_visit(who, visit_id, clock.today())
    return supposed.of_plan(plan, who.person_id, presses, max(clock.today(), plan.first_day))


def named(visit_id: UUID) -> tuple[Screen, dict[UUID, str]]:
    """The screen of a page that names people, with their names; they stand in one order."""
    seen = screen(visit_id)
    held = _held(visit_id)
    names = {**(held.names if held else {}), **queries.names_in(seen.visit)}
    return replace(seen, record=people.in_order(seen.record, names)), names


def show(page: str, visit_id: UUID, status: int = 200, seen: Screen | None = None, **context: Any) -> Any:
    """Render a phone page: the page, or for htmx its one fragment. `seen` spares folding the log a second time."""
    seen = seen or screen(visit_id)
    made = render(
        f"visits/{page}.html",
        f"visits/_{page}.html",
        status=status,
        s=seen,
        visit=seen.visit,
        c=seen.content,
        r=seen.record,
        words=library.words(),
        here=page,
        spoiled=queries.spoiled(seen.record),
        action=url_for("visits.tap", visit_id=visit_id),
        **{"opened_at": clock.now() + (LATER if _held(visit_id) else 0), **context},
    )
    return made if seen.visit.day > clock.today() else keep_on_phone(made)  # ahead of its day: on no phone
