"""Who has the phone: an expired login, another person, a cancelled visit, an account that was stopped."""

import pytest
from playwright.sync_api import expect

from tests.faults import proxy
from tests.faults.conftest import MakeHands, MakeSender
from tests.faults.ledger import Ledger
from tests.faults.proxy import Proxy
from tests.faults.server import Server, World
from tests.faults.taps import sealed_on_phone
from tests.faults.test_phone_line import comes_in

pytestmark = pytest.mark.browser


def test_f24_login_expired_without_a_network(
    shared: Server, line: Proxy, hands_of: MakeHands, ledger: Ledger
) -> None:
    hands = hands_of(line.url)
    line.refuse()
    hands.stages("到达", "取号", "叫号")
    hands.expire()
    line.listen()
    hands.stage("叫号", "受理")
    hands.stands_as("login")
    expect(hands.page.locator("[data-say]").first).to_contain_text("登录过期，刚才记的都在")
    assert ledger.settle(shared, hands.held()).on_server == 1
    hands.phone.log_in("inspector1")
    comes_in(hands, ledger, shared)


def test_f25_another_person_on_the_phone(
    shared: Server, line: Proxy, hands_of: MakeHands, ledger: Ledger
) -> None:
    """The line lets everything through but taps: so the second person can log in while the first's wait."""
    first = hands_of(line.url)
    line.always("/taps", proxy.reset)
    first.stages("到达", "取号", "叫号")
    first.is_tried()
    mine = {row["id"] for row in first.waiting}
    first.expire()
    second = first.given_to("inspector2", str(shared.world.people["inspector2"]))
    second.go_to("/n/new")
    assert second.held() == []
    expect(second.page.locator("[data-sync]").first).to_have_text("已传完")
    assert mine <= {row["id"] for row in sealed_on_phone(second.page)}
    line.never("/taps")
    second.begin(shared.world.place)
    second.arrives()
    stored = {str(row.id) for row in shared.taps()}
    assert not mine & stored  # nothing of the first was sent under the second
    second.expire()
    back = second.given_to("inspector1", first.person)
    back.visit = first.visit
    back.go()
    back.arrives()
    sums = ledger.settle(shared, back.held())
    assert sums.on_server == sums.made == 4


def test_f27_visit_cancelled_without_a_network(
    shared: Server, world: World, line: Proxy, hands_of: MakeHands, phone_of: MakeSender, ledger: Ledger
) -> None:
    """What the office sees of it is in test_offline_changes.py, by the plan of this day; here the phone's half: it is
    told nothing, and gives what it has."""
    hands = hands_of(line.url, "inspector2", begin=False)
    hands.visit = world.visit
    hands.begin_planned()
    line.refuse()
    hands.stages("到达", "取号", "叫号")
    clerk = phone_of(shared.port, "clerk", begin=False)
    assert clerk.ask("POST", f"/plans/{world.plan}/cancellation").status in (303, 404, 409, 422)
    line.listen()
    hands.go()
    hands.arrives()
    sums = ledger.settle(shared, hands.held())
    assert sums.on_server == sums.made == 3
