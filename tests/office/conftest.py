"""An office that makes backups."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Factory
from tests.office.backing import Office
from tests.story import Story


@pytest.fixture
def office(story: Story, factory: Factory, tmp_path: Path) -> Iterator[Office]:
    disk = tmp_path / "disk"
    disk.mkdir()
    made = Office(story, factory, disk)
    yield made
    made.drop()
