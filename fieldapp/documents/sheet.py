"""What the printed record of a visit says that its log does not say in so many words. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from fieldapp.visits.record import Judgement, Record
from fieldapp.visits.stopwatch import StageTime

WAYS = ("模拟办事", "咨询了解", "随机访谈", "蹲点观察")
WATCHES = "观察"
RECOGNISED = "被认出"


def ways(record: Record, content: Mapping[str, Any]) -> tuple[str, ...]:
    """回访方式, as far as the record tells: who did business did it as deep as the scenario lets."""
    roles = {role.role for role in record.roles}
    found = set()
    if roles - {WATCHES}:
        found.add("咨询了解" if content.get("sim_depth") == "C" else "模拟办事")
    if record.interviews:
        found.add("随机访谈")
    if WATCHES in roles or record.watches:
        found.add("蹲点观察")
    return tuple(way for way in WAYS if way in found)


def was_recognised(record: Record) -> bool:
    """The visit as it was prepared says nothing of who one is; that one was known all the same is in the log."""
    return any(each.reason == RECOGNISED for each in record.stuck)


def tries(record: Record) -> list[tuple[str, tuple[StageTime, ...]]]:
    """The stages, by try where whoever did the business had to try more than once."""
    own = [each for each in record.rounds if each.by == record.doer]
    if len(own) > 1:
        return [(f"第 {each.n} 次", each.stages) for each in own]
    return [("", record.stages)]


def values(rows: Iterable[Judgement], subject: str) -> dict[UUID, str]:
    """What each person's word on a subject came to; a leader's decision stands in its place."""
    return {each.person: each.value for each in rows if each.subject == subject}


def agreed(
    rows: Iterable[Judgement], subject: str, names: Mapping[UUID, str], labels: Mapping[str, str]
) -> str:
    """One word where all say the same, else each with the name; — where nobody said anything."""
    said = {person: labels.get(value, value) for person, value in values(rows, subject).items()}
    if len(set(said.values())) <= 1:
        return next(iter(said.values()), "—")
    return "，".join(f"{names.get(person, '—')}：{word}" for person, word in said.items())


def advised(record: Record) -> Iterator[tuple[str, int]]:
    """Each suggestion with how many made it."""
    found = [each.value for each in record.overall]
    yield from ((each, found.count(each)) for each in dict.fromkeys(found))
