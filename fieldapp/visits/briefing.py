"""What a visit needs, frozen by version when the plan is saved: pure shapes, no queries.

The frozen copy is what pages show and what the fold judges by, so that a later change of scenario, criterion or
measure never alters a visit under way.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fieldapp.visits.frame import Frame, Item, Measure, Problem, Stage

ROLES = ("办事", "陪同办事", "观察")


def frame_of(
    content: Mapping[str, Any],
    *,
    participants: tuple[UUID, ...],
    admitted: tuple[UUID, ...] = (),
    leaders: tuple[UUID, ...] = (),
    frozen_at: int | None = None,
    reviewed_at: int | None = None,
    sent_back: tuple[tuple[int, int | None], ...] = (),
) -> Frame:
    """The fold's frame from a frozen briefing."""
    return Frame(
        stages=tuple(
            Stage(row["code"], row["label"], row.get("phase_label") or None) for row in content["stages"]
        ),
        items=tuple(Item(row["code"], row["text"], row.get("criterion")) for row in items_of(content)),
        problems=tuple(
            Problem(row["id"], row["number"], row["text"], tuple(row["criteria"]))
            for row in content["problems"]
        ),
        measures=tuple(Measure(row["id"], row["text"]) for row in content["measures"]),
        participants=participants,
        admitted=admitted,
        leaders=leaders,
        apart_ms=int(content.get("apart_ms", 60_000)),
        frozen_at=frozen_at,
        reviewed_at=reviewed_at,
        sent_back=sent_back,
    )


def items_of(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Shown first, then those under 更多."""
    return [*content["shown"], *content["more"]]


def problem_of(content: Mapping[str, Any], problem_id: str) -> dict[str, Any] | None:
    """One frozen problem."""
    return next((row for row in content["problems"] if row["id"] == problem_id), None)


def stage_label(content: Mapping[str, Any], code: str | None) -> str:
    """The stage's name in this scenario."""
    return next((str(row["label"]) for row in content["stages"] if row["code"] == code), code or "")
