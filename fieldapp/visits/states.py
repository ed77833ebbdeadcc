"""A visit's states. Every step up to the hand-in is projected from the taps and taken by the system, the actor being
the person whose tap caused it; review comes with the closing."""

from typing import Any

from fieldapp.workflow import Facts, Transition, Workflow, always


def _sealed(_visit: Any, _viewer: Any, facts: Facts) -> str:
    return "" if facts.get("seal") else "还没有会签"


def _resealed(visit: Any, _viewer: Any, facts: Facts) -> str:
    return "" if facts.get("seal") != visit.seal else "记录没有变"


TABLE = (
    Transition(
        "under_way", "collect", "collected", None, always
    ),  # everybody has handed in: the leader sees it
    Transition("collected", "hand_in", "handed_in", None, _sealed),
    Transition("handed_in", "void", "collected", None, _resealed),  # a late tap: countersign again
)
visit_flow = Workflow("visit", TABLE)
