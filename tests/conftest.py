"""The world of the tests: a real database per test, the story loaded once, clients that read every page they fetch."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, settings

from fieldapp import clock, ids
from fieldapp.access import actions as access
from fieldapp.access.models import Account
from fieldapp.app import create_app
from fieldapp.config import Settings
from fieldapp.db import apart, db
from fieldapp.schema import upgrade
from tests import databases
from tests import story as stories
from tests.clients import LintingClient

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

settings.register_profile(
    "fieldapp",
    deadline=None,  # a loaded machine is no fault of the rule under test
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("fieldapp")


def pytest_configure(config: pytest.Config) -> None:
    """The controller starts one PostgreSQL cluster for all workers."""
    if databases.KIND == "postgres" and not hasattr(config, "workerinput"):
        config.stash[_CLUSTER] = databases.cluster()
        try:
            config.stash[_ADDRESS] = config.stash[_CLUSTER].__enter__()
        except databases.NoServer as missing:
            pytest.exit(
                f"nothing was tested on PostgreSQL: {missing}", returncode=1 if databases.is_ci() else 0
            )


def pytest_configure_node(node: Any) -> None:
    """xdist: tell a worker where the cluster is."""
    node.workerinput["cluster"] = node.config.stash.get(_ADDRESS, "")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the cluster that this process started."""
    if _CLUSTER in config.stash:
        config.stash[_CLUSTER].__exit__(None, None, None)


_CLUSTER: pytest.StashKey[Any] = pytest.StashKey()
_ADDRESS: pytest.StashKey[str] = pytest.StashKey()


class Factory:
    """Makes databases that are copies of a template."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder, self.address = folder, address
        self.apps: dict[str, tuple[Flask, dict[str, Any], dict[str, Any]]] = {}

    def settings(self, data: Path, name: str) -> Settings:
        """Settings of a test app with a data folder and database of its own."""
        data.mkdir(parents=True, exist_ok=True)
        where = databases.url(self.address, name) if self.address else f"sqlite:///{data / 'fieldapp.sqlite'}"
        return Settings(
            data=data, database_url=where, https=False, testing=True, clock="", max_photo=25 * 1024 * 1024
        )

    def template(self, name: str, fill: Callable[[Flask], None]) -> str:
        """A migrated database filled once; its name."""
        full = f"{name}_{uuid4().hex[:12]}"
        if self.address:
            databases.execute(self.address, f'CREATE DATABASE "{full}"')
        app = create_app(self.settings(self.folder / full, full))
        with app.app_context():
            upgrade()
        fill(app)
        close(app)
        return full

    @contextmanager
    def copy(self, template: str, data: Path) -> Iterator[Flask]:
        """A new app on a copy of a template."""
        name = f"t_{uuid4().hex}"
        with self._laid(template, data, name):
            app = create_app(self.settings(data, name))
            yield app
            close(app)

    @contextmanager
    def afresh(self, template: str) -> Iterator[Flask]:
        """The worker's one app on a fresh copy of a template: making an app, which compiles every route, costs a test
        several times what the copy does."""
        name = f"now_{template}"
        with self._laid(template, self.folder / name, name):
            if template not in self.apps:
                app = create_app(self.settings(self.folder / name, name))
                self.apps[template] = app, dict(app.config), dict(app.extensions)
            app, config, extensions = self.apps[template]
            app.config.update(config)  # a test may have changed a limit
            app.extensions.update(extensions)
            yield app
            close(app)

    @contextmanager
    def _laid(self, template: str, data: Path, name: str) -> Iterator[None]:
        shutil.copytree(self.folder / template, data)
        if self.address:
            databases.execute(
                self.address, f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY'
            )
        try:
            yield
        finally:
            shutil.rmtree(data)
            if self.address:
                databases.execute(self.address, f'DROP DATABASE "{name}" WITH (FORCE)')


def close(app: Flask) -> None:
    """Give back every connection, so that files and databases can go."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def factory(request: pytest.FixtureRequest) -> Iterator[Factory]:
    """This worker's databases."""
    worker = getattr(request.config, "workerinput", None)
    address = worker["cluster"] if worker else request.config.stash.get(_ADDRESS, "")
    with tempfile.TemporaryDirectory(prefix="fieldapp-tests-", dir=databases.quick_place()) as folder:
        yield Factory(Path(folder), address)


@pytest.fixture(scope="session")
def empty_template(factory: Factory) -> str:
    """Migrated, with no row in it."""
    return factory.template("empty", lambda app: None)


@pytest.fixture(scope="session")
def story_template(factory: Factory) -> str:
    """The demo, loaded today."""
    return factory.template("story", stories.load)


@pytest.fixture(scope="session")
def full_template(factory: Factory) -> str:
    """The story, with a row in every table that may only grow."""
    from tests.full import fill

    return factory.template("full", fill)


@pytest.fixture
def app(factory: Factory, empty_template: str) -> Iterator[Flask]:
    """An app on an empty database."""
    with factory.afresh(empty_template) as made:
        yield made


@pytest.fixture
def story(factory: Factory, story_template: str) -> Iterator[stories.Story]:
    """An app that holds the story."""
    with factory.afresh(story_template) as made:
        yield stories.Story(made)


@pytest.fixture
def as_(story: stories.Story) -> Callable[[str], LintingClient]:
    """`as_("clerk")`: a client that is logged in; its every page is linted. The login itself is tests/access'."""

    def log_in(username: str, phone: bool = True) -> LintingClient:
        with story.app.app_context(), apart(writes=True) as session:
            account = session.scalars(sa.select(Account).where(Account.username == username)).one()
            token = access.start_login(account, phone=phone, at=clock.now(), session=session)
        client = LintingClient(story.app, story.app.response_class)
        client.set_cookie("login", token, domain="localhost")
        return client

    return log_in


@pytest.fixture(scope="session")
def playwright() -> "Iterator[Playwright]":
    """The one driver of browsers that a process can have."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        yield started


@pytest.fixture(autouse=True)
def _time_and_chance_are_back() -> Iterator[None]:
    """No test leaves a moved clock or a seeded generator behind."""
    yield
    clock.set_source(None)
    ids.set_source(None)
