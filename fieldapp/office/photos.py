"""Stored photos against their rows and the taps that name them; what broken uploads left behind, and its sweeping."""

from collections.abc import Iterator

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session

from fieldapp import clock
from fieldapp.closing.models import PaperSignature, Verification
from fieldapp.db import apart
from fieldapp.evidence import actions as evidence
from fieldapp.evidence.models import Original
from fieldapp.evidence.originals import FolderStore, is_key
from fieldapp.office.finding import Finding, Progress, guarded
from fieldapp.problems.models import ClosureRequest
from fieldapp.publishing.models import EditionPhoto
from fieldapp.visits.models import TapRow
from fieldapp.visits.quarantine_models import Quarantined

KIND = "照片"
UNDER_WAY_MS = 3600 * 1000  # an upload younger than this may still come to its end


def findings(session: Session, progress: Progress) -> Iterator[Finding]:
    """A photo that a tap names must be there, unchanged. One that no tap names was never acknowledged."""
    store, named = _store(), all_named(session)
    rows = {row.sha256: row.size for row in session.scalars(sa.select(Original))}
    for n, (sha256, size) in enumerate(sorted(rows.items())):
        progress("核对照片", n, len(rows))
        why = "登记的不是一张照片的指纹"
        yield from guarded(KIND, sha256, why, _stored, store, sha256, size, sha256 in named)
    for sha256 in sorted(named - rows.keys()):
        yield Finding(KIND, f"{sha256}：有记录提到它，它的登记不见了")
    for path in store.damaged():
        yield Finding(KIND, f"{path.name}：字节变过，挪到了一边")
    yield from _left(store, named)


def _stored(store: FolderStore, sha256: str, size: int, is_named: bool) -> Iterator[Finding]:
    if not store.exists(sha256):
        if is_named:
            yield Finding(KIND, f"{sha256}：文件不见了")
    elif store.path(sha256).stat().st_size != size or not store.is_intact(sha256):
        yield Finding(KIND, f"{sha256}：文件不是当时收下的那个")


def _left(store: FolderStore, named: set[str]) -> Iterator[Finding]:
    orphans = sum(store.is_older(sha256, _before()) for sha256 in set(store.keys()) - named)
    if orphans:
        yield Finding(KIND, f"有 {orphans} 张没有对应的记录（上传到一半断了？）", is_note=True)
    parts = len(store.leftovers(_before()))
    if parts:
        yield Finding(KIND, f"有 {parts} 个传了一半的文件，fieldapp check --sweep 可以清掉", is_note=True)


def sweep() -> Iterator[str]:
    """Delete half files and set aside what no tap names; nothing of the last hour."""
    before = _before()
    yield f"清掉传了一半的文件 {evidence.sweep(before)} 个"
    with apart() as session:
        known = set(session.scalars(sa.select(Original.sha256))) | set(_store().keys())
        orphans = sorted(each for each in known - all_named(session) if is_key(each))
    old = [sha256 for sha256 in orphans if _store().is_older(sha256, before)]
    moved = sum(evidence.set_aside(sha256, before=before) for sha256 in old)
    yield f"没有对应记录的照片挪到一边 {moved} 张（photos/.aside-…）"


def _store() -> FolderStore:
    store: FolderStore = current_app.extensions["originals"]
    return store


def _before() -> int:
    return clock.now() - UNDER_WAY_MS


def all_named(session: Session) -> set[str]:
    """By a tap or one in quarantine, a request's or a signer's page, a verification, an edition."""
    columns = (
        TapRow.file_sha256,
        Quarantined.file_sha256,
        ClosureRequest.page_sha256,
        PaperSignature.page_sha256,
        EditionPhoto.sha256,
    )
    found = {
        str(each) for column in columns for each in session.scalars(sa.select(column).distinct()) if each
    }
    return found.union(*session.scalars(sa.select(Verification.photos)))
