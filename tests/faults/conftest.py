"""The frame of `make faults`: real servers, a line that breaks, phones with and without a screen, the final check."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Playwright

from tests.conftest import Factory
from tests.faults.ledger import Ledger
from tests.faults.phone import Phone
from tests.faults.proxy import Proxy
from tests.faults.sender import Sender
from tests.faults.server import Server, World, copy_of, lay
from tests.faults.taps import Hands

MakeSender = Callable[..., Sender]
MakeHands = Callable[..., Hands]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever lies in this folder is a fault."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.faults)


@pytest.fixture(scope="session")
def world(factory: Factory, tmp_path_factory: pytest.TempPathFactory) -> World:
    """The demo, laid once."""
    return lay(tmp_path_factory.mktemp("world"), factory.address)


@pytest.fixture(scope="session")
def shared(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server for faults that leave it as it was; each test makes visits of its own on it."""
    with copy_of(world, tmp_path_factory.mktemp("shared") / "data") as server:
        yield server.start()


@pytest.fixture
def server(world: World, tmp_path: Path) -> Iterator[Server]:
    """One of the test's own, not yet started."""
    with copy_of(world, tmp_path / "data") as made:
        yield made


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def line(shared: Server) -> Iterator[Proxy]:
    """The line to the shared server."""
    proxy = Proxy(shared.port)
    yield proxy
    proxy.close()


_numbers = count(1)


@pytest.fixture
def phone_of(world: World, ledger: Ledger) -> Iterator[MakeSender]:
    """`phone_of(port, "inspector1", begin=True)`: a logged-in phone without a screen, in a visit of its own unless one
    is named."""
    with ExitStack() as stack:

        def make(port: int, username: str = "inspector1", *, begin: bool = True, **more: Any) -> Sender:
            device = f"fault{next(_numbers)}"
            sender = Sender(port, str(world.people[username]), ledger, cookies={"device": device}, **more)
            stack.callback(sender.hang_up)
            sender.log_in(username)
            if begin:
                assert sender.send(sender.begin(**world.place)).receipt[0]
            return sender

        yield make


@pytest.fixture
def phones(playwright: Playwright, tmp_path: Path) -> Iterator[Callable[..., Phone]]:
    """`phones(url, script=True)`: a phone with an empty profile; its browser ends with the test."""
    made: list[Phone] = []

    def make(url: str, **more: Any) -> Phone:
        made.append(Phone(playwright, tmp_path / f"profile{len(made)}", url, **more))
        return made[-1]

    yield make
    for phone in made:
        phone.kill()


@pytest.fixture
def hands_of(phones: Callable[..., Phone], world: World, ledger: Ledger) -> MakeHands:
    """`hands_of(url, "inspector1", begin=True)`: somebody with a phone, logged in and in a visit of his own."""

    def make(url: str, username: str = "inspector1", *, begin: bool = True, **more: Any) -> Hands:
        made = Hands(phones(url, **more), ledger, str(world.people[username]), username).log_in()
        return made.begin(world.place) if begin else made

    return make
