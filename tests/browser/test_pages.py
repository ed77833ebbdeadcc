"""What every page owes its reader: WCAG 2.2 AA in light and dark, targets for thumbs, room for large letters."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from fieldapp import clock
from tests.browser.conftest import LogIn, People, shot
from tests.browser.hands import Hands

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
OF_A_VISIT = (
    "", "/all", "/stuck", "/stuck?full=1", "/skip", "/late", "/log", "/note", "/talk", "/found", "/checks",
    "/pictures", "/handin", "/after", "/then", "/aside", "/more",
)  # fmt: skip
OF_THE_DESK = (
    "/problems", "/problems/new", "/problems/import", "/plans", "/plans/where", "/draws", "/visits", "/scenarios",
    "/me", "/todo", "/figures", "/figures/rows?of=issued", "/phones",
)  # fmt: skip
TALL = 6000  # pixels: higher than any page
# Links in a sentence and the skip link may be lower (WCAG 2.5.8); a box takes the taps of its label.
SMALL = """() => Array.from(document.querySelectorAll('a, button, input, select, textarea, summary')).filter(one => {
  const label = one.matches('input') && one.closest('label');
  const box = (label || one).getBoundingClientRect();
  const seen = getComputedStyle(one).visibility !== 'hidden' && one.type !== 'hidden';
  const shown = seen && box.width > 1 && box.height > 1;
  const said = one.matches('p a, td a, .skip');
  return shown && !said && (box.height < 43.5 || box.width < 43.5);
}).map(one => `${one.tagName} ${(one.innerText || one.name || '').slice(0, 20)}`
  + ` ${one.getBoundingClientRect().width.toFixed()}x${one.getBoundingClientRect().height.toFixed()}`)"""
WIDER = """() => document.documentElement.scrollWidth - document.documentElement.clientWidth > 1
  ? Array.from(document.body.querySelectorAll('*'))
    .filter(one => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .slice(0, 4).map(one => `${one.tagName}.${one.className} ${(one.textContent || '').trim().slice(0, 20)}`)
  : []"""


@dataclass(frozen=True)
class Sight:
    """A page and who looks at it."""

    page: Page
    addresses: tuple[str, ...]

    def each(self) -> Iterator[tuple[str, Page]]:
        for address in self.addresses:
            answer = self.page.goto(address)
            assert answer is not None
            assert answer.ok, address
            yield address, self.page


@pytest.fixture(scope="module")
def phone_sight(phone: LogIn, people: People) -> list[Sight]:
    """The phone's pages before a visit, and in one that has something of everything."""
    page = phone("inspector1")
    page.goto("/n/")
    briefing = page.get_by_role("link", name="看一遍再去").get_attribute("href") or ""
    before = Sight(
        phone("inspector2"), ("/n/", briefing, "/n/new", "/n/new?beside=1", "/n/phone", "/n/code", "/me")
    )
    page.goto(briefing)
    hands = Hands(page)
    hands.button("开始办事")
    hands.link("全部")
    visit = page.url.removesuffix("/all")
    hands.stage("到达", "取号")
    hands.camera("NOTICE", now=1)
    hands.answer(page.locator("form.ask").first, "否")
    page.goto(f"{visit}/stuck")
    hands.button("要补东西")
    expect(page.locator("#next")).to_have_text("到此为止")
    page.goto(f"{visit}/checks")
    tick = page.get_by_role("link", name="还没判").get_attribute("href") or ""
    within = Sight(page, (*(f"{visit}{end}" for end in OF_A_VISIT), tick))
    return [Sight(people.anybody(), ("/login",)), before, within]


@pytest.fixture(scope="module")
def desk_sight(desk: LogIn) -> list[Sight]:
    """The office's pages with the demo in them."""
    page = desk("clerk")
    found = list(OF_THE_DESK)
    for index, start in (
        ("/problems", "/problems/"),
        ("/visits", "/visits/"),
        ("/plans", "/plans/"),
        ("/scenarios", "/scenarios/"),
    ):
        page.goto(index)
        links = page.locator(f'td a[href^="{start}"]')
        found.append(links.first.get_attribute("href") or "")
        if index == "/visits":
            links.first.click()
            expect(page.locator("main")).to_contain_text("叫号")
            shot(page, "visit")
    page.goto("/plans/where")
    page.get_by_label("单位").select_option(label="甘棠镇")
    page.get_by_role("button", name="接着选窗口和人").click()
    expect(page.locator("#plan-team")).to_be_visible()
    found.append(page.url)
    page.goto("/problems")
    page.get_by_role("link", name="示例：投诉电话没人接").first.click()
    edit = page.get_by_role("link", name="改这个问题").get_attribute("href") or ""
    page.goto("/problems")
    shot(page, "ledger")
    return [Sight(page, (*found, edit)), Sight(desk("admin"), ("/accounts",))]


@pytest.fixture(scope="module")
def other_sight(phone: LogIn) -> list[Sight]:
    """What the two walks above do not open, on a phone: whoever else reads the app, and the base."""
    watcher, clerk, admin, unit, city = (
        phone(name) for name in ("inspector2", "clerk", "admin", "unit", "city")
    )
    watcher.goto("/n/new")
    watcher.get_by_label("去哪里").select_option(index=1)
    watcher.get_by_label("办什么").select_option(index=1)
    watcher.get_by_role("button", name="观察").click()
    expect(watcher.get_by_role("heading", level=1)).to_have_text("备忘")
    lost = f"/n/{uuid4()}/taps"  # of a visit that nobody knows
    watcher.request.post(lost, form={"kind": "note", "press": f"{uuid4()}:", "text": "没对上的"})
    visits = hrefs(clerk, "/visits", "/visits/")
    seen = Sight(watcher, (f"{urlsplit(watcher.url).path}/aside", f"/n/{visits.split('/')[-1]}/merged"))
    return [
        seen,
        Sight(
            clerk, ("/visits/parked", hrefs(clerk, "/visits/parked", "/visits/parked/"), *of_the_base(clerk))
        ),
        Sight(phone("leader1"), ("/visits/people",)),
        Sight(unit, of_the_unit(unit)),
        Sight(city, ("/problems", hrefs(city, "/problems", "/problems/"), "/figures")),
        Sight(admin, ("/accounts", propose_a_head(admin))),
        Sight(phone("head"), ("/roles",)),
    ]


def hrefs(page: Page, index: str, start: str, nth: int = 0) -> str:
    """Where a link of a list leads."""
    page.goto(index)
    return page.locator(f'main a[href^="{start}"]').nth(nth).get_attribute("href") or ""


def of_the_base(page: Page) -> tuple[str, ...]:
    """Units, rounds, people and inspections, each list with one of its things."""
    unit, round_ = hrefs(page, "/units", "/units/"), hrefs(page, "/rounds", "/rounds/")
    found = (unit, hrefs(page, unit, "/points/"), hrefs(page, unit, "/counters/"), round_)
    found += (hrefs(page, round_, "/teams/"), hrefs(page, "/people", "/people/"))
    edit = hrefs(page, "/inspections", "/inspections/", nth=1)
    return ("/units", "/rounds", "/people", "/inspections", "/inspections/new", edit, *found)


def of_the_unit(page: Page) -> tuple[str, ...]:
    """Its list, a problem, and a measure on which it has reported."""
    problem = hrefs(page, "/problems", "/problems/")
    measure = hrefs(page, problem, "/measures/")
    page.goto(measure)
    page.get_by_label("做到哪一步").fill("上了墙")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("main")).to_contain_text("上了墙")
    return "/problems", problem, measure, "/todo"


def propose_a_head(page: Page) -> str:
    """Somebody who waits for the head's word; the page of the account."""
    page.goto("/accounts")
    page.get_by_role("link", name="回访员甲").click()
    page.get_by_label("角色").select_option(label="巡察办主任")
    for end in ("从", "到"):
        page.get_by_label(end, exact=True).fill(clock.today().isoformat())
    page.get_by_role("button", name="给这个角色").click()
    expect(page.locator("main")).to_contain_text("等主任确认")
    return urlsplit(page.url).path


def test_a_photo_leaves_the_clock_in_sight(phone_sight: list[Sight]) -> None:
    sight = phone_sight[-1]
    page = sight.page
    page.goto(next(address for address in sight.addresses if address.endswith("/all")))
    box = page.locator(".tools label", has_text="拍照").bounding_box()
    assert box
    with page.expect_file_chooser():  # the finger itself: Playwright's tap scrolls on its own
        page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert page.evaluate("() => scrollY") == 0


def broken_rules(page: Page) -> list[str]:
    """What axe finds in the two colour schemes. The whole page is in sight, so that nothing lies under the dock."""
    size, found = page.viewport_size, []
    assert size
    page.set_viewport_size({"width": size["width"], "height": TALL})
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        answer = Axe().run(page, options={"runOnly": list(RULES), "resultTypes": ["violations"]})
        for rule in answer.response["violations"]:
            found += [f"{scheme} {rule['id']} {node['html'][:160]}" for node in rule["nodes"]]
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(size)
    return found


def wide(page: Page) -> list[str]:
    """What sticks out sideways when letters are twice as large: by the browser's setting, and by one's own here."""
    browser = page.context.new_cdp_session(page)
    browser.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
    assert page.evaluate("() => getComputedStyle(document.documentElement).fontSize") == "32px"
    found = [f"browser {one}" for one in page.evaluate(WIDER)]
    browser.send("Page.setFontSizes", {"fontSizes": {"standard": 16, "fixed": 13}})
    browser.detach()
    page.evaluate("() => document.documentElement.classList.add('big')")
    return found + [f"own {one}" for one in page.evaluate(WIDER)]


def small(page: Page) -> list[str]:
    """Targets below 44 px."""
    return list(page.evaluate(SMALL))


def faults(sights: list[Sight]) -> str:
    """One line for each fault of each page."""
    return "\n".join(
        f"{address}: {fault}"
        for sight in sights
        for address, page in sight.each()
        for look in (broken_rules, small, wide)
        for fault in look(page)
    )


def test_the_phones_pages_suit_every_eye_and_thumb(phone_sight: list[Sight]) -> None:
    found = faults(phone_sight)
    assert not found, found


def test_the_desks_pages_suit_every_eye_and_hand(desk_sight: list[Sight]) -> None:
    found = faults(desk_sight)
    assert not found, found


def test_the_other_pages_suit_every_eye_and_thumb(other_sight: list[Sight]) -> None:
    found = faults(other_sight)
    assert not found, found
    for sight, step in ((other_sight[-2], "结束"), (other_sight[-1], "确认")):  # not out of sight sideways
        sight.page.goto(sight.addresses[-1])
        place = sight.page.get_by_role("button", name=step, exact=True).first.bounding_box()
        assert place
        assert place["x"] + place["width"] <= 360
