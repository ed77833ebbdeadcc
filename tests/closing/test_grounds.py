"""On what a closing may rest: each way of verification, each reason why a visit does not count."""

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest

from fieldapp.closing.grounds import Grounds, SeenVisit, Verified

FINDER, OTHER = uuid4(), uuid4()
ONE, TWO, FOUND_IT = uuid4(), uuid4(), uuid4()
VISIT = SeenVisit(uuid4(), date(2018, 6, 20), OTHER, frozenset({ONE, TWO}), "checked", "已整改")
BY_VISIT = Grounds("mystery", 1, FINDER, frozenset({FOUND_IT}), (VISIT,))
PAPERS = Verified(uuid4(), "papers", date(2018, 6, 21), ONE, True)
BY_PAPERS = Grounds("papers", 1, FINDER, frozenset({FOUND_IT}), (), (PAPERS,))


def test_a_checked_visit_of_another_team_that_found_it_mended_is_enough() -> None:
    assert BY_VISIT.lacking == ""
    assert replace(BY_VISIT, way="on_site").lacking == ""
    assert replace(BY_VISIT, visits=(replace(VISIT, state="reviewed"),)).lacking == ""


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"team_id": FINDER}, "是发现问题的组去的"),
        ({"people": frozenset({ONE, FOUND_IT})}, "是发现问题的组去的"),
        ({"state": "handed_in"}, "组长还没有核"),
        ({"state": "sent_back"}, "退回去补了，还没交回来"),
        ({"state": "collected"}, "又补了记录，还没有会签"),
        ({"by_these_criteria": False}, "按改以前的判的"),
        ({"conclusion": "未核到"}, "结论是未核到"),
        ({"conclusion": ""}, "结论是没有定"),
        ({"conclusion": "部分整改"}, "最近一次核查的结论是部分整改"),
        ({"conclusion": "反弹"}, "最近一次核查的结论是反弹"),
    ],
)
def test_a_visit_that_does_not_count_says_why(change: dict[str, object], why: str) -> None:
    assert why in replace(BY_VISIT, visits=(replace(VISIT, **change),)).lacking  # type: ignore[arg-type]


def test_so_many_visits_on_different_days() -> None:
    twice = replace(BY_VISIT, needed=2)
    assert twice.lacking == "要 2 次不同日子的核查，合格的只有 1 次"
    same_day = replace(VISIT, id=uuid4())
    assert "只有 1 次" in replace(twice, visits=(VISIT, same_day)).lacking
    assert replace(twice, visits=(VISIT, replace(VISIT, id=uuid4(), day=date(2018, 6, 25)))).lacking == ""


def test_a_later_visit_that_found_it_otherwise_outweighs_an_earlier_one() -> None:
    worse = replace(VISIT, id=uuid4(), day=date(2018, 7, 1), conclusion="反弹")
    assert "反弹" in replace(BY_VISIT, visits=(worse, VISIT)).lacking
    unseen = replace(worse, conclusion="未核到")
    assert replace(BY_VISIT, visits=(unseen, VISIT)).lacking == "", "nobody looked at it that day"


def test_of_two_visits_on_one_day_the_worse_counts_whatever_their_order() -> None:
    worse = replace(VISIT, id=uuid4(), conclusion="未整改")
    for visits in ((worse, VISIT), (VISIT, worse)):
        assert replace(BY_VISIT, visits=visits).lacking == "最近一次核查的结论是未整改"


def test_whoever_went_or_verified_does_not_approve() -> None:
    assert "不能审" in BY_VISIT.refusal(ONE)
    assert "不能审" in BY_PAPERS.refusal(ONE)
    assert BY_VISIT.refusal(uuid4()) == ""


def test_papers_and_calls_need_a_record_of_their_own_way() -> None:
    assert BY_PAPERS.lacking == ""
    assert replace(BY_PAPERS, verified=()).lacking == "还没有核验记录"
    assert replace(BY_PAPERS, way="phone").lacking == "还没有核验记录"
    assert replace(BY_PAPERS, verified=(replace(PAPERS, fixed=False),)).lacking == "最近一次核验说没有改好"
    worse = replace(PAPERS, id=uuid4(), fixed=False)
    assert replace(BY_PAPERS, verified=(worse, PAPERS)).lacking == ""
    assert replace(BY_PAPERS, verified=(PAPERS, worse)).lacking == "最近一次核验说没有改好"
    assert replace(BY_PAPERS, visits=(VISIT,), verified=()).lacking, "a visit does not stand in for papers"
    assert replace(BY_VISIT, visits=(), verified=(PAPERS,)).lacking == "还没有人去核过"


def test_whoever_went_or_verified_is_known() -> None:
    both: frozenset[UUID] = replace(BY_VISIT, verified=(replace(PAPERS, by=FOUND_IT),)).people
    assert both == {ONE, TWO, FOUND_IT}
