"""What the commands about phones say, in words for the administrator."""

from collections import Counter
from collections.abc import Iterable, Iterator

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
