"""Wall 4, further on: a request reviewed, signed and told, a finding answered. No foreign word appears."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import Factory
from tests.story import ROLES, Story
from tests.walls.test_canary import FOREIGN, NEIGHBOUR, crawl

ASKED = "三条措施都做了"  # what the unit wrote when it asked to close: tests/closing/steps.py
STAYS = ("照片看不清",)  # an objection
READS = {"leadership": (*NEIGHBOUR, "回访方案")}  # a reviewed visit, with who went
TOLD = {
    "inspector1": (ASKED, *STAYS),
    "leader1": (ASKED, *STAYS),
    "admin": (ASKED, *STAYS),
    "unit": STAYS,
    "city": (ASKED, *STAYS),
    "clerk2": (ASKED, *STAYS),
    "unit2": (ASKED, *STAYS),
}


@pytest.fixture
def story(factory: Factory, full_template: str) -> Iterator[Story]:
    with factory.afresh(full_template) as made:
        yield Story(made)


@pytest.mark.slow
@pytest.mark.parametrize("username", ROLES)
def test_no_foreign_word_appears_when_all_was_told(story: Story, as_: Any, username: str) -> None:
    markers = (*READS.get(username, FOREIGN[username]), *TOLD.get(username, ()))
    crawl(story, as_(username), username, markers, also_fragments=True)
