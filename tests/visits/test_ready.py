"""What a phone is given to keep before it leaves the network: all that today needs, once, in pieces that count."""

import json
import zlib
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from fieldapp import clock
from fieldapp.db import db
from fieldapp.visits import supposed
from fieldapp.visits.views import ahead
from tests.clients import LintingClient
from tests.pages import without_templates
from tests.story import Story
from tests.visits.test_plans import reads, save, wish_for
from tests.visits.visiting import LogIn, hand_in, send

Lines = list[dict[str, Any]]


def asked(client: LintingClient, have: str = "") -> tuple[Lines, int]:
    """The lines of one answer, as far as they can be read, and its bytes."""
    answer = client.get(f"/n/ready?have={have}", headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    return read(answer.data), len(answer.data)


def read(body: bytes) -> Lines:
    text = zlib.decompressobj(31).decompress(body).decode(errors="ignore")
    return [json.loads(line) for line in text.split("\n")[:-1]]


class Phone:
    """Asks on until it has everything, as static/js/pages/ does."""

    def __init__(self, client: LintingClient) -> None:
        self.client, self.pages, self.bytes, self.asked = client, {}, 0, 0
        self.groups: list[dict[str, Any]] = []

    def have(self) -> str:
        got = {group["v"]: sum(v == group["v"] for v, _ in self.pages) for group in self.groups}
        return ",".join(
            g["v"] if got[g["v"]] == g["n"] else f"{g['v']}:{got[g['v']]}" for g in self.groups if got[g["v"]]
        )

    def take(self, lines: Lines) -> bool:
        head = lines[0]
        self.groups, words = head["groups"], head["words"]
        for line in lines[1:]:
            if "html" in line:
                html = line["html"]
                for n, word in enumerate(words):
                    html = html.replace(chr(0xE000 + n), word)
                self.pages[line["v"], line["n"]] = html
        return "end" in lines[-1]

    def get_ready(self) -> "Phone":
        while True:
            lines, size = asked(self.client, self.have())
            self.asked, self.bytes = self.asked + 1, self.bytes + size
            if self.take(lines):
                return self
            assert self.asked < 20

    def page(self, address: str, *taps: str) -> str:
        for group in self.groups:
            if [address, list(taps)] in group["pages"]:
                return self.pages[group["v"], group["pages"].index([address, list(taps)])]
        raise AssertionError(f"not kept: {address} after {taps}")


@pytest.fixture
def phone(as_: LogIn) -> Phone:
    return Phone(as_("inspector1")).get_ready()


def test_all_of_today_is_there_in_few_answers(
    story: Story, phone: Phone, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = story.plan_of_today()
    assert len(phone.pages) == sum(group["n"] for group in phone.groups)
    with capsys.disabled():
        print(f" {phone.bytes} bytes in {phone.asked} answers, {len(phone.pages)} pages", end=" ")
    assert phone.asked <= 5
    assert phone.bytes <= 120_000
    assert "看一遍再去" in phone.page("/n/")
    assert "开始办事" in phone.page(f"/n/p/{plan.id}")
    for screen in ("", "/all", "/more", "/stuck", "/note", "/talk", "/found", "/checks", "/handin", "/log"):
        assert f"/n/{plan.visit_id}" in phone.page(f"/n/{plan.visit_id}{screen}", "begin"), screen
    assert "空窗" in phone.page(f"/n/{plan.visit_id}/all", "begin:观察")
    assert "刚才忘按" in phone.page(f"/n/{plan.visit_id}/late", "begin", "stage:arrive", "stage:ticket")
    assert "没人" in phone.page(f"/n/{plan.visit_id}/after", "begin", "stuck:没人")


def test_a_kept_page_is_what_its_address_shows(story: Story, phone: Phone, as_: LogIn) -> None:
    """But for the ids of its presses, which the phone makes itself."""
    plan, client = story.plan_of_today(), as_("inspector1")
    for screen in ("", "/all", "/checks"):
        shown = client.get(f"/n/{plan.visit_id}{screen}?as_if=begin:%E5%8A%9E%E4%BA%8B").text
        kept = phone.page(f"/n/{plan.visit_id}{screen}", "begin")
        assert kept.count("<form") == shown.count("<form")
        assert kept.count(f'name="press" value="{supposed.PLACEHOLDER}') == shown.count('name="press"')
        assert kept.count("\n") == shown.count("\n")


def test_what_has_come_is_not_sent_again(story: Story, phone: Phone) -> None:
    lines, size = asked(phone.client, phone.have())
    assert [line for line in lines if "html" in line] == []
    assert size < 4000


def test_an_answer_cut_off_costs_what_had_not_come(as_: LogIn) -> None:
    whole = as_("inspector1").get("/n/ready", headers={"Accept-Encoding": "gzip"}).data
    cut = Phone(as_("inspector1"))
    cut.take(read(whole[: len(whole) // 2]))
    assert len(cut.pages) > 20
    first = dict(cut.pages)
    lines, _size = asked(cut.client, cut.have())
    again = {(line["v"], line["n"]) for line in lines if "html" in line} & first.keys()
    assert again == set()


def test_a_plan_is_read_once_a_list(story: Story, as_: LogIn) -> None:
    plan, client = story.plan_of_today(), as_("inspector1")
    known = len(reads(story, plan.id))
    asked(client)
    assert len(reads(story, plan.id)) == known + 1


def test_a_plan_written_anew_comes_anew_and_nothing_else(story: Story, as_: LogIn) -> None:
    plan = save(story, wish_for(story))
    phone = Phone(as_("inspector1")).get_ready()
    before = {group["v"] for group in phone.groups}
    save(story, wish_for(story, short_name="领个证二"), changes=plan)
    lines, _size = asked(phone.client, phone.have())
    new = {group["v"] for group in lines[0]["groups"]} - before
    assert len(new) == 2, "the plan's own pages, and today's"
    assert {line["v"] for line in lines if "html" in line} == new


def test_a_running_visit_stays_ready(story: Story, as_: LogIn) -> None:
    plan, client = story.plan_of_today(), as_("inspector1")
    for kind, choice in (("begin", "办事"), ("stage", "arrive")):
        send(client, plan.visit_id, kind, choice, plan=plan.id, briefing="1")
    phone = Phone(client).get_ready()
    at = f"/n/{plan.visit_id}"
    assert "到达" in phone.page(f"{at}/all")
    assert "系统坏" in phone.page(f"{at}/after", "stuck:系统坏")
    assert "叫号" in phone.page(f"{at}/late", "stage:ticket")
    assert "接着记" in without_templates(phone.page("/n/"))
    hand_in(client, plan.visit_id)
    handed = Phone(client).get_ready()
    assert "已交" in handed.page(f"{at}/handin")


@pytest.mark.parametrize("username", ["clerk", "head", "unit", "leadership", "city", "admin", "unit2"])
def test_nobody_else_is_given_a_list(story: Story, as_: LogIn, username: str) -> None:
    assert as_(username).get("/n/ready").status_code == 404


def test_no_page_of_a_plan_that_is_not_one_s_own(story: Story, as_: LogIn) -> None:
    plan, later = story.plan_of_today(), clock.today() + timedelta(3)
    going = tuple(story.viewer(name).person_id for name in ("inspector2", "leader1"))
    others = save(story, wish_for(story, people=going, short_name="别人去的"))
    ahead = save(story, wish_for(story, starts=later, ends=later, early_days=1, short_name="以后去的"))
    phone = Phone(as_("inspector1")).get_ready()
    told = json.dumps(phone.groups) + "".join(phone.pages.values())
    for word in (others.id, others.visit_id, ahead.id, ahead.visit_id, "别人去的", "以后去的"):
        assert word not in told, word
    assert plan.visit_id in told
    me = story.viewer("inspector1").person_id
    assert me not in [*reads(story, others.id), *reads(story, ahead.id)]


def test_pages_that_are_the_same_for_many_name_nobody(story: Story, as_: LogIn) -> None:
    """They are made once; each gets them with his own id."""
    one, two = (Phone(as_(name)).get_ready() for name in ("inspector1", "inspector2"))
    ids = [str(story.viewer(name).person_id) for name in ("inspector1", "inspector2")]
    at = f"/n/{supposed.PLACEHOLDER}/handin"
    first, second = one.page(at, "begin"), two.page(at, "begin")
    assert ids[0] in first
    assert ids[1] not in first
    assert "回访员" not in first + second
    assert first.replace(ids[0], ids[1]) == second


def test_next_comes_one_at_a_time(story: Story, as_: LogIn) -> None:
    """换一个: one more, round and round; nothing says how many there are."""
    client = as_("inspector1")
    only = client.get("/n/").text
    assert "换一个" not in without_templates(only)
    for name in ("领个证甲", "领个证乙"):
        save(story, wish_for(story, short_name=name))
    seen, address = [], "/n/"
    for _ in range(4):
        page = without_templates(client.get(address).text)
        assert page.count("看一遍再去") == 1
        seen.append(page.split('data-plan="')[1][:36])
        address = page.split('data-other><a class="link-button" href="')[1].split('"')[0]
    assert len(set(seen)) == 3
    assert seen[3] == seen[0]


def test_a_number_of_five_thousand_digits_breaks_nothing(as_: LogIn) -> None:
    client = as_("inspector1")
    first = client.get("/n/ready", headers={"Accept-Encoding": ""}).text.split("\n")[0]
    version = json.loads(first)["groups"][0]["v"]
    assert client.get(f"/n/ready?have={version}:{'9' * 5000}").status_code == 200


def test_brackets_by_the_thousand_are_no_list_of_ids(as_: LogIn) -> None:
    asked = {"data": b"[" * 100_000, "content_type": "application/json", "headers": {"X-Outbox": "known"}}
    assert as_("inspector1").post("/known", **asked).status_code == 422


def test_what_is_supposed_is_made_once_for_all_pages_that_suppose_it(story: Story, as_: Any) -> None:
    """The cost of a whole list on a real server: what a page was made from is not read anew for each."""
    phone, asked = as_("inspector1"), []
    with story.app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    ahead._shelf.clear()
    pages = phone.get("/n/ready", headers={"Accept-Encoding": "identity"}).text.count("\n")
    assert len(asked) < 3 * pages
