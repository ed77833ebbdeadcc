"""The pages on which something is said, named and handed in, as browsers without script see and send them."""

import io
import re

import pytest

from tests.clients import LintingClient
from tests.evidence.pictures import jpeg
from tests.pages import fields_of
from tests.story import Story
from tests.visits.test_two_people import conflict
from tests.visits.visiting import LogIn, begin_both, countersign, hand_in, send

Two = tuple[LintingClient, LintingClient, str]


@pytest.fixture
def two(story: Story, as_: LogIn) -> Two:
    return begin_both(story, as_)


def read(client: LintingClient, address: str) -> str:
    """What is read on a page, without marks and doubled spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", client.get(address).text))


def press(client: LintingClient, page: str, label: str, **chosen: str) -> str:
    """Presses a button of a page by its words, with what was chosen in its form; where one is led."""
    html = client.get(page).text
    forms = re.findall(r"<form\b.*?</form>", html, re.S)
    form, button = next(
        (form, found[1])
        for form in forms
        for found in [re.search(rf'name="press" value="([^"]*)"[^>]*>(?:<[^>]*>)*{label}<', form)]
        if found
    )
    action = re.search(r'action="([^"]*)"', form)
    assert action
    sent = {**dict(fields_of(form, action[1])), "press": button, **chosen}
    answer = client.post(action[1], data={name: value for name, value in sent.items() if value})
    assert answer.status_code == 303
    return str(answer.location)


class TestInterview:
    def test_none_of_its_questions_must_be_answered(self, two: Two) -> None:
        first, _, visit = two
        page = first.get(f"/n/{visit}/talk").text
        assert page.count('name="answers.satisfied"') == 5
        assert " required" not in page

    def test_what_was_saved_stands_above_an_empty_form_and_can_be_taken_back(self, two: Two) -> None:
        first, _, visit = two
        page = f"/n/{visit}/talk"
        said = {"answers.who": "村民", "answers.manner": "好"}
        assert press(first, page, "保存这一份", **said) == page
        html = first.get(page).text
        assert re.search(r"存下了，[\d:]+，一共 1 份", html)
        assert html.index("村民·好") < html.index("再记一份")
        assert " checked" not in html
        press(first, page, "撤销")
        assert "村民·好" not in first.get(page).text

    def test_it_is_corrected_in_the_form_it_was_made_in(self, two: Two) -> None:
        first, _, visit = two
        press(first, f"/n/{visit}/talk", "保存这一份", **{"answers.who": "村民", "answers.manner": "差"})
        link = re.search(r'href="([^"]*)" aria-label="更正这一份"', first.get(f"/n/{visit}/talk").text)
        assert link
        assert re.search(r'value="村民" checked', first.get(link[1]).text)
        press(first, link[1], "改", **{"to.answers.manner": "好", "reason": "听错了"})
        assert "村民·好" in read(first, f"/n/{visit}/talk")
        assert "访谈：村民·差 访谈：村民·好" in read(first, f"/n/{visit}/log")

    def test_an_empty_one_is_said_not_to_count(self, two: Two) -> None:
        first, _, visit = two
        press(first, f"/n/{visit}/talk", "保存这一份")
        page = read(first, f"/n/{visit}/talk")
        assert "一题也没答，没算进去" in page
        assert "存下了" not in page


class TestPhotos:
    def test_what_one_shows_is_one_tap_under_it(self, two: Two) -> None:
        first, _, visit = two
        page = f"/n/{visit}/pictures"
        send(first, visit, "photo", taken="camera", photo=(io.BytesIO(jpeg()), "a.jpg"))
        html = first.get(page).text
        assert html.index('class="picture"') < html.index(">公示栏<")
        assert 'aria-pressed="true"' not in html
        place = press(first, page, "公示栏")
        assert re.fullmatch(rf"{page}#photo-[0-9a-f-]{{36}}", place)
        assert re.search(r'aria-pressed="true"><i aria-hidden="true"></i>公示栏<', first.get(page).text)
        press(first, page, "其他")  # changed by another tap
        assert re.findall(r'aria-pressed="true"><i aria-hidden="true"></i>(\w+)<', first.get(page).text) == [
            "其他"
        ]
        assert "补写" not in read(first, page)

    def test_after_the_hand_in_it_takes_a_reason(self, two: Two) -> None:
        first, _, visit = two
        send(first, visit, "photo", taken="camera", photo=(io.BytesIO(jpeg()), "a.jpg"))
        hand_in(first, visit)
        html = first.get(f"/n/{visit}/pictures").text
        assert ">公示栏<" not in html
        assert ">更正<" in html


class TestMore:
    def test_the_items_stand_in_their_groups_with_what_is_answered(self, two: Two) -> None:
        first, _, visit = two
        before = read(first, f"/n/{visit}/more")
        assert "工作纪律，5 条答了 0 条" in before
        html = first.get(f"/n/{visit}/more").text
        groups = re.findall(r'href="#(group-[\w-]+)"', html)
        assert len(groups) > 5
        assert [html.count(f'id="{group}"') for group in groups] == [1] * len(groups)
        assert html.index('id="group-display"') < html.index("导视清楚") < html.index('id="group-queue"')
        place = press(first, f"/n/{visit}/more", "是")
        assert place == f"/n/{visit}/more#{groups[0]}"
        assert re.search(r"34 条，答了 1 条", read(first, f"/n/{visit}/more"))

    def test_with_script_an_answer_does_not_lead_away_from_its_place(self, two: Two) -> None:
        first, _, visit = two
        page = f"/n/{visit}/more"
        answer = send(
            first, visit, "answer", "yes", item="signs", to="more", to_subject="group-display",
            headers={"HX-Request": "true", "HX-Current-URL": f"http://localhost{page}#group-display"},
        )  # fmt: skip
        assert answer.headers["HX-Replace-Url"] == page
        assert "HX-Reswap" not in answer.headers


class TestHandIn:
    def test_before_it_says_what_cannot_be_changed_and_what_is_empty(self, two: Two) -> None:
        first, _, visit = two
        press(first, f"/n/{visit}/all", "是")
        page = read(first, f"/n/{visit}/handin")
        assert "自己的就不能再改" in page
        assert "先显示的 8 项里 7 项没答，可以空着" in page
        assert "还有 1 个问题没判" in page
        assert f'href="/n/{visit}/log"' in first.get(f"/n/{visit}/handin").text
        problem = re.search(rf"/n/{visit}/checks/([0-9a-f-]+)", first.get(f"/n/{visit}/checks").text)
        assert problem
        send(first, visit, "conclude", "未核到", problem=problem[1])
        page = read(first, f"/n/{visit}/handin")
        assert "没判" not in page
        assert "自己的就不能再改" in page

    def test_no_fingerprint_while_a_colleague_records(self, two: Two) -> None:
        first, second, visit = two
        hand_in(first, visit)
        for page in ("handin", "merged"):
            assert "指纹" not in read(first, f"/n/{visit}/{page}")
        assert "等回访员乙交" in read(first, f"/n/{visit}/handin")
        assert "自己补上" not in read(first, f"/n/{visit}/handin")
        hand_in(second, visit)
        for page in ("handin", "merged"):
            assert "指纹" in read(first, f"/n/{visit}/{page}")

    def test_only_whoever_has_to_sign_gets_the_choice(self, two: Two) -> None:
        first, second, visit = two
        hand_in(first, visit)
        hand_in(second, visit)
        html = first.get(f"/n/{visit}/handin").text
        assert html.index("和我看到的一致") < html.index("有不同") < html.index("我的记录")
        assert " checked" not in html
        assert "等回访员甲会签" in read(second, f"/n/{visit}/handin")
        assert 'value="countersign"' not in second.get(f"/n/{visit}/handin").text
        assert "去会签" not in read(second, f"/n/{visit}/merged")

    def test_the_page_says_why_one_signs_again(self, two: Two, story: Story, as_: LogIn) -> None:
        first, second, visit = two
        conflict(two, story)
        assert 'value="countersign"' not in first.get(f"/n/{visit}/handin").text
        leader, address = as_("leader1"), f"/visits/{visit}/conflicts/0"
        sent = dict(fields_of(leader.get(address).text, address)) | {"value": "未整改", "reason": "核对过"}
        leader.post(address, data=sent)
        assert "组长定过 1 处，看过再签" in read(first, f"/n/{visit}/handin")
        countersign(first, visit)
        send(second, visit, "note", text="想起来一件事")
        assert "有后补的，记录变了，要再签" in read(first, f"/n/{visit}/handin")

    def test_views_that_stand_as_they_are_are_marked_and_counted_apart(self, two: Two) -> None:
        first, second, visit = two
        send(first, visit, "overall", "销号")
        send(second, visit, "overall", "督办")
        hand_in(first, visit)
        hand_in(second, visit)
        assert "没有。另有 1 处看法不同，照实留着，不用定" in read(first, f"/n/{visit}/handin")
        assert "两人不同" in read(first, f"/n/{visit}/merged")

    def test_whoever_does_the_business_is_named_first(self, two: Two, story: Story, as_: LogIn) -> None:
        """On the phones and at the desk, whatever the ids say."""
        first, _, visit = two
        conflict(two, story)
        merged = read(first, f"/n/{visit}/merged")
        assert re.findall(r"回访员.：\w+整改", merged)[:2] == ["回访员甲：已整改", "回访员乙：未整改"]
        desk = as_("leader1").get(f"/visits/{visit}").text
        heads = re.findall(r'<th scope="col">(回访员.)', desk)
        assert heads[:2] == ["回访员甲", "回访员乙"]
        rivals = re.search(r'id="record-conflicts".*?</ul>', desk, re.S)
        assert rivals
        assert rivals[0].index("回访员甲") < rivals[0].index("回访员乙")
