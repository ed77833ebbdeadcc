"""Problems against their histories: the state, and all that the newest entry has a hash of."""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp import history
from fieldapp.office.finding import UNREADABLE, Finding, Progress, guarded
from fieldapp.problems.models import CONTENT_COLUMNS, STATE_LABELS, Problem

KIND = "问题"


def findings(session: Session, progress: Progress) -> Iterator[Finding]:
    """By number."""
    rows = session.execute(sa.select(Problem.id, Problem.number).order_by(Problem.number)).all()
    old = 0
    for n, (problem_id, number) in enumerate(rows):
        progress("核对问题", n, len(rows))
        stream = f"problem:{problem_id}"
        said = payloads(history.entries(stream, session))
        old += content_said(said, CONTENT_COLUMNS) is None
        yield from guarded(KIND, number, "内容读不出来", _look, said, problem_id, session)
    if old:
        yield Finding(KIND, f"有 {old} 个是旧版本写的，内容没有指纹，没法核对", is_note=True)


def _look(said: list[Any], problem_id: Any, session: Session) -> Iterator[Finding]:
    problem = session.get_one(Problem, problem_id)
    expected = target_said(said) or "draft"
    if problem.state != expected:
        labels = [STATE_LABELS.get(each, each) for each in (problem.state, expected)]
        yield Finding(KIND, f"{problem.number}：状态是{labels[0]}，历史说{labels[1]}")
    written = content_said(said, CONTENT_COLUMNS)
    if written is not None and written != problem.content_hash:
        yield Finding(KIND, f"{problem.number}：内容或措施和历史最后记下的不一样")


def payloads(entries: Sequence[history.Entry]) -> list[Any]:
    """What entries say, oldest first; those that cannot be read are named elsewhere."""
    found = []
    for entry in entries:
        try:
            found.append(dict(entry.fields["payload"]))
        except UNREADABLE:
            continue
    return found


def target_said(said: list[Any]) -> Any:
    """The state that the newest entry with a target led to."""
    return next((each["to"] for each in reversed(said) if each.get("to")), None)


def content_said(said: list[Any], columns: int = 1) -> str | None:
    """The newest hash of the content, over these columns (history.content_hash); None where none was written yet."""
    hashes = (str(each.get("content") or "") for each in reversed(said))
    return next((each for each in hashes if each.startswith(f"{columns}:")), None)
