"""At the door: a tap is kept first and judged later, and the phone is told so exactly when it may forget it."""

import io
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from fieldapp import clock
from fieldapp.db import apart, table
from fieldapp.visits.models import TapRow
from tests.clients import LintingClient
from tests.evidence import pictures
from tests.pages import fields_of
from tests.story import PASSWORD, Story
from tests.visits.visiting import LogIn, begin_both, hand_in, send, state_of, steps_of, taps_in

HTMX = {"HX-Request": "true"}
OUTBOX = {"X-Outbox": "1"}
TAPS = table(TapRow)


@pytest.fixture
def begun(story: Story, as_: LogIn) -> tuple[LintingClient, str]:
    first, _, visit = begin_both(story, as_)
    return first, visit


def test_a_form_without_script_goes_on_with_a_redirect(
    story: Story, begun: tuple[LintingClient, str]
) -> None:
    client, visit = begun
    tap = uuid4()
    answer = send(client, visit, "stage", "arrive", tap=tap, to="full")
    assert (answer.status_code, answer.location) == (303, f"/n/{visit}/all")
    assert answer.headers["Outbox-Ack"] == str(tap)
    row = taps_in(story, TapRow.id == tap)[0]
    assert str(row.received_at) == answer.headers["Received-At"]
    assert (row.wall_ms, row.mono_ms, row.origin_ms) == (None, None, None)
    assert row.seq == 2


def test_htmx_gets_the_next_pages_fragment(begun: tuple[LintingClient, str]) -> None:
    client, visit = begun
    answer = send(client, visit, "stage", "arrive", headers=HTMX, to="full")
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<div id="visit"')
    assert answer.headers["HX-Replace-Url"] == f"/n/{visit}/all"
    assert "Outbox-Ack" in answer.headers


def test_the_outbox_gets_no_page(begun: tuple[LintingClient, str]) -> None:
    client, visit = begun
    answer = send(client, visit, "stage", "arrive", headers=OUTBOX)
    assert (answer.status_code, answer.data) == (200, b"")
    assert abs(int(answer.headers["Server-Now"]) - clock.now()) < 60_000


def test_the_same_tap_again_is_one_row_with_the_first_receipt(
    story: Story, begun: tuple[LintingClient, str]
) -> None:
    client, visit = begun
    tap = uuid4()
    with clock.moved_to(clock.now()):
        first = send(client, visit, "stage", "arrive", tap=tap, headers=OUTBOX)
    with clock.moved_to(clock.now() + 90_000):
        again = send(client, visit, "stage", "arrive", tap=tap, headers=OUTBOX, wall_ms="5")
    assert again.status_code == 200
    for name in ("Outbox-Ack", "Received-At"):
        assert first.headers[name] == again.headers[name]
    assert len(taps_in(story, TapRow.id == tap)) == 1


def test_the_same_id_with_other_content_is_kept_beside_it(
    story: Story, begun: tuple[LintingClient, str]
) -> None:
    client, visit = begun
    tap = uuid4()
    send(client, visit, "stage", "arrive", tap=tap)
    for _ in range(2):
        rival = send(client, visit, "stage", "ticket", tap=tap, headers=OUTBOX)
        assert rival.status_code == 409
        assert rival.headers["Outbox-Ack"] == str(tap)
    page = send(client, visit, "stage", "call", tap=tap)
    assert page.status_code == 409
    assert "都存下了" in page.text
    assert len(taps_in(story, TapRow.id == tap)) == 3


def test_somebody_elses_tap_is_not_acknowledged(story: Story, as_: LogIn) -> None:
    first, second, visit = begin_both(story, as_)
    tap, mine = uuid4(), str(story.viewer("inspector1").person_id)
    send(first, visit, "stage", "arrive", tap=tap)
    for answer in (
        send(second, visit, "stage", "arrive", tap=tap),
        send(second, visit, "stage", "ticket", person=mine),
        send(second, visit, "stage", "ticket", person=mine, headers=OUTBOX),
    ):
        assert answer.status_code == 409
        assert "Outbox-Ack" not in answer.headers
    assert len(taps_in(story, TapRow.kind == "stage", TapRow.visit == UUID(visit))) == 1


@pytest.mark.parametrize("show", [{}, {"X-Outbox-Show": "/n/", **HTMX}, {"X-Outbox-Show": "/n/"}])
def test_the_outbox_is_never_redirected(
    story: Story, as_: LogIn, begun: tuple[LintingClient, str], show: dict[str, str]
) -> None:
    """Its script reads nothing of a redirect: whatever redirects it is not this server."""
    client, visit = begun
    for where in (visit, str(uuid4())):  # of a visit that is not here the tap is kept and there is no page
        answer = send(client, where, "stage", "arrive", headers={**OUTBOX, **show})
        assert (answer.status_code, "Outbox-Ack" in answer.headers) == (200, True)
    with clock.moved_to(clock.now() + 25 * 3600 * 1000):
        assert send(client, visit, "stage", "arrive", headers={**OUTBOX, **show}).status_code == 401


def test_only_the_outbox_is_told_that_it_stays_on_the_phone(story: Story, as_: LogIn) -> None:
    _, second, visit = begin_both(story, as_)
    mine = str(story.viewer("inspector1").person_id)
    assert "留在手机里" in send(second, visit, "stage", "ticket", person=mine, headers=OUTBOX).text
    for headers in ({}, HTMX):
        page = send(second, visit, "stage", "ticket", person=mine, headers=headers).text
        assert "留在手机里" not in page
        assert "没有存下，手机里也没有留" in page


def test_what_was_pressed_on_another_persons_page_is_taken_up_when_that_person_logs_in(
    story: Story, as_: LogIn
) -> None:
    """A form without script: nothing keeps it but the page that says so."""
    _, second, visit = begin_both(story, as_)
    mine, tap, pressed = str(story.viewer("inspector1").person_id), uuid4(), clock.now() - 60_000
    with clock.moved_to(pressed):
        page = send(second, visit, "note", "", tap=tap, person=mine, text="窗口上写着").text
    assert "窗口上写着" in page
    carried = dict(fields_of(page, "/login"))["carried"]
    login = {"username": "leader1", "password": PASSWORD, "carried": carried}
    assert "接着记" not in story.app.test_client().post("/login", data=login).text
    phone = story.app.test_client()
    again = phone.post("/login", data={**login, "username": "inspector1"}).text
    kept = fields_of(again, f"/n/{visit}/taps")
    assert phone.post(f"/n/{visit}/taps", data=dict(kept)).status_code == 303
    (row,) = taps_in(story, TapRow.id == tap)
    assert (str(row.person), row.received_at) == (mine, pressed)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"kind": "stage"},
        {"kind": "stage", "press": "not-an-id:arrive"},
        {"press": f"{uuid4()}:arrive"},
        {"kind": "x" * 41, "press": f"{uuid4()}:"},
        {"kind": "note", "press": f"{uuid4()}:", "text": "\x00"},
        {"kind": "note", "press": f"{uuid4()}:", "text": "长" * 30_000},
    ],
    ids=["empty", "no id", "bad id", "no kind", "long kind", "nul", "huge"],
)
def test_a_malformed_tap_is_refused_and_stays_on_the_phone(
    story: Story, begun: tuple[LintingClient, str], fields: dict[str, str]
) -> None:
    client, visit = begun
    before = len(taps_in(story))
    answer = client.post(f"/n/{visit}/taps", data=fields)
    assert answer.status_code == 422
    assert "Outbox-Ack" not in answer.headers
    assert len(taps_in(story)) == before


def test_an_unknown_kind_and_unreadable_numbers_do_not_cost_the_tap(
    story: Story, begun: tuple[LintingClient, str]
) -> None:
    client, visit = begun
    tap = uuid4()
    answer = send(client, visit, "hum", "loud", tap=tap, colour="蓝", seq="soon", wall_ms="9" * 30)
    assert answer.headers["Outbox-Ack"] == str(tap)
    row = taps_in(story, TapRow.id == tap)[0]
    assert row.payload == '{"choice":"loud","colour":"蓝"}'
    assert row.wall_ms is None


def test_without_a_login_nothing_is_kept(story: Story, begun: tuple[LintingClient, str]) -> None:
    _, visit = begun
    stranger = LintingClient(story.app, story.app.response_class)
    before = len(taps_in(story))
    for headers in ({}, HTMX, OUTBOX):
        answer = send(stranger, visit, "stage", "arrive", headers=headers)
        assert answer.status_code == 401
        assert "Outbox-Ack" not in answer.headers
        assert 'name="password"' in answer.text
    assert len(taps_in(story)) == before


@pytest.mark.parametrize("username", ["unit", "unit2", "admin", "clerk", "leadership", "city"])
def test_who_makes_no_visits_finds_no_door(story: Story, as_: LogIn, username: str) -> None:
    visit = story.plan_of_today().visit_id
    answer = send(as_(username), visit, "stage", "arrive")
    assert answer.status_code == 404
    assert "Outbox-Ack" not in answer.headers
    assert taps_in(story, TapRow.visit == UUID(visit)) == []


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "", "Origin": "https://elsewhere.example"}],
)
def test_another_origin_is_refused(
    story: Story, begun: tuple[LintingClient, str], headers: dict[str, str]
) -> None:
    client, visit = begun
    answer = send(client, visit, "stage", "arrive", headers=headers)
    assert answer.status_code == 403
    assert "Outbox-Ack" not in answer.headers
    assert taps_in(story, TapRow.kind == "stage", TapRow.visit == UUID(visit)) == []


def _outside(answer: Any) -> tuple[Any, ...]:
    own = ("Outbox-Ack", "Outbox-Receipt", "Received-At", "Server-Now")
    headers = [(k, len(v) if k in own else v) for k, v in answer.headers]
    return answer.status_code, answer.data, headers


@pytest.mark.parametrize("headers", [{}, HTMX, OUTBOX], ids=["plain", "htmx", "outbox"])
def test_an_unknown_and_a_cancelled_visit_answer_alike(
    story: Story, as_: LogIn, headers: dict[str, str]
) -> None:
    plan, client = story.plan_of_today(), as_("inspector1")
    send(client, uuid4(), "note", text="x")  # brings the cookie of the phone
    assert as_("clerk").post(f"/plans/{plan.id}/cancellation").status_code == 303
    sent = {"plan": plan.id, "briefing": "1", "headers": headers}
    said = [_outside(send(client, visit, "begin", "办事", **sent)) for visit in (plan.visit_id, uuid4())]
    assert said[0] == said[1]
    assert state_of(story, plan.visit_id) == ""
    assert len(taps_in(story, TapRow.kind == "begin", TapRow.visit == UUID(plan.visit_id))) == 1
    assert plan.visit_id[:8] in as_("clerk").get("/visits/parked").text


@pytest.mark.parametrize("headers", [{}, HTMX, OUTBOX], ids=["plain", "htmx", "outbox"])
def test_an_unknown_visit_and_one_of_others_answer_alike(
    story: Story, begun: tuple[LintingClient, str], as_: LogIn, headers: dict[str, str]
) -> None:
    stranger = as_("origin3")
    send(stranger, uuid4(), "note", text="x")
    for kind, choice in (("begin", "观察"), ("stage", "arrive"), ("handin", "")):
        said = [
            _outside(send(stranger, visit, kind, choice, headers=headers)) for visit in (begun[1], uuid4())
        ]
        assert said[0] == said[1], kind


def test_a_later_begin_adopts_what_was_parked(story: Story, as_: LogIn) -> None:
    plan, client = story.plan_of_today(), as_("inspector1")
    send(client, plan.visit_id, "stage", "arrive")
    assert state_of(story, plan.visit_id) == ""
    send(client, plan.visit_id, "begin", "办事", plan=plan.id, briefing="1")
    assert "到达" in client.get(f"/n/{plan.visit_id}/log").text


def test_a_visit_of_others_is_parked_not_joined(
    story: Story, begun: tuple[LintingClient, str], as_: LogIn
) -> None:
    _, visit = begun
    other = as_("origin3")
    answer = send(other, visit, "note", text="不是我去的")
    assert answer.status_code == 303
    assert answer.location == "/n/"
    assert "存下了" in other.get("/n/").text
    assert "不是我去的" not in begun[0].get(f"/n/{visit}/log").text


def test_ten_connections_with_one_tap_make_one_row(story: Story, begun: tuple[LintingClient, str]) -> None:
    client, visit = begun
    cookies = [client.get_cookie(name) for name in ("login", "device")]
    tap, start = uuid4(), Barrier(10)

    def connection(_n: int) -> tuple[int, str, str]:
        own = LintingClient(story.app, story.app.response_class)
        for cookie in cookies:
            assert cookie is not None
            own.set_cookie(cookie.key, cookie.value, domain="localhost")
        start.wait()
        answer = send(own, visit, "stage", "arrive", tap=tap, headers=OUTBOX)
        return answer.status_code, answer.headers["Outbox-Ack"], answer.headers["Received-At"]

    with ThreadPoolExecutor(10) as pool:
        said = list(pool.map(connection, range(10)))
    row = taps_in(story, TapRow.id == tap)
    assert len(row) == 1
    assert set(said) == {(200, str(tap), str(row[0].received_at))}


def test_both_phones_beginning_at_once_make_one_visit(story: Story, as_: LogIn) -> None:
    plan, start = story.plan_of_today(), Barrier(2)
    clients = [as_("inspector1"), as_("inspector2")]

    def begin(client: LintingClient) -> int:
        start.wait()
        sent = send(client, plan.visit_id, "begin", "办事", plan=plan.id, briefing="1", headers=OUTBOX)
        return sent.status_code

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(begin, clients)) == [200, 200]
    assert steps_of(story, plan.visit_id) == ["begin"]
    with story.app.app_context(), apart() as session:
        rows = session.scalar(sa.select(sa.func.count()).select_from(TAPS).where(TAPS.c.kind == "begin"))
    assert rows == 4  # two of them are the story's


def test_a_tap_of_an_expired_login_is_executed_after_it_with_its_first_instant(
    story: Story, begun: tuple[LintingClient, str]
) -> None:
    client, visit = begun
    tap, then = uuid4(), clock.now() + 25 * 3600 * 1000
    with clock.moved_to(then):
        refused = send(client, visit, "stage", "arrive", tap=tap)
    assert refused.status_code == 401
    carried = _hidden(refused.text, "carried")
    with clock.moved_to(then + 120_000):
        form = {"username": "inspector1", "password": "test-password-1", "carried": carried}
        again = client.post("/login", data=form)
        assert again.status_code == 200
        assert taps_in(story, TapRow.id == tap) == []  # never by itself
        answer = client.post(f"/n/{visit}/taps", data={"carried": _hidden(again.text, "carried")})
    assert answer.headers["Outbox-Ack"] == str(tap)
    assert answer.headers["Received-At"] == str(then)
    assert [row.received_at for row in taps_in(story, TapRow.id == tap)] == [then]


def test_what_an_expired_login_kept_is_nobody_elses_and_of_no_other_visit(
    story: Story, begun: tuple[LintingClient, str], as_: LogIn
) -> None:
    client, visit = begun
    then = clock.now() + 25 * 3600 * 1000
    with clock.moved_to(then):
        carried = _hidden(send(client, visit, "stage", "arrive").text, "carried")
    assert as_("inspector2").post(f"/n/{visit}/taps", data={"carried": carried}).status_code == 422
    assert as_("inspector1").post(f"/n/{uuid4()}/taps", data={"carried": carried}).status_code == 422


def test_what_was_held_back_until_after_a_hand_in_is_late_like_any_other(
    story: Story, begun: tuple[LintingClient, str], as_: LogIn
) -> None:
    """Else one could keep two judgements back, read the colleague's, and send the one that suits."""
    client, visit = begun
    owner = dict(fields_of(client.get(f"/n/{visit}/all").text, f"/n/{visit}/taps"))["person"]
    tap = uuid4()
    form = {"kind": "stage", "press": f"{tap}:arrive", "person": owner}
    foreign = as_("inspector2").post(f"/n/{visit}/taps", data=form)
    carried = _hidden(foreign.text, "carried")
    assert hand_in(client, visit).status_code == 303
    handed_in = max(row.received_at for row in taps_in(story, TapRow.kind == "handin"))
    with clock.moved_to(clock.now() + 60_000):
        assert client.post(f"/n/{visit}/taps", data={"carried": carried}).status_code == 303
    assert [row.received_at > handed_in for row in taps_in(story, TapRow.id == tap)] == [True]


def test_what_was_carried_brings_no_photo_of_later(
    story: Story, begun: tuple[LintingClient, str], as_: LogIn
) -> None:
    """Its receipt would say that the server had the photo when the rest came."""
    client, visit = begun
    owner = dict(fields_of(client.get(f"/n/{visit}/all").text, f"/n/{visit}/taps"))["person"]
    form = {"kind": "photo", "press": f"{uuid4()}:", "person": owner}
    carried = _hidden(as_("inspector2").post(f"/n/{visit}/taps", data=form).text, "carried")
    answer = client.post(
        f"/n/{visit}/taps", data={"carried": carried, "file": (io.BytesIO(pictures.jpeg()), "IMG.jpg")}
    )
    assert answer.status_code == 422
    assert "Outbox-Ack" not in answer.headers
    assert "回去再拍" in answer.text


def _hidden(page: str, name: str) -> str:
    start = page.index(f'name="{name}" value="') + len(f'name="{name}" value="')
    return page[start : page.index('"', start)]
