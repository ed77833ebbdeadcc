"""`fieldapp check`: whatever the database and the photo folder hold, against what must be there. Reads only."""

from collections.abc import Callable, Iterator

from sqlalchemy.orm import Session

from fieldapp.db import one_moment
from fieldapp.office import (
    chains,
    closings,
    counted,
    counties,
    held,
    photos,
    problems,
    roles,
    taps,
    triggers,
    visits,
)
from fieldapp.office.finding import Finding, Progress, guarded
from fieldapp.visits import plan_faults


def findings(say: Callable[[str], None] = lambda line: None) -> Iterator[Finding]:
    """Faults and notes, kind by kind."""
    progress = Progress(say)
    with one_moment() as session:
        yield from triggers.findings(session)
        for kind, look in _parts(session, progress).items():
            yield from guarded(kind, "有的行", "读不出来，这一项没有核对完", look)


def _parts(session: Session, progress: Progress) -> dict[str, Callable[[], Iterator[Finding]]]:
    """What is looked at, in this order. A row of which nothing can be read ends its own part and no other."""
    return {
        chains.KIND: lambda: chains.findings(session),
        counted.KIND: lambda: counted.findings(session),
        taps.KIND: lambda: taps.findings(session, progress),
        photos.KIND: lambda: photos.findings(session, progress),
        problems.KIND: lambda: problems.findings(session, progress),
        counties.KIND: lambda: counties.findings(session),
        visits.KIND: lambda: visits.findings(session, progress),
        closings.KIND: lambda: closings.findings(session, progress),
        "安排": lambda: (Finding("安排", sentence) for sentence in plan_faults.sentences(session)),
        roles.KIND: lambda: roles.findings(session),
        held.KIND: lambda: held.findings(session),
    }


def faults() -> Iterator[str]:
    """Every fault in words."""
    return (str(each) for each in findings() if not each.is_note)


def lines(found: Iterator[Finding], everything: bool) -> Iterator[tuple[bool, str]]:
    """(is a note, line): the first fault of each kind as soon as it is there, then how many more there are."""
    counts: dict[str, int] = {}
    for each in found:
        if each.is_note:
            yield True, f"提示：{each}"
            continue
        counts[each.kind] = counts.get(each.kind, 0) + 1
        if everything or counts[each.kind] == 1:
            yield False, str(each)
    if not everything:
        yield from (
            (False, f"{kind} 还有 {count - 1} 处，加 --all 全列出来")
            for kind, count in counts.items()
            if count > 1
        )
