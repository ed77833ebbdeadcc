"""What the commands about phones say, in words for the administrator."""

from collections import Counter
from collections.abc import Iterable, Iterator

from fieldapp.office.importing import Outcome, Result
from fieldapp.office.receipts import Judged, Verdict
from fieldapp.office.telling import Line, instant


def of_receipts(found: Iterable[Judged]) -> Iterator[Line]:
    """Each that is not borne out, then the sums."""
    sums = Counter[Verdict]()
    for each in found:
        sums[each.verdict] += 1
        if each.verdict is Verdict.LOST:
            yield True, f"{each.id}：签过收据，{instant(each.received_at)} 收下的，记录里没有了"
        elif each.verdict is Verdict.FORGED:
            yield True, f"{each.id}：不是这台服务器签的，或改过"
    lost = sums[Verdict.LOST] + sums[Verdict.FORGED]
    yield bool(lost), f"收据 {sums.total()} 张，记录里都在 {sums[Verdict.HELD]} 张，对不上 {lost} 张"


def of_import(found: Iterable[Result], dry_run: bool) -> Iterator[Line]:
    """Each record that did not go into the log, then the sums."""
    sums = Counter[Outcome]()
    for each in found:
        sums[each.outcome] += 1
        if each.outcome in (Outcome.HELD, Outcome.BROKEN):
            who = f"（{each.who}）" if each.who else ""
            yield each.outcome is Outcome.BROKEN, f"第 {each.n} 条{who}{each.outcome.value}：{each.why}"
    if dry_run:
        yield False, "只看看，什么也没有存："
    for outcome in Outcome:
        yield outcome is Outcome.BROKEN and bool(sums[outcome]), f"{outcome.value} {sums[outcome]} 条"
    if sums[Outcome.HELD] and not dry_run:
        yield False, "等办公室定的，在“没对上的记录”里"
