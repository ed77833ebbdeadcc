"""Review, signatures and reopening in the pages that people use."""

import re
from typing import Any

import pytest
import sqlalchemy as sa

from fieldapp import clock
from fieldapp.access.models import Audit
from fieldapp.closing import actions
from fieldapp.closing.models import Closing, PaperSignature, Signature, Signer
from fieldapp.db import apart, db
from fieldapp.evidence.originals import FolderStore
from fieldapp.problems.models import Problem
from tests.closing import steps
from tests.closing.pages import ENOUGH, address, fill, in_june, opines, photo, signs, token
from tests.story import Story
from tests.visits.visiting import state_of


def rows(story: Story, model: Any) -> list[Any]:
    with story.app.app_context(), apart() as session:
        found = list(session.scalars(sa.select(model)))
        session.expunge_all()
        return found


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_the_list_says_what_waits_and_what_is_lacking(story: Story, as_: Any) -> None:
    clerk = as_("clerk")
    assert "没有等着审的" in clerk.get("/closings").text
    steps.asks(story)
    with in_june():
        assert "等办公室审" in clerk.get("/closings").text
        assert "11 个工作日" in words(clerk.get("/closings").text)
        assert "组长还没有核" in clerk.get("/closings").text
        steps.checks(story)
        assert "可以审" in clerk.get("/closings").text
        opines(story, clerk, "approve")
        assert "等原巡察组（第三巡察组）、巡察办" in words(clerk.get("/closings").text)


def test_the_review_shows_what_the_closing_would_rest_on(story: Story, as_: Any) -> None:
    steps.asks(story)
    with in_june():
        page = words(as_("clerk").get(address(story)).text)
    for said in (
        "还不能同意：去过的不能作数：组长还没有核",
        "这样才算改好 看到的 凭据",
        "原件未改动，校验一致",
        "办理时限：窗口承诺",
        "办内待审 11 个工作日",
        "单位的期限 6月5日已停",
        "参加回访或核验的 2 人不参加签认",
        "原巡察组（第三巡察组）",
        "三条措施都做了",
    ):
        assert said in page, said


def test_originals_that_changed_are_not_said_to_be_unchanged(story: Story, as_: Any) -> None:
    steps.asks(story)
    store = story.app.extensions["originals"]
    key = sorted(store.keys())[0]
    store.path(key).chmod(0o600)
    store.path(key).write_bytes(store.path(key).read_bytes() + b"x")
    page = as_("clerk").get(address(story)).text
    assert "原件未改动" not in page
    assert "有原件校验不上" in page
    assert "校验不一致" in page


def test_the_whole_way_in_the_pages(story: Story, as_: Any) -> None:
    steps.asks(story)
    steps.checks(story)
    head, origin = as_("head"), as_("origin3")
    with in_june():
        assert origin.get(address(story)).status_code == 404, "before it is asked to sign it sees nothing"
        assert opines(story, head, "approve").status_code == 303
        page = words(origin.get("/signing").text)
        assert "可以签的 1 项" in page
        assert "第一巡察组 6月20日去的，办理 5分00秒" in page
        assert "窗口承诺" in page, "the record stands in view"
        shown = steps.closing(story).fingerprint
        assert " ".join((shown[:4], shown[4:8], shown[8:12])) in page
        assert signs(story, origin, "origin_team").status_code == 303
        assert "可以签的 0 项" in origin.get("/signing").text
        assert "第三巡察组） 已签" in words(head.get("/signing").text)
        assert signs(story, head, "office").status_code == 303
        assert steps.state(story) == "closed"
        assert "已销号" in head.get(address(story)).text
        assert origin.get(f"{address(story)}/record").status_code == 200
    assert {row.paper_id for row in rows(story, Signature)} == {None}


def test_a_wrong_password_signs_nothing_and_is_written_down(story: Story, as_: Any) -> None:
    steps.to_signing(story)
    head = as_("head")
    answer = signs(story, head, "office", password="wrong-password")
    assert answer.status_code == 422
    assert "密码不对，没有签" in answer.text
    assert f'value="{token(story, "office")}" checked' in answer.text, "what was ticked stays"
    assert rows(story, Signature) == []
    assert [row.event for row in rows(story, Audit)].count("signing_refused") == 1
    for _ in range(9):
        signs(story, head, "office", password="wrong-password")
    assert "试得太多" in signs(story, head, "office").text


def test_nothing_is_signed_of_a_batch_of_which_one_line_has_changed(story: Story, as_: Any) -> None:
    steps.to_signing(story)
    head, other = as_("head"), f"{steps.problem_id(story)}:office:{'0' * 64}"
    for lines in ([other], [token(story, "office"), other]):
        answer = head.post("/signing", data={"ticked": lines, "password": "test-password-1"})
        assert answer.status_code == 422
        assert "这一批都还没签" in answer.text
    assert rows(story, Signature) == []


@pytest.mark.parametrize("username", ["inspector1", "leader1", "clerk2", "leadership"])
def test_nobody_signs_what_does_not_ask_him(story: Story, as_: Any, username: str) -> None:
    steps.to_signing(story)
    assert "可以签的 0 项" in as_(username).get("/signing").text
    assert signs(story, as_(username), "office").status_code in (404, 422)
    assert rows(story, Signature) == []


def test_objecting_sends_it_back_with_the_reason(story: Story, as_: Any) -> None:
    steps.to_signing(story)
    origin, page = as_("origin3"), f"{address(story)}/record"
    short = fill(origin, page, f"{address(story)}/objections", reason="不行")
    assert short.status_code == 422
    assert "不行" in short.text
    assert fill(origin, page, f"{address(story)}/objections", reason=ENOUGH).status_code == 303
    assert steps.closing(story).state == "reviewing"
    assert ENOUGH in as_("clerk").get(address(story)).text
    assert origin.get(page).status_code == 404, "it is the office's again"
    assert "审过的记录不再退" in as_("clerk").get(address(story)).text


def test_the_office_sends_a_record_back_from_its_review(story: Story, as_: Any) -> None:
    steps.asks(story)
    clerk = as_("clerk")
    short = opines(story, clerk, "send_back", reason="再补")
    assert short.status_code == 422
    assert "写清缺什么" in short.text
    assert "再补" in short.text
    assert opines(story, clerk, "send_back", reason=ENOUGH).status_code == 303
    visit = steps.closing_visit(story)
    assert state_of(story, visit) == "sent_back"
    assert ENOUGH in as_("inspector1").get(f"/n/{visit}/handin").text


def test_turned_down_the_day_is_shown_before(story: Story, as_: Any) -> None:
    steps.asks(story)
    clerk = as_("clerk")
    with in_june():
        first = opines(story, clerk, "turn_down", reason=ENOUGH, limit_text="10 个工作日")
        assert first.status_code == 422
        assert "7月5日 周四（10 个工作日）" in first.text
        assert "期限先算给你看，还没有定" in first.text
        assert "还差" not in first.text, "nothing is wrong with it"
        assert ENOUGH in first.text
        again = fields(first.text, address(story))
        assert clerk.post(f"{address(story)}", data=again).status_code == 303
        assert steps.closing(story).state == "returned"
        told = clerk.get(address(story)).text
        assert "还没告诉单位" in told
        assert "/editions/new?unit=" in told.split('id="decided"')[1], "and the next step is a link"
        assert "定了，还没告诉单位" in clerk.get("/closings").text
    assert steps.state(story) == "closure_requested"
    assert ENOUGH not in as_("unit").get(f"/problems/{steps.problem_id(story)}").text


def test_the_next_request_is_reviewed_beside_what_was_asked_of_the_unit(story: Story, as_: Any) -> None:
    steps.asks(story)
    where, page = steps.problem_id(story), address(story)
    steps.does(
        story, "head", lambda by: actions.turn_down(where, ENOUGH, "10 个工作日", by=by, at=steps.CHECKED)
    )
    steps.publishes(story)
    unit = as_("unit").get(f"/problems/{where}").text
    assert re.search(f"继续整改，7月\\d日前还要做：{ENOUGH}", unit), "read where it is to be done"
    steps.asks(story, at=steps.CHECKED)
    asked = words(as_("clerk").get(page).text.split('id="asked-before"')[1].split('id="request"')[0])
    assert "第 1 次申请以后，要单位做的 打回单位" in asked
    assert ENOUGH in asked
    assert "10 个工作日" in asked


def fields(html: str, start: str) -> Any:
    from tests.pages import posting

    return next(form.sent() for form in posting(html) if form.action.startswith(start))


def test_an_opinion_is_on_what_was_shown(story: Story, as_: Any) -> None:
    steps.asks(story)
    steps.checks(story)
    stale = as_("head").post(address(story), data={"opinion": "approve", "seen": "x"})
    assert stale.status_code == 422
    assert "在你看的时候变了" in stale.text
    assert rows(story, Closing) == []


def test_on_paper_by_the_clerk_and_a_second_person(story: Story, as_: Any) -> None:
    steps.to_signing(story)
    clerk, head, person = as_("clerk"), as_("head"), story.viewer("origin3").person_id
    with in_june():
        entry = f"{address(story)}/papers"
        said = {"signed": f"origin_team:{person}", "day": "2018-06-21", "same": "y"}
        bad = clerk.post(entry, data={**said, "same": "", "page": photo()})
        assert "先对页上印的指纹" in bad.text
        without = clerk.post(entry, data=said)
        assert without.status_code == 422
        assert "选一张签字盖章页的照片" in without.text
        no_photo = clerk.post(entry, data={**said, "page": (io_of(b"%PDF-1.4"), "page.pdf")})
        assert no_photo.status_code == 422
        assert "只收照片" in no_photo.text
        assert clerk.post(entry, data={**said, "page": photo()}).status_code == 303
        (page,) = rows(story, PaperSignature)
        assert "纸质，来核" in head.get(address(story)).text
        assert "你录入的，请另一个人核" in clerk.get(f"/papers/{page.id}").text
        assert clerk.post(f"/papers/{page.id}", data={"stands": "yes"}).status_code == 422
        image = f"{address(story)}/pictures/{page.page_sha256}/view"
        assert image in head.get(f"/papers/{page.id}").text
        assert head.get(image).mimetype == "image/jpeg"
        assert as_("inspector1").get(image).status_code == 404
        assert head.post(f"/papers/{page.id}", data={"stands": "yes"}).status_code == 303
        assert "纸质，已核" in head.get(address(story)).text
        assert signs(story, head, "office").status_code == 303
        assert "纸质，已核" in as_("origin3").get(f"{address(story)}/record").text
    assert steps.state(story) == "closed"


def test_no_lock_is_held_while_a_photo_goes_to_disk(
    story: Story, as_: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, put = list[bool](), FolderStore.put

    def watched(*args: Any, **how: Any) -> Any:
        held.append(db.session().in_transaction())
        return put(*args, **how)

    monkeypatch.setattr(FolderStore, "put", watched)
    steps.to_signing(story)
    number, person = "示例-04", story.viewer("origin3").person_id
    signed = {"signed": f"origin_team:{person}", "day": "2018-06-21", "same": "y", "page": photo()}
    with in_june():
        assert as_("clerk").post(f"{address(story)}/papers", data=signed).status_code == 303
    steps.receives(story, number)
    steps.asks(story, number=number, at=clock.now())
    said = {"day": clock.today().isoformat(), "looked": "2", "good": "2", "text": "公示都在", "fixed": "yes"}
    sent = {**said, "photos": [photo(), photo("gray")]}
    assert as_("clerk").post(f"{address(story, number)}/verifications", data=sent).status_code == 303
    assert held == [False, False, False]


def io_of(content: bytes) -> Any:
    import io

    return io.BytesIO(content)


def test_papers_are_verified_on_a_page_and_shown(story: Story, as_: Any) -> None:
    number, at = "示例-04", clock.now()
    steps.receives(story, number)
    steps.asks(story, number=number, at=at)
    clerk = as_("clerk")
    assert "还没有核验记录" in clerk.get(address(story, number)).text
    said = {
        "day": clock.today().isoformat(),
        "looked": "12",
        "good": "13",
        "text": "补贴公示都在",
        "fixed": "yes",
    }
    bad = clerk.post(f"{address(story, number)}/verifications", data=said)
    assert bad.status_code == 422
    assert "合格的比查的多" in bad.text
    good = {**said, "good": "12", "photos": [photo(), photo("gray")]}
    assert clerk.post(f"{address(story, number)}/verifications", data=good).status_code == 303
    page = clerk.get(address(story, number)).text
    assert "查 12 份，合格 12 份" in page
    (image, *_) = re.findall(r'src="([^"]+/pictures/[^"]+)"', page)
    assert clerk.get(image).mimetype == "image/jpeg"
    assert as_("unit").get(image).status_code == 404
    assert opines(story, as_("head"), "approve", number).status_code == 303
    assert "查 12 份，合格 12 份" in as_("origin3").get("/signing").text
    assert "参加过回访或核验的人不能签认" in clerk.get("/signing").text
    assert as_("unit").get(f"{address(story, number)}/verifications").status_code == 404


def test_a_photo_of_another_visit_is_pointed_out(story: Story, as_: Any) -> None:
    steps.asks(story)
    steps.photo_again(story)
    assert "那次也用了这一张" in as_("clerk").get(address(story)).text


def test_reopened_by_the_head_with_the_day_shown_before(story: Story, as_: Any) -> None:
    steps.to_signing(story)
    steps.signs(story, "head", "office")
    steps.signs(story, "origin3", "origin_team")
    page = f"{address(story)}/reopening"
    typed = {"still": ENOUGH, "limit_text": "5 个工作日", "basis": "群众 7 月 2 日来电反映"}
    with in_june():
        untold = fill(as_("head"), page, page, **typed)
        assert "看好了再点一次" in untold.text
        steps.publishes(story)
        head = as_("head")
        assert "重启" in head.get(f"/problems/{steps.problem_id(story)}").text
        shown = fill(head, page, page, **typed)
        assert "6月28日 周四" in shown.text
        assert head.post(page, data=fields(shown.text, page)).status_code == 303
        assert steps.closing(story).state == "reopened"
        assert as_("clerk").get(page).status_code == 404
        assert steps.state(story) == "closed", "until the edition goes out"
        assert steps.STORY in words(as_("clerk").get("/closings").text), "it waits to be told"


def test_a_major_problem_waits_for_the_leading_group_too(story: Story, as_: Any) -> None:
    steps.asks(story)
    steps.checks(story)
    with story.app.app_context(), apart(writes=True) as session:
        session.execute(sa.update(Problem).where(Problem.number == steps.STORY).values(severity="major"))
    steps.approves(story)
    steps.signs(story, "head", "office")
    steps.signs(story, "origin3", "origin_team")
    assert steps.state(story) == "closure_requested"
    leading = as_("leadership")
    assert "可以签的 1 项" in leading.get("/signing").text
    with in_june():
        assert signs(story, leading, "leading_group").status_code == 303
    assert steps.state(story) == "closed"


def test_a_successor_is_named_and_signs_and_the_predecessor_no_more(story: Story, as_: Any) -> None:
    steps.to_signing(story)
    head, origin = as_("head"), as_("origin3")
    steps.somebody(story, "successor")
    said = steps.naming(story, "origin_team", "successor", instead_of="origin3")
    short = fill(head, "/signers", "/signers", **{**said, "reason": "调走"})
    assert short.status_code == 422
    assert fill(head, "/signers", "/signers", **said).status_code == 303
    assert "组长六月调走，由他接替" in head.get("/signers").text
    with in_june():
        assert "可以签的 0 项" in origin.get("/signing").text
        successor = as_("successor")
        assert successor.get("/").location == "/todo"
        assert "可以签的 1 项" in successor.get("/signing").text
        assert successor.get("/problems").status_code == 404
        assert signs(story, successor, "origin_team").status_code == 303
    back = {**said, "ends": "2018-06-01"}
    assert fill(head, "/signers", "/signers", **back).status_code == 303
    assert "后来改过" in head.get("/signers").text
    with in_june():
        assert as_("successor").get("/signing").status_code == 404, "taken back"


@pytest.mark.parametrize(
    ("username", "changed", "sentence"),
    [
        ("unit", {}, "不能签认"),
        ("admin", {}, "不能签认"),
        ("city", {}, "不能签认"),
        ("leader1", {"team_id": ""}, "要选组"),
        ("leader1", {"body": "office"}, "别的不选"),
        ("leader1", {"ends": "2018-05-01"}, "早于开始"),
    ],
)
def test_who_cannot_be_named_is_told_so(
    story: Story, as_: Any, username: str, changed: dict[str, str], sentence: str
) -> None:
    said = {**steps.naming(story, "origin_team", username), **changed}
    answer = fill(as_("head"), "/signers", "/signers", **said)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert rows(story, Signer) == []


@pytest.mark.parametrize("username", ["clerk", "leader1", "origin3", "admin", "unit", "leadership"])
def test_only_the_head_names_signers(as_: Any, username: str) -> None:
    assert as_(username).get("/signers").status_code == 404


def test_a_leader_whose_round_is_over_still_signs(story: Story, as_: Any) -> None:
    steps.to_signing(story)
    with clock.moved_to(clock.at(2026, 1, 5, 9)):
        assert "可以签的 1 项" in as_("origin3").get("/signing").text


@pytest.mark.parametrize("username", ["unit", "unit2", "city", "clerk2", "admin"])
def test_no_unit_and_no_neighbour_sees_a_closing(story: Story, as_: Any, username: str) -> None:
    steps.to_signing(story)
    client = as_(username)
    for page in ("", "/record", "/papers", "/reopening", "/verifications"):
        assert client.get(f"{address(story)}{page}").status_code == 404, page


def test_a_refusal_of_the_database_itself_is_no_signature(story: Story, as_: Any) -> None:
    """Somebody who went is refused though he were named."""
    steps.to_signing(story)
    where, shown = steps.problem_id(story), steps.closing(story).fingerprint
    fill(as_("head"), "/signers", "/signers", **steps.naming(story, "office", "inspector1"))
    with in_june():
        inspector = as_("inspector1")
        assert "参加过回访或核验的人不能签认" in inspector.get("/signing").text
        assert signs(story, inspector, "office").status_code == 422
    with pytest.raises(Exception, match="参加过"):
        steps.does(
            story, "inspector1", lambda by: actions.sign(where, "office", shown, by=by, at=steps.CHECKED)
        )


def test_a_review_stands_under_its_own_entry_and_the_problem_under_the_list(story: Story, as_: Any) -> None:
    steps.asks(story)
    clerk, here = as_("clerk"), f"/problems/{steps.problem_id(story)}"
    assert 'aria-current="page"><span>审核</span>' in clerk.get(f"{here}/closure").text
    assert 'aria-current="page"><span>审核</span>' not in clerk.get(here).text
    assert 'aria-current="page"><span>问题清单</span>' in clerk.get(here).text
