"""What changed while a phone had no network: other content under one id, a colleague's word, a cancelled plan."""

import time

from tests.faults.conftest import MakeSender
from tests.faults.ledger import Ledger
from tests.faults.sender import Sender
from tests.faults.server import Server, World
from tests.pages import changed, fields_of


def hand_in(phone: Sender) -> None:
    """As the page's button does, with the manifest that the page names."""
    path = f"/n/{phone.visit}/handin"
    manifest = changed(fields_of(phone.page(path), f"/n/{phone.visit}/taps"))
    fields = {name: values[0] for name, values in manifest.items()}
    wanted = {name: fields[name] for name in ("taps", "photos", "first_seq", "last_seq", "ids_sha256")}
    assert phone.tap("handin", **wanted).receipt[0]


def test_f10_late_beside_the_hand_in(shared: Server, phone_of: MakeSender, ledger: Ledger) -> None:
    phone = phone_of(shared.port)
    late = phone.make("note", text="窗口有两个人在等")
    hand_in(phone)
    assert phone.send(late).receipt[0]
    assert "不在清点之内" in phone.page(f"/n/{phone.visit}/log")
    ledger.settle(shared, phone.waiting())


def test_f17_same_id_other_form_content(shared: Server, phone_of: MakeSender, ledger: Ledger) -> None:
    phone = phone_of(shared.port)
    first = phone.make("note", text="先写的")
    second = phone.make("note", text="后写的", id=first.id)
    assert phone.send(first).status == 200
    answer = phone.send(second)
    assert (answer.status, answer.receipt[0]) == (409, first.id)
    assert phone.page(f"/n/{phone.visit}/log").count("同一编号有两种内容，等组长定") == 2
    beside = phone_of(shared.port, "inspector2", begin=False, visit=phone.visit)
    beside.tap("begin", "观察", **shared.world.place)
    for each in (phone, beside):
        hand_in(each)
    record = phone_of(shared.port, "leader1", begin=False).page(f"/visits/{phone.visit}")
    assert "先写的" in record
    assert "后写的" in record
    ledger.settle(shared, [*phone.waiting(), *beside.waiting()])


def test_f23_two_phones_same_visit(shared: Server, phone_of: MakeSender, ledger: Ledger) -> None:
    first = phone_of(shared.port)
    second = phone_of(shared.port, "inspector2", begin=False, visit=first.visit)
    now, asked = int(time.time() * 1000), shared.world.item
    second.begin(role="观察", at=now, **shared.world.place)
    for phone, code, value, seconds in ((second, "ticket", "no", 20), (first, "arrive", "yes", 10)):
        phone.make("stage", code, at=now + 1000 * seconds)
        phone.make("answer", value, item=asked, at=now + 1000 * seconds)
    for phone in (second, first):  # neither had a network until now; the later one is first to get it
        phone.drain(time.monotonic() + 30)
        hand_in(phone)
    page = first.page(f"/n/{first.visit}/handin")
    assert "有 1 处说法不一致，等组长定" in page
    for phone, code in ((first, "到达"), (second, "取号")):
        assert code in phone.page(f"/n/{first.visit}/log")
    ledger.settle(shared, [*first.waiting(), *second.waiting()])


def test_f27_visit_cancelled_while_offline(
    shared: Server, world: World, phone_of: MakeSender, ledger: Ledger
) -> None:
    phone = phone_of(shared.port, begin=False, visit=world.visit)
    clerk = phone_of(shared.port, "clerk", begin=False)
    phone.page(f"/n/p/{world.plan}")
    phone.begin(plan=world.plan)
    phone.make("stage", "arrive")
    assert clerk.ask("POST", f"/plans/{world.plan}/cancellation").status == 303
    phone.drain(time.monotonic() + 30)
    assert not phone.queue
    group = clerk.page(f"/visits/parked/{world.visit}/{phone.person}")
    assert "安排取消了" in group
    assert "到达" in group
    ledger.settle(shared)
