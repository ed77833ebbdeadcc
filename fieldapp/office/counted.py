"""The registers of heads, and tables to which rows are only added: as many, and the same, as were counted."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp.backups import models as _backups  # noqa: F401  models count their tables when they are imported
from fieldapp.closing import fact_models as _facts  # noqa: F401
from fieldapp.heads import GROWN, REGISTER, START, Grown, Head, element, is_genuine, sum_of
from fieldapp.office import held
from fieldapp.office.finding import Finding, guarded
from fieldapp.phones import models as _phones  # noqa: F401
from fieldapp.visits import quarantine_models as _quarantine  # noqa: F401

KIND = "登记"
STREAMS = {
    "problem": "问题的历史",
    "visit": "回访的历史",
    "county": "县的历史",
    "plan": "安排",
    "closing": "销号的历史",
}
TABLES = {
    "taps": "回访的记录",
    "plan_reads": "谁看过安排",
    "audit": "登录和权限",
    "draws": "抽签",
    "scenario_versions": "场景的版本",
    "item_versions": "条目的版本",
    "visit_attendance": "组长说谁去了",
    "parked_decisions": "合不上的记录怎么定",
    "quarantined": "文件里来的记录",
    "quarantine_decisions": "文件里来的怎么定",
    "measure_reports": "单位报的进展",
    "closure_requests": "销号申请",
    "editions": "反馈",
    "edition_problems": "反馈里的问题",
    "edition_photos": "反馈里的照片",
    "closing_visits": "销号凭的回访",
    "verifications": "核验记录",
    "closing_signatures": "签认",
    "closing_objections": "不同意签认",
    "paper_signatures": "纸质签批",
    "paper_confirmations": "纸质签批的核对",
    "closures": "销号",
    "signers": "谁能签认",
    "facts": "事实确认",
    "fact_replies": "事实确认的答复",
    "fact_problems": "新发现立的问题",
    "backups": "核对过的备份",
    "phone_codes": "绑手机的码",
    "phones": "绑定的手机",
    "phone_ends": "解绑的手机",
}
Sums = dict[str, tuple[int, str]]


def findings(session: Session) -> Iterator[Finding]:
    """Registers first: a head that went with all it spoke of is missing nowhere else."""
    heads = {row.name: row for row in session.scalars(sa.select(Head).order_by(Head.name))}
    if not any(is_genuine(head) for head in heads.values()):
        yield Finding(KIND, "没有一条签章对得上：keys/heads.key 不是写这个库的那把，或登记被清空了")
    for kind, word in (STREAMS | TABLES | held.TABLES).items():
        why = _register_fault(kind, heads)
        if why:
            yield Finding(KIND, f"{word}：{why}")
    for name, word in TABLES.items():
        yield from guarded(word, name, "内容读不出来", _table, name, word, heads, session)


def _register_fault(kind: str, heads: dict[str, Head]) -> str:
    register = heads.get(f"{REGISTER}:{kind}")
    there = sum(name.startswith(f"{kind}:") for name in heads)
    if register is None:
        return "总登记不见了"
    if not is_genuine(register):
        return "总登记没有签章，或签章不对"
    return "" if register.seq == there else f"总登记有 {register.seq} 份，库里是 {there} 份"


def _table(name: str, word: str, heads: dict[str, Head], session: Session) -> Iterator[Finding]:
    sums = _sums(GROWN[name], session)
    counted = {head for head in heads if head.startswith(f"{name}:")}
    for each in sorted(counted | sums.keys()):
        why = _fault(sums.get(each, (0, START)), heads.get(each))
        if why:
            yield Finding(word, f"{each}：{why}")


def _sums(grown: Grown, session: Session) -> Sums:
    sums: Sums = {}
    wanted = [grown.table.c[name] for name in sorted({*grown.columns, *grown.by})]
    rows: Any = session.execute(sa.select(*wanted).execution_options(yield_per=1000)).mappings()
    for row in rows:
        name = grown.name_of(row)
        count, total = sums.get(name, (0, START))
        sums[name] = count + 1, sum_of([total, element(grown.table.name, grown.columns, row)])
    return sums


def _fault(there: tuple[int, str], head: Head | None) -> str:
    if head is None:
        return f"有 {there[0]} 条，登记却不见了"
    if not is_genuine(head):
        return "登记没有签章，或签章不对"
    if there[0] != head.seq:
        return f"收下过 {head.seq} 条，库里是 {there[0]} 条"
    return "" if there[1] == head.hash else "条数对，有的不是当时收下的"
