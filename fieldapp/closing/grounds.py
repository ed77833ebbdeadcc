"""On what a closing may rest, by the problem's way of verification. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from fieldapp.visits.states import CHECKED

FIXED = "已整改"


@dataclass(frozen=True)
class SeenVisit:
    """A visit that judged the problem in this cycle."""

    id: UUID
    day: date
    team_id: UUID
    people: frozenset[UUID]
    state: str
    conclusion: str
    by_these_criteria: bool = True  # they were not changed since it was planned


@dataclass(frozen=True)
class Verified:
    """A record of 资料核验 or 电话回访."""

    id: UUID
    way: str
    day: date
    by: UUID
    fixed: bool


@dataclass(frozen=True)
class Grounds:
    """What there is: `finders` are the people who sat in the team that found the problem."""

    way: str
    needed: int
    finder_team: UUID
    finders: frozenset[UUID]
    visits: tuple[SeenVisit, ...] = ()
    verified: tuple[Verified, ...] = ()
    recused: frozenset[UUID] = frozenset()

    @property
    def needs_visit(self) -> bool:
        return self.way in ("mystery", "on_site")

    @property
    def good_visits(self) -> tuple[SeenVisit, ...]:
        """By another team, checked by its leader, and all fixed."""
        return tuple(each for each in self.visits if not self.fault(each))

    def fault(self, visit: SeenVisit) -> str:
        """Why a visit does not count; empty when it does."""
        if visit.team_id == self.finder_team or visit.people & self.finders:
            return "是发现问题的组去的"
        if visit.state == "collected":
            return "又补了记录，还没有会签"
        if visit.state == "sent_back":
            return "退回去补了，还没交回来"
        if visit.state not in CHECKED:
            return "组长还没有核"
        if not visit.by_these_criteria:
            return "销号标准后来改过，这次是按改以前的判的"
        return "" if visit.conclusion == FIXED else f"结论是{visit.conclusion or '没有定'}"

    @property
    def people(self) -> frozenset[UUID]:
        """Whoever went, or wrote the record: none of them approves."""
        went = frozenset().union(*(each.people for each in self.visits))
        return went | {each.by for each in self.verified}

    def refusal(self, person: UUID) -> str:
        """Why this person may not approve; empty when he may (四眼)."""
        if person in self.recused:
            return "回避这个单位的人不能审"
        return "参加过回访或核验的人不能审，请另一个人审" if person in self.people else ""

    @property
    def lacking(self) -> str:
        """The sentence that says what is missing before it can be signed; empty when nothing is."""
        return self._lacking_visits() if self.needs_visit else self._lacking_record()

    def _lacking_visits(self) -> str:
        if against := self._newest_against():
            return against
        days = {each.day for each in self.good_visits}
        if len(days) >= self.needed:
            return ""
        if not self.visits:
            return "还没有人去核过"
        if self.needed > 1:
            return f"要 {self.needed} 次不同日子的核查，合格的只有 {len(days)} 次"
        return f"去过的不能作数：{self.fault(self.visits[0])}"

    def _newest_against(self) -> str:
        """A later visit that found it otherwise outweighs an earlier one."""
        newest: Sequence[SeenVisit] = sorted(self.visits, key=lambda each: each.day, reverse=True)
        judged = [each for each in newest if each.conclusion in (FIXED, "部分整改", "未整改", "反弹")]
        last = [each.conclusion for each in judged if each.day == judged[0].day]
        return next((f"最近一次核查的结论是{said}" for said in last if said != FIXED), "")

    def _lacking_record(self) -> str:
        """The newest record counts; they are in order."""
        mine = [each for each in self.verified if each.way == self.way]
        if not mine:
            return "还没有核验记录"
        return "" if mine[-1].fixed else "最近一次核验说没有改好"
