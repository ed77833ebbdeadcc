"""Which team may go (pure). Sources: 体验式回访 by a team other than the finder's (the story: 第三 → 第一);
recusal and at least two inspectors by domain.md 2.5; all as sentences for the one who plans."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

MIN_PEOPLE = 2


@dataclass(frozen=True)
class Offer:
    """A team as the planner sees it: who of it could go, and why it cannot be sent (empty when it can)."""

    team_id: UUID
    name: str
    free: tuple[UUID, ...]
    refusal: str = ""
    is_finder: bool = False

    @property
    def words(self) -> str:
        return self.refusal or f"{len(self.free)} 人有空"


@dataclass(frozen=True)
class Bans:
    """Who must not go: recused from the unit, or once a member of a team that found one of the problems."""

    finder_teams: frozenset[UUID]
    finder_people: frozenset[UUID]
    recused: frozenset[UUID]


def offers(
    teams: Iterable[tuple[UUID, str]], members: Mapping[UUID, Iterable[UUID]], bans: Bans
) -> list[Offer]:
    """Every team with the people of it who may go on the day."""
    return [_offer(team_id, name, tuple(members.get(team_id, ())), bans) for team_id, name in teams]


def _offer(team_id: UUID, name: str, people: tuple[UUID, ...], bans: Bans) -> Offer:
    if team_id in bans.finder_teams:
        free = tuple(person for person in people if person not in bans.recused)
        return Offer(team_id, name, free, "不能派：问题是这个组发现的", is_finder=True)
    free = tuple(person for person in people if person not in bans.recused | bans.finder_people)
    if len(free) < MIN_PEOPLE:
        left_out = "去掉要回避的，" if len(free) < len(people) else ""
        return Offer(team_id, name, free, f"不能派：{left_out}只有 {len(free)} 人")
    return Offer(team_id, name, free)


def team_of(found: Iterable[Offer], chosen: Iterable[UUID]) -> UUID | None:
    """The one team that all of these people could go for; None when there is none, or more than one."""
    people = set(chosen)
    teams = [
        offer.team_id
        for offer in found
        if people and people <= set(offer.free) and (offer.is_finder or not offer.refusal)
    ]
    return teams[0] if len(teams) == 1 else None


def refusal(offer: Offer, chosen: Iterable[UUID], *, may_override: bool, reason: str) -> tuple[str, str]:
    """("", "") when these people of this team may be sent; else field and sentence.

    The finder's team goes only on the office head's written reason (at least ten characters)."""
    people = set(chosen)
    if offer.is_finder:
        if not may_override:
            return "team_id", "问题是这个组发现的，只有主任写明理由才能派"
        if len(reason.strip()) < 10:
            return "override_reason", "写明为什么只能派原来的组，至少 10 个字"
    elif offer.refusal:
        return "team_id", offer.refusal
    if not people <= set(offer.free):
        return "people", "选的人里有要回避的，或者那几天不在这个组"
    if len(people) < MIN_PEOPLE:
        return "people", "至少选两个人"
    return "", ""
