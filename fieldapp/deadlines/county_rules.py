"""What a county settles for itself: how days are counted, which days differ from the calendar, what lists are called.

Each change makes a new version of it; a deadline keeps the name of the rule that it was counted by."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from fieldapp.deadlines.calendar import NO_OVERRIDES, Overrides
from fieldapp.deadlines.limits import CIVIL_CODE, CountingRule
from fieldapp.errors import RuleBroken
from fieldapp.writing import folded

BARE_DAYS = {"": "不收，要写明是工作日还是自然日", "workday": "按工作日数", "day": "按自然日数"}
LISTS = {"problems": "问题清单", "unit": "整改清单"}  # the story's names; counties have others
BODIES = {  # who may have to sign a closing; the last three sign where the head names who does it for them
    "origin_team": "原巡察组",
    "office": "巡察办",
    "leading_group": "领导小组",
    "discipline": "纪委监委",
    "organisation": "组织部",
}
MIN_BODIES = 2  # the story's 会同: never one body alone
_LINE = re.compile(r"(?P<day>[0-9]{4}-[0-9]{1,2}-[0-9]{1,2})\s*(?P<word>休息|上班)\s*(?P<note>.*)")


@dataclass(frozen=True, order=True)
class LocalDay:
    """A day that differs from the calendar, or that the calendar does not know yet."""

    day: date
    works: bool
    note: str = ""

    @property
    def words(self) -> str:
        return f"{self.day.isoformat()} {'上班' if self.works else '休息'} {self.note}".strip()


@dataclass(frozen=True)
class CountyRules:
    """A county's settings as rules. `years` are those whose holiday notice is written down in `days` completely."""

    counting: tuple[CountingRule, ...] = ()  # oldest first
    days: tuple[LocalDay, ...] = ()
    years: tuple[int, ...] = ()
    lists: tuple[tuple[str, str], ...] = tuple(LISTS.items())
    bodies: tuple[str, ...] = ("origin_team", "office")  # 通川: 巡察办会同对应巡察组

    @property
    def in_force(self) -> CountingRule:
        return self.counting[-1] if self.counting else CIVIL_CODE

    @property
    def overrides(self) -> Overrides:
        return _overrides(self.days, self.years)

    def counted_by(self, version: str) -> CountingRule:
        """The rule of this name; the one in force when there is none."""
        known = {rule.version: rule for rule in (CIVIL_CODE, *self.counting)}
        return known.get(version, self.in_force)

    def count_by(
        self, first_day_counts: bool, roll_forward: bool, basis: str, bare_day: str = ""
    ) -> "CountyRules":
        """With a new rule of counting, named after its basis and its place."""
        version = f"{basis.strip()}·第{len(self.counting) + 1}版"
        rule = CountingRule(first_day_counts, roll_forward, version, bare_day)
        return replace(self, counting=(*self.counting, rule))

    def with_days(self, days: Iterable[LocalDay], year: int | None = None) -> "CountyRules":
        """With more days; one that stands there already is replaced."""
        known = {each.day: each for each in (*self.days, *days)}
        years = {*self.years, *([year] if year else [])}
        return replace(self, days=tuple(sorted(known.values())), years=tuple(sorted(years)))

    def without(self, item: str) -> "CountyRules":
        """Without this day, or with this year no longer written down completely."""
        days = tuple(each for each in self.days if each.day.isoformat() != item)
        return replace(self, days=days, years=tuple(each for each in self.years if str(each) != item))

    def call_lists(self, names: Mapping[str, str]) -> "CountyRules":
        """With other names for its lists."""
        return replace(self, lists=tuple((key, names[key].strip()) for key in LISTS))

    def signed_by(self, bodies: Iterable[str]) -> "CountyRules":
        """With other bodies that must sign a closing; raises RuleBroken below two."""
        chosen = tuple(body for body in BODIES if body in set(bodies))
        if len(chosen) < MIN_BODIES:
            raise RuleBroken("至少两方签认，才能销号", "bodies")
        return replace(self, bodies=chosen)

    def words(self) -> dict[str, str]:
        """What is in force, as people read it."""
        rule, names = self.in_force, dict(self.lists)
        return {
            "起算的那天": "算第一天" if rule.first_day_counts else "不算，从第二天数",
            "最后一天": "碰上休息日，顺延到下一个工作日" if rule.roll_forward else "碰上休息日也不顺延",
            "没写明的“天”": BARE_DAYS[rule.bare_day],
            "依据": rule.version,
            "和放假表不同的日子": "；".join(each.words for each in self.days),
            "放假安排写全了的年": "、".join(str(year) for year in self.years),
            "办公室的清单": names["problems"],
            "单位的清单": names["unit"],
            "销号要谁签认": "、".join(BODIES[body] for body in self.bodies),
        }

    def stored(self) -> dict[str, Any]:
        """The part of a county's settings that `rules_of` reads."""
        return {
            "counting": [asdict(rule) for rule in self.counting],
            "days": {each.day.isoformat(): [each.works, each.note] for each in self.days},
            "years": list(self.years),
            "lists": dict(self.lists),
            "bodies": list(self.bodies),
        }


def rules_of(settings: Mapping[str, Any]) -> CountyRules:
    """A county's rules; the civil code's and the story's where it settled none."""
    days = (LocalDay(date.fromisoformat(day), *each) for day, each in settings.get("days", {}).items())
    return CountyRules(
        counting=tuple(CountingRule(**each) for each in settings.get("counting", ())),
        days=tuple(sorted(days)),
        years=tuple(settings.get("years", ())),
        lists=tuple({**LISTS, **settings.get("lists", {})}.items()),
        bodies=tuple(settings.get("bodies", ("origin_team", "office"))),
    )


@lru_cache(maxsize=64)
def _overrides(days: tuple[LocalDay, ...], years: tuple[int, ...]) -> Overrides:
    if not days and not years:
        return NO_OVERRIDES
    told = {each.day: each.works for each in days}
    for year in years:  # a complete notice names every exception, so the rest of the year goes by the weekday
        first = date(year, 1, 1)
        whole = (first + timedelta(n) for n in range((date(year + 1, 1, 1) - first).days))
        told = {**{day: day.weekday() < 5 for day in whole}, **told}
    return MappingProxyType(told)


def read_days(text: str) -> list[LocalDay]:
    """Lines such as 2027-01-01 休息 元旦; raises RuleBroken with the first line that cannot be read."""
    lines = folded(text).splitlines()
    return [_read_day(line.strip()) for line in lines if line.strip()]


def _read_day(line: str) -> LocalDay:
    found = _LINE.fullmatch(line)
    try:
        year, month, day = (int(part) for part in found["day"].split("-")) if found else (0, 0, 0)
        when = date(year, month, day)
    except ValueError:
        when = date.min
    if found is None or not 2000 <= when.year <= 2099:
        raise RuleBroken(f"“{line[:20]}”看不懂，一行写一天，例如 2027-01-01 休息 元旦", "lines")
    return LocalDay(when, found["word"] == "上班", found["note"].strip()[:40])
