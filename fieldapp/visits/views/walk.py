"""One inspector's own way through the stages: what is done, what is left, what may still be said of it."""

from functools import cached_property
from typing import Any
from uuid import UUID

from fieldapp.visits.briefing import stage_label
from fieldapp.visits.record import Record
from fieldapp.visits.stopwatch import Moment, Round, Stuck

Step = dict[str, Any]


class Walk:
    """Read by the templates; a round (第 n 次) is over when another begins."""

    record: Record
    me: UUID

    @property
    def content(self) -> dict[str, Any]:
        """The frozen briefing."""
        raise NotImplementedError

    @cached_property
    def my_rounds(self) -> list[Round]:
        return [row for row in self.record.rounds if row.by == self.me]

    @cached_property
    def my_stages(self) -> dict[str, Moment]:
        """My own instants of this round by stage code."""
        mine: dict[str, Moment] = {}
        for stage in self.my_rounds[-1].stages if self.my_rounds else ():
            moments = [stage.moment, *(other.moment for other in stage.others)]
            own = next((moment for moment in moments if moment.by == self.me), None)
            if own:
                mine[stage.code] = own
        return mine

    @cached_property
    def my_moments(self) -> dict[UUID, Moment]:
        """Every press of a stage of mine, by its tap."""
        found = [
            moment
            for row in self.my_rounds
            for stage in row.stages
            for moment in (stage.moment, *stage.again, *(other.moment for other in stage.others))
        ]
        return {moment.tap: moment for moment in found if moment.by == self.me}

    @property
    def steps(self) -> list[Step]:
        """The stages of this round: a later one has none before the stage it began with."""
        stages: list[Step] = self.content["stages"]
        if len(self.my_rounds) < 2:
            return stages
        first = next((n for n, stage in enumerate(stages) if stage["code"] in self.my_stages), 0)
        return stages[first:]

    @property
    def skipped(self) -> set[str]:
        n = len(self.my_rounds) or 1
        return {row.code for row in self.record.skipped if row.by == self.me and row.n == n}

    @property
    def left_out(self) -> list[Step]:
        """Neither recorded nor skipped in this round."""
        return [row for row in self.steps if row["code"] not in self.my_stages.keys() | self.skipped]

    @property
    def last_step(self) -> Step:
        """离开: it ends a visit, whatever came before."""
        last: Step = self.content["stages"][-1]
        return last

    @property
    def skippable(self) -> list[Step]:
        """没有这一步 may be said of these; not of what was never reached before it ended."""
        return [] if self.ended_stuck else [row for row in self.left_out if row != self.last_step]

    @property
    def forgettable(self) -> list[Step]:
        """What 刚才忘按 can be: left out before the next stage, that one, and leaving."""
        after = self.next_stage
        up_to = self.steps.index(after) + 1 if after in self.steps else len(self.steps)
        reached = self.steps[:up_to]
        return [row for row in self.left_out if row in reached or row == self.last_step]

    @property
    def next_stage(self) -> Step | None:
        """The scenario's next stage for me; None when I have reached the end."""
        code = dict(self.record.next_stages).get(self.me, self.record.next_stage)
        return next((row for row in self.content["stages"] if row["code"] == code), None)

    @property
    def current(self) -> Any:
        """My latest stage: its label and instant, for the clock."""
        done = sorted(self.my_stages.items(), key=lambda pair: pair[1].at)
        return {"label": stage_label(self.content, done[-1][0]), "at": done[-1][1].at} if done else None

    @property
    def started_at(self) -> int | None:
        moments = [moment.at for moment in self.my_moments.values()]
        return min(moments) if moments else (self.record.begun.at if self.record.begun else None)

    @property
    def my_stuck(self) -> list[Stuck]:
        return [row for row in self.record.stuck if row.by == self.me]

    @property
    def stuck_now(self) -> list[Stuck]:
        """Those of this round."""
        since = self.my_rounds[-1].at if len(self.my_rounds) > 1 else 0
        return [row for row in self.my_stuck if row.at >= since]

    @property
    def standing(self) -> Stuck | None:
        """没办成, and since then nothing but 离开."""
        if self.my_rounds:
            return self.my_rounds[-1].stuck
        return self.my_stuck[-1] if self.my_stuck else None

    @property
    def has_left(self) -> bool:
        return self.last_step["code"] in self.my_stages

    @property
    def ended_stuck(self) -> bool:
        return self.has_left and self.standing is not None

    @property
    def again(self) -> Step | None:
        """The stage with which another try begins, 取号 where there is one: only after a 没办成 that came later."""
        if self.standing is None:
            return None
        ends = (self.content["stages"][0], self.last_step)
        queue = next((s for s in self.steps if s not in ends and s["code"] not in self.skipped), None)
        return queue if queue and queue["code"] in self.my_stages else None

    def too_early(self, code: str, at: int) -> str:
        """The label of the stage before `code` if that was recorded later than `at`."""
        before = self._nearest(code, -1)
        return before[0] if before and at < before[1] else ""

    def too_late(self, code: str, at: int) -> str:
        """The label of the stage after `code` if that was recorded earlier than `at`."""
        after = self._nearest(code, 1)
        return after[0] if after and at > after[1] else ""

    def _nearest(self, code: str, way: int) -> tuple[str, int] | None:
        """The recorded stage next to `code` in the scenario's order, and its instant."""
        order = [row["code"] for row in self.content["stages"]]
        if code not in order:
            return None
        place = order.index(code)
        beside = order[place + 1 :] if way > 0 else order[:place][::-1]
        found = next((each for each in beside if each in self.my_stages), None)
        return (stage_label(self.content, found), self.my_stages[found].at) if found else None

    def code_of(self, tap: UUID) -> str:
        """The stage of this round that a tap of mine made; empty for any other tap."""
        return next((code for code, moment in self.my_stages.items() if moment.tap == tap), "")
