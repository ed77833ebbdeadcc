from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from fieldapp.evidence.models import Original

SHA256 = "ab" * 32


@pytest.fixture
def session() -> Iterator[Session]:
    engine = sa.create_engine("sqlite://")
    Original.metadata.create_all(engine, tables=[Original.metadata.tables["originals"]])
    with Session(engine) as session:
        session.info["viewer"] = SimpleNamespace(is_system=True)
        yield session


def row(**changes: object) -> dict[str, object]:
    return {"sha256": SHA256, "size": 10, "format": "jpeg", "received_at": 1_529_457_430_000, **changes}


def test_a_new_original_is_neither_good_nor_bad(session: Session) -> None:
    session.execute(sa.insert(Original.__table__).values(row()))
    assert session.execute(sa.select(Original.__table__.c.undecodable)).scalar_one() is None


@pytest.mark.parametrize("changes", [{"sha256": "ab"}, {"size": 0}, {"format": "gif"}, {"format": None}])
def test_the_table_refuses_what_the_store_would(session: Session, changes: dict[str, object]) -> None:
    with pytest.raises(sa.exc.IntegrityError):
        session.execute(sa.insert(Original.__table__).values(row(**changes)))


def test_nobody_reads_originals_by_themselves(session: Session) -> None:
    session.execute(sa.insert(Original.__table__).values(row()))
    seen = sa.select(Original.__table__).where(Original.visible_to(SimpleNamespace(is_system=False)))
    assert session.execute(seen).all() == []
