"""A small piece of `make soak`: what the random machine makes of some visits, from a seed of today."""

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from tests.faults.machine import Machine
from tests.faults.server import ROOT, Server, newer_tree
from tests.faults.snapshots import snapshot

pytestmark = pytest.mark.browser
VISITS = 10


@pytest.mark.timeout(400)
def test_ten_visits_of_the_random_machine(server: Server, playwright: Playwright, tmp_path: Path) -> None:
    seed = datetime.now(UTC).toordinal()
    print(f"seed {seed}")  # shown when it fails
    trees = (ROOT, newer_tree(tmp_path / "newer"))
    machine = Machine(
        server.start(), playwright, tmp_path, random.Random(seed), trees, list(snapshot(0)[:-16])
    )
    sums = machine.run(VISITS)
    assert sums.made > 5 * VISITS
    assert sums.on_server == sums.made
    server.is_sound()
