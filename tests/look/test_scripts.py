"""The scripts a phone gets are what the sources say, run on Chromium 75 and stay small; so does a page as a whole."""

import gzip
import importlib.util
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import esprima
import pytest
from flask import Flask

from tests.clients import LintingClient
from tests.story import Story
from tests.web.test_packing import ASKING, begun

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "static"
SCRIPTS = sorted((STATIC / "js").rglob("*.js"))
BUILT = [path for path in SCRIPTS if path.parent == STATIC / "js"]
WRITTEN = [path for path in SCRIPTS if path not in BUILT]
NEW_SYNTAX = re.compile(r"for\s+await|async\s+function\s*\*|catch\s*\{")
NEW_CALL = re.compile(
    r"requestSubmit|randomUUID|replaceChildren|\.replaceAll\(|\.at\(|structuredClone|allSettled|\.submitter"
    r"|\.flatMap\(|matchAll\(/|\.arrayBuffer\(\)\.|Promise\.any|globalThis|\.hasOwn\("
)


@pytest.fixture(scope="module")
def builder() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_static", ROOT / "scripts" / "build_static.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_built_style_is_not_stale(builder: ModuleType) -> None:
    first = builder.first_line(builder.css_sources())
    assert builder.CSS.read_text("utf-8").startswith(first), "run make build"


def test_built_scripts_are_not_stale(builder: ModuleType) -> None:
    """Each folder of parts has its script, made of what lies there now; and no script is left without its parts."""
    assert sorted(builder.scripts()) == BUILT
    for built, sources in builder.scripts().items():
        assert built.read_text("utf-8").startswith(builder.first_line(sources)), (
            f"{built.name}: run make build"
        )


def _no_newer(node: Any, _where: Any) -> Any:
    """The parser lets pass one thing of 2018."""
    spread = ("SpreadElement", "RestElement")
    is_object = node.type in ("ObjectExpression", "ObjectPattern")
    assert not (is_object and any(each.type in spread for each in node.properties)), "newer than ES2017"
    return node


def is_es2017(text: str) -> None:
    """Raise on what Chromium 75 or a WebView of its time cannot read or call."""
    for token in esprima.parseScript(text, {"tokens": True}, _no_newer).tokens:
        assert token.value not in ("?.", "??", "??=", "||=", "&&=", "#")
    bare = re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.S)
    assert not NEW_SYNTAX.search(bare), "newer than ES2017"
    assert not NEW_CALL.search(bare), "not in Chromium 75"


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_script_is_es2017(path: Path) -> None:
    is_es2017(path.read_text("utf-8"))


def test_service_worker_is_es2017(app: Flask) -> None:
    """As it is served, with the addresses in it."""
    is_es2017(app.test_client().get("/sw.js").get_data(as_text=True))


@pytest.mark.parametrize(
    "text",
    [
        "a?.b",
        "a ?? b",
        "({...a})",
        "try { a() } catch { b() }",
        "crypto.randomUUID()",
        "form.requestSubmit()",
    ],
)
def test_the_check_of_the_scripts_finds(text: str) -> None:
    with pytest.raises((AssertionError, esprima.Error)):
        is_es2017(text)


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
def test_a_script_is_one_short_behaviour(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 80


def parts(client: LintingClient, address: str) -> dict[str, int]:
    """Bytes on the line of a page and of what a phone that was never here loads with it."""
    html = client.get(address).get_data(as_text=True)
    asked = re.findall(r'<(?:script|link|img)\b[^>]*(?:src|href)="(/static/[^"]+)"', html)
    return {part: len(client.get(part, headers=ASKING).get_data()) for part in (address, *asked)}


def script_sizes(found: dict[str, int]) -> dict[str, int]:
    return {part.partition("?")[0].rpartition("/")[2]: size for part, size in found.items() if ".js?" in part}


@pytest.fixture
def visit(story: Story, as_: Callable[[str], LintingClient]) -> str:
    """Of today, begun by inspector1."""
    return begun(story, as_("inspector1"))


@pytest.mark.parametrize("screen", ["", "/all", "/note", "/checks", "/handin"])
def test_a_cold_page_of_a_visit_stays_small(
    visit: str, as_: Callable[[str], LintingClient], capsys: pytest.CaptureFixture[str], screen: str
) -> None:
    found = parts(as_("inspector1"), f"/n/{visit}{screen}")
    whole = sum(found.values())
    with capsys.disabled():
        print(f" …{screen}: {whole} bytes in {len(found)} requests", end=" ")
    assert whole <= 48_000
    scripts_stay_small(found)


@pytest.mark.parametrize("address", ["/n/", "/n/new", "/outbox", "/me", "/login"])
def test_the_scripts_of_a_phone_s_page_stay_small(as_: Callable[[str], LintingClient], address: str) -> None:
    scripts_stay_small(parts(as_("inspector1"), address))


def scripts_stay_small(found: dict[str, int]) -> None:
    """With htmx 26 kB; what a phone loads with every page of our own 10 kB."""
    sizes = script_sizes(found)
    assert sum(sizes.values()) <= 26_000, sizes
    assert max(sizes.pop(name, 0) for name in ("phone.js", "app.js")) <= 10_000, sizes


def test_style_stays_small(builder: ModuleType) -> None:
    assert len(gzip.compress(builder.CSS.read_bytes(), 9)) <= 16_000
