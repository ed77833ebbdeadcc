"""Bad input in every form: a sentence beside the field and in a summary at the top that jumps to it, and what was typed
is still there. The forms are found by walking the pages as whoever may see them, so a new one is tried by itself."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest

from fieldapp import clock
from fieldapp.db import apart
from fieldapp.office.importing import import_queue
from fieldapp.organisations.models import Unit
from fieldapp.visits.models import Visit
from tests.clients import LintingClient
from tests.closing import steps
from tests.closing.pages import address
from tests.outbox.phone_file import PhoneFile
from tests.pages import TYPED, Form, Sent, kind, posting, tree, values
from tests.story import ROLES, Story
from tests.visits.visiting import begin_both, hand_in, send
from tests.walls.further import TRIED
from tests.walls.things import addresses

TOO_LONG = "长" * 5000
WALKERS = ("head", "admin", "unit", "inspector1", "leader1")  # a clerk sees no form that a head does not
MAY_BE_EMPTY = {"inspections.edit"}  # none of its days has to be known
TAPS = "visits.tap"  # the door keeps first and judges later; what it cannot keep it answers with a page of its own
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# Steps without a field to fill in: a button, at most with hidden values.
BUTTONS = {
    "access.confirm_role", "access.disable_account", "access.enable_account", "access.end_login", "access.end_role",
    "access.log_out", "access.reset_password", "access.sight", "organisations.end_membership",
    "organisations.reopen_counter", "organisations.reopen_point",
    "problems.confirm_import", "problems.raise_measure", "problems.receive", "problems.recount", "problems.remove_day",
    "problems.start", "visits.cancel_plan", "visits.check_visit", "visits.say_who_went", "phones.end_phone",
    "packages.copy_problem", "packages.copy_unit",
}  # fmt: skip
BY_SCRIPT = {"visits.known", "phones.bind_phone"}  # a phone asks it; no page has a form for it
Found = dict[tuple[str, ...], Form]


def endpoint_of(story: Story, form: Form) -> str:
    adapter = story.app.url_map.bind("localhost")
    return str(adapter.match(urlsplit(form.action).path, method="POST")[0])


def pages(story: Story, username: str) -> Iterator[str]:
    """Every page, of some things of each kind; and those that only an address with a question opens."""
    viewer = story.viewer(username)
    for rule in story.app.url_map.iter_rules():
        if "GET" in rule.methods and rule.endpoint != "static":
            many = 6 if rule.endpoint == "problems.show" else 1
            yield from list(addresses(story, rule, viewer.county_name))[:many]
    unit, today = story.row(Unit, Unit.county_id == viewer.county_id), clock.today().isoformat()
    yield f"/plans/new?unit={unit}&starts={today}&ends={today}"
    yield f"/problems/handovers/{story.inspection_with_a_draft()}?on={today}"  # from its own day they are late
    yield f"/plans/new?unit={unit}&starts=2001-01-01&ends=2001-01-01"  # nobody is free and nothing can be drawn


def walk(story: Story, client: LintingClient, username: str) -> Found:
    """One form of each shape that a person fills in."""
    found: Found = {}
    for page in pages(story, username):
        answer = client.get(page)
        for form in posting(answer.text, page) if answer.mimetype == "text/html" else ():
            if answer.status_code == 200 and form.seen:
                shape = sorted({each.said["name"] for each in form.parts})
                found.setdefault((endpoint_of(story, form), page.partition("?")[2][-10:], *shape), form)
    return found


def bad(form: Form) -> Iterator[tuple[str, Sent]]:
    """Empty, too long, of the wrong kind."""
    empty, long, wrong = form.sent(), form.sent(), form.sent()
    for part in form.seen:
        name, sort = part.said["name"], kind(part)
        empty[name] = [""] if sort in TYPED or sort == "select" else []
        if sort in ("text", "textarea", "password", "search"):
            long[name] = [TOO_LONG]
        else:
            wrong[name] = ["nonsense"]
    yield "empty", empty
    if long != form.sent():
        yield "long", long
    if wrong != form.sent():
        yield "wrong", wrong


def faults(html: str, form: Form, sent: Sent) -> Iterator[str]:
    """What the page that comes back owes its reader and does not give."""
    page = tree(html)
    ids = {each.said["id"]: each for each in page.all() if each.said.get("id")}
    summaries = [each for each in page.all() if "error-summary" in each.said.get("class", "").split()]
    links = [each for box in summaries for each in box.all() if each.tag == "a"]
    if len(summaries) != 1 or not links:
        yield f"{len(summaries)} summaries, {len(links)} links"
    for link in links:
        sentence = link.text.partition("：")[2] or link.text
        target = ids.get(link.said["href"].removeprefix("#"))
        if target is None:
            yield f"{link.text}: jumps to nothing"
            continue
        named = " ".join(each.said.get("aria-describedby", "") for each in target.up()).split()
        if not any(sentence in ids[each].text for each in named if each in ids):
            yield f"{link.text}: is not beside its field"
        if not CHINESE.search(sentence):
            yield f"{link.text}: not in the reader's language"
    yield from _lost(html, form, sent)


def _lost(html: str, form: Form, sent: Sent) -> Iterator[str]:
    again = next((each for each in posting(html) if each.action == form.action), None)
    if again is None:
        yield "the form is gone"
        return
    for part in again.seen:
        typed = sent.get(part.said["name"])
        if typed is not None and kind(part) in TYPED - {"password"} and values(part) != typed:
            yield f"{part.said['name']}: what was typed is lost"


def of_a_tap(html: str, form: Form, sent: Sent) -> Iterator[str]:
    """A phone's form cannot be sent so; if it was all the same, what was written can be copied."""
    for part in form.seen:
        if kind(part) == "textarea" and not part.said.get("maxlength"):
            yield f"{part.said['name']}: no limit"
    for name, typed in sent.items():
        if typed == [TOO_LONG] and TOO_LONG not in html:
            yield f"{name}: what was typed is lost"


def tried(story: Story, client: LintingClient, found: Found) -> list[str]:
    """The faults of all forms, each with where and how it was found."""
    told = []
    for (endpoint, *_), form in found.items():
        for how, sent in bad(form):
            answer = client.post(form.action, data=sent)
            if endpoint == TAPS:
                kept = {"ok": answer.status_code == 303}
                wrong = [] if kept["ok"] else list(of_a_tap(answer.text, form, sent))
            elif answer.status_code == 422:
                wrong = list(faults(answer.text, form, sent))
            elif how == "empty" and endpoint in MAY_BE_EMPTY and answer.status_code == 303:
                wrong = []
            else:
                wrong = [f"answered {answer.status_code}"]
            told += [f"{how} at {form.page} ({endpoint}): {fault}" for fault in wrong]
    return told


@pytest.mark.slow
@pytest.mark.parametrize("username", WALKERS)
def test_bad_input_is_told_beside_its_field_and_stays(story: Story, as_: Any, username: str) -> None:
    client = as_(username)
    found = walk(story, client, username)
    assert found
    assert tried(story, client, found) == []


def test_a_conflict_settled_badly_is_told_so_too(story: Story, as_: Any) -> None:
    first, second, visit = begin_both(story, as_)
    with story.app.app_context(), apart() as session:
        problem = session.get_one(Visit, UUID(visit)).briefing["problems"][0]["id"]
    for client, value in ((first, "已整改"), (second, "未整改")):
        send(client, visit, "conclude", value, problem=str(problem), unmet="窗口")
        hand_in(client, visit)
    leader, address = as_("leader1"), f"/visits/{visit}/conflicts/0"
    (form,) = (each for each in posting(leader.get(address).text, address) if each.seen)
    assert tried(story, leader, {("visits.settle",): form}) == []


def test_parked_taps_decided_upon_badly_are_told_so_too(story: Story, as_: Any) -> None:
    plan, person, clerk = story.plan_of_today(), story.viewer("inspector1").person_id, as_("clerk")
    assert clerk.post(f"/plans/{plan.id}/cancellation").status_code == 303
    send(as_("inspector1"), plan.visit_id, "begin", "办事", plan=plan.id, briefing="1")
    address = f"/visits/parked/{plan.visit_id}/{person}"
    (form,) = (each for each in posting(clerk.get(address).text, address) if each.seen)
    assert tried(story, clerk, {("visits.decide_parked",): form}) == []


def test_what_a_file_brought_decided_upon_badly_is_told_so_too(
    story: Story, as_: Any, tmp_path: Path
) -> None:
    file, visit = PhoneFile(story, "head"), uuid4()  # who makes no visits, so that it waits
    file.tap(visit, "note", text="x")
    with story.app.app_context():
        assert len(list(import_queue(file.write(tmp_path / "a"), dry_run=False))) == 1
    clerk, address = as_("clerk"), f"/visits/parked/files/{visit}/{file.person}"
    (form,) = (each for each in posting(clerk.get(address).text, address) if each.seen)
    assert tried(story, clerk, {("visits.decide_quarantined",): form}) == []


CLOSING = {
    "closing.opine": ("clerk", ""),
    "closing.verify": ("clerk", "/verifications"),
    "closing.sign": ("head", "/signing"),
    "closing.object_": ("origin3", "/record"),
    "closing.enter_paper": ("clerk", "/papers"),
    "closing.compare_paper": ("head", "/papers/…"),
    "closing.reopen": ("head", "/reopening"),
}


def closing_page(story: Story, endpoint: str) -> tuple[str, str]:
    """Who fills the form in, and its page, with all that stands before it done."""
    who, page = CLOSING[endpoint]
    number = "示例-04" if endpoint == "closing.verify" else steps.STORY
    if endpoint == "closing.verify":
        steps.receives(story, number)
        steps.asks(story, number=number, at=clock.now())
    elif endpoint == "closing.opine":
        steps.asks(story)
    else:
        steps.to_signing(story)
    if endpoint == "closing.compare_paper":
        page = f"/papers/{steps.paper(story)}"
    if endpoint == "closing.reopen":
        steps.signs(story, "head", "office")
        steps.signs(story, "origin3", "origin_team")
    return who, page if endpoint in ("closing.sign", "closing.compare_paper") else address(
        story, number
    ) + page


@pytest.mark.parametrize("endpoint", CLOSING)
def test_a_closing_s_forms_filled_in_badly_are_told_so_too(story: Story, as_: Any, endpoint: str) -> None:
    who, page = closing_page(story, endpoint)
    client = as_(who)
    forms = [each for each in posting(client.get(page).text, page) if endpoint_of(story, each) == endpoint]
    assert len(forms) == 1
    assert tried(story, client, {(endpoint,): forms[0]}) == []


@pytest.mark.slow
def test_every_post_is_a_form_that_is_walked_to_or_a_button(story: Story, as_: Any) -> None:
    reached = {"visits.settle", "visits.decide_parked", "visits.decide_quarantined", *CLOSING}  # tried above
    reached |= TRIED
    reached |= {"packages.export_problem", "packages.export_unit"}  # of what is closed: tests/packages
    for username in WALKERS:
        reached |= {shape[0] for shape in walk(story, as_(username), username)}
    rules = story.app.url_map.iter_rules()
    assert {rule.endpoint for rule in rules if "POST" in rule.methods} - BUTTONS - BY_SCRIPT == reached


@pytest.mark.slow
@pytest.mark.parametrize("username", ROLES)
def test_a_form_shown_again_after_login_is_not_carried_out(story: Story, as_: Any, username: str) -> None:
    """As it stands on the page it could be saved; with `_again` it is only shown."""
    client = as_(username)
    for (endpoint, *_), form in walk(story, client, username).items():
        if endpoint not in (TAPS, "access.log_in"):
            answer = client.post(form.action, data={**form.sent(), "_again": "1"})
            assert answer.status_code in (200, 422), (form.page, answer.status_code)
