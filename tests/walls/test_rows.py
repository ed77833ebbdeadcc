"""Wall 3: every ORM read is narrowed to its viewer; Core stands only where the house lists it."""

import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from fieldapp.access import visibility
from fieldapp.access.models import RoleGrant
from fieldapp.db import acting, db
from fieldapp.problems.models import Measure, MeasureReport, Problem
from fieldapp.visits.models import Plan, TapRow, Visit
from tests.story import ROLES

CORE = re.compile(r"__table__|\bbare\(|exec_driver_sql|sa\.text\(|text\(\"")
# Files that may speak Core, each with why it cannot show a row to the wrong person.
CORE_FILES = {
    "db.py": "the pragmas and the helper itself",
    "history.py": "appends and reads its own stream as system",
    "office/triggers.py": "reads the schema",
    "office/postgres.py": "makes and drops the database in which a dump is tried",
    "office/snapshots.py": "a lock, before a backup's moment is frozen",
    "office/reopening.py": "SQLite's own look at a copied file",
    "heads.py": "numbers and hashes of what was written, never shown",
    "access/actions.py": "attempts and logins, counted before anybody is known",
    "evidence/actions.py": "inserts an original's row",
    "visits/taps.py": "the door: keeps first and judges later",
    "visits/plans.py": "the only door to the secret table: asks for the knower itself",
    "visits/joining.py": "inserts as system",
    "visits/parking.py": "inserts a decision as system",
    "visits/plan_queries.py": "a subquery of ids inside a narrowed select",
}


def test_a_session_without_a_viewer_reads_nothing(app) -> None:
    with app.app_context(), pytest.raises(visibility.NoViewer):
        db.session.scalars(sa.select(Problem)).all()


def test_every_model_says_who_sees_it() -> None:
    for model in visibility.scoped_models():
        assert callable(getattr(model, "visible_to", None)), model.__tablename__


def test_core_stands_only_in_the_listed_files() -> None:
    root = Path(visibility.__file__).parents[1]
    found = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        if CORE.search(path.read_text()) and not path.name.endswith("models.py")
    }
    assert found - {"access/visibility.py", "demo/load.py"} <= CORE_FILES.keys()


def _seen(story, username: str, model: type) -> int:
    viewer = story.viewer(username)
    with story.app.app_context(), acting(viewer, writes=False) as session:
        return session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


@pytest.mark.parametrize(
    ("username", "problems", "visits"),
    [
        ("clerk", 6, 1),
        ("head", 6, 1),
        ("inspector1", 0, 1),  # another team's problems; his own visit
        ("leader1", 0, 1),
        ("origin3", 6, 0),  # found them; was not there
        ("unit", 5, 0),  # not the draft
        ("leadership", 5, 0),
        ("city", 5, 0),
        ("admin", 0, 0),
        ("clerk2", 0, 0),
        ("unit2", 0, 0),
    ],
)
def test_rows_by_role(story, username: str, problems: int, visits: int) -> None:
    assert (_seen(story, username, Problem), _seen(story, username, Visit)) == (problems, visits)


@pytest.mark.parametrize(
    ("username", "reports"),
    [
        ("clerk", 2),
        ("inspector1", 0),  # what a unit says of another team's problem is in his frozen briefing or nowhere
        ("leader1", 0),
        ("origin3", 2),
        ("unit", 2),
        ("leadership", 2),
        ("city", 0),  # number, unit, state and day of a problem, no word of it
        ("admin", 0),
        ("clerk2", 0),
        ("unit2", 0),
    ],
)
def test_what_a_unit_said_by_role(story, as_, username: str, reports: int) -> None:
    problem = story.row(Problem, Problem.number == "示例-02")
    as_("unit").post(f"/problems/{problem}/measures", data={"text": "设导办台"})
    measure = story.row(Measure, Measure.text == "设导办台")
    for progress in ("排了人", "到岗了"):
        as_("unit").post(f"/measures/{measure}", data={"progress": progress})
    assert _seen(story, username, MeasureReport) == reports


@pytest.mark.parametrize(
    ("username", "grants"), [("clerk", 6), ("head", 6), ("admin", 6), ("leader1", 0), ("unit", 1)]
)
def test_who_holds_a_role_is_the_offices_and_the_administrators_to_read(
    story, username: str, grants: int
) -> None:
    assert _seen(story, username, RoleGrant) == grants


@pytest.mark.parametrize("username", ["clerk", "head", "inspector1", "unit", "admin"])
def test_nobody_selects_a_plan(story, username: str) -> None:
    assert _seen(story, username, Plan) == 0


def test_the_hook_reaches_lazy_loads_and_get(story) -> None:
    viewer = story.viewer("unit2")
    problem = story.row(Problem)
    with story.app.app_context(), acting(viewer, writes=False) as session:
        assert session.get(Problem, problem) is None
        assert session.scalars(sa.select(Measure)).all() == []
        assert session.scalars(sa.select(TapRow)).all() == []
        assert session.execute(sa.update(Problem).values(text="x")).rowcount == 0


@pytest.mark.parametrize("username", ROLES)
def test_the_wall_is_one_option_and_says_what_its_parts_say(story, username: str) -> None:
    wall = visibility.Wall(story.viewer(username))
    for model in visibility.scoped_models():
        one, many = (sa.select(model).options(*each).compile() for each in ([wall], wall.parts))
        assert str(one) == str(many), model
        assert list(one.params.values()) == list(many.params.values()), model


def test_viewers_of_one_shape_keep_their_own_values(story) -> None:
    unit, unit2, clerk = (visibility.Wall(story.viewer(name)) for name in ("unit", "unit2", "clerk"))
    keys = [sa.select(Problem).options(wall)._generate_cache_key() for wall in (unit, unit2, clerk)]
    assert keys[0].key == keys[1].key != keys[2].key
    assert [each.value for each in keys[0].bindparams] != [each.value for each in keys[1].bindparams]
