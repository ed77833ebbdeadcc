"""`fieldapp check`: whatever the database and the photo folder hold, against what must be there. Reads only."""

from collections.abc import Callable, Iterator

from sqlalchemy.orm import Session

from fieldapp.db import apart
from fieldapp.office import chains, closings, counted, photos, problems, roles, taps, triggers, visits
from fieldapp.office.finding import Finding, Progress
from fieldapp.visits import plan_faults


def findings(say: Callable[[str], None] = lambda line: None) -> Iterator[Finding]:
    """Faults and notes, kind by kind."""
    progress = Progress(say)
    with apart() as session:
        _one_moment(session)
        yield from triggers.findings(session)
        yield from chains.findings(session)
        yield from counted.findings(session)
        yield from taps.findings(session, progress)
        yield from photos.findings(session, progress)
        yield from problems.findings(session, progress)
        yield from visits.findings(session, progress)
        yield from closings.findings(session, progress)
        yield from (Finding("安排", sentence) for sentence in plan_faults.sentences(session))
        yield from roles.findings(session)


def _one_moment(session: Session) -> None:
    """People go on working: all that is compared must be of one moment. SQLite's transaction is so by itself."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


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
