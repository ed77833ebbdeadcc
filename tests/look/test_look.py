"""What a phone gets looks the same on Chromium 75, keeps to the content policy, and needs nobody else's server."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "static"
CSS, HTMX = STATIC / "css" / "app.css", STATIC / "vendor" / "htmx-2.0.4" / "htmx.min.js"
# What goes into an evidence package is no page of the app; tests/packages looks at it.
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*.html") if "enclosed" not in path.parts)
NEW_SELECTOR = re.compile(
    r":(is|where|has)\(|:not\([^)]*[,\s>+~]"
)  # a list in :not() voids the whole rule there
NEW_PROPERTY = re.compile(r"inset|aspect-ratio|accent-color")
NEW_VALUE = re.compile(r"(?<![\w-])(color-mix|min|max|clamp|oklch|lab)\(|\d[sld]v[hw]\b")
GAP = re.compile(r"(column-|row-)?gap$")
OWN_HOSTS = {"http://www.w3.org/2000/svg"}  # a name, not an address


def rules(css: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Selector and declarations of each rule, those inside @media and @supports too."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", css):
        pairs = (part.split(":", 1) for part in re.split(r";(?![^(]*\))", body) if ":" in part)
        yield selector.strip(), {name.strip().lower(): value.strip() for name, value in pairs}


def too_new(css: str) -> list[str]:
    """What Chromium 75 would ignore, with its selector."""
    found = re.findall(r"@(?:layer|container|property)\b", css)
    for selector, declared in rules(css):
        is_grid = "grid" in declared.get("display", "")
        found += [selector] if NEW_SELECTOR.search(selector) else []
        found += [f"{selector}: {name}" for name in declared if NEW_PROPERTY.match(name)]
        found += [f"{selector}: {name}" for name in declared if GAP.match(name) and not is_grid]
        found += [f"{selector}: {value}" for value in declared.values() if NEW_VALUE.search(value)]
    return found


def test_style_has_nothing_chromium_75_lacks() -> None:
    assert not too_new(CSS.read_text("utf-8"))


@pytest.mark.parametrize(
    "css",
    [
        ".a{display:flex;gap:1rem}",
        ".a{row-gap:1rem}",
        "@media print{.a:has(b){color:red}}",
        ".a:not(.b,.c){color:red}",
        ".a{width:min(1px,2px)}",
        ".a{inset:0}",
        "@layer x{.a{color:red}}",
        ".a{height:100dvh}",
    ],
)
def test_the_check_of_the_style_finds(css: str) -> None:
    assert too_new(css)


@pytest.mark.parametrize("css", [".a{display:grid;gap:1px}", ".a{grid-gap:1px;width:minmax(1px,2px)}"])
def test_the_check_of_the_style_lets_pass(css: str) -> None:
    assert not too_new(css)


def test_a_drawn_mark_is_no_part_of_a_name() -> None:
    """A reader says what :before draws (✓否), unless its element is hidden from readers or is the field itself."""
    for selector, declared in rules(CSS.read_text("utf-8")):
        drawn = declared.get("content", "").strip("\"'")
        is_foot = "@bottom" in selector  # of a printed page
        if (
            drawn and not is_foot and not drawn.startswith("counter(")
        ):  # a list's own number is meant to be read
            for each in selector.split(","):
                assert re.search(r"(\bi|input:checked):before$", each.strip()), selector
    for path in TEMPLATES:
        for attributes in re.findall(r"<i([^>]*)></i>", path.read_text("utf-8")):
            assert 'aria-hidden="true"' in attributes, path


def test_style_loads_nothing() -> None:
    css = CSS.read_text("utf-8")
    assert not re.findall(r"@import|@font-face|data:", css)
    assert not re.findall(r"url\([^)]*\)", css)


def test_htmx_is_the_last_version_old_phones_can_read() -> None:
    assert 'version:"2.0.4"' in HTMX.read_text("utf-8")
    assert (HTMX.parent / "LICENSE").exists()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_template_keeps_to_the_content_policy(path: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.S)
    assert not re.search(r"\sstyle\s*=", text), "style attribute"
    assert not re.search(r"<style\b", text)
    assert not re.search(r"\s(on[a-z]+|hx-on[:\w-]*|hx-vals\s*=\s*[\"']js)\s*=", text), (
        "script in an attribute"
    )
    assert not re.search(r"(javascript|data):[^\"']*[;,(]", text)
    for tag, body in re.findall(r"<script\b([^>]*)>(.*?)</script>", text, flags=re.S):
        assert "src=" in tag, "inline script"
        assert not body.strip(), "inline script"


@pytest.mark.parametrize(
    "path", sorted((ROOT / "templates" / "visits").glob("_*.html")), ids=lambda path: path.name
)
def test_what_a_phone_requires_has_a_sentence_of_its_own(path: Path) -> None:
    text = path.read_text("utf-8")
    asks = re.search(r"<(input|select|textarea)[^>]*\srequired\b|required=", text)
    assert not asks or "data-missing" in text


def test_nothing_comes_from_a_foreign_host() -> None:
    kinds = ("*.css", "*.js", "*.svg", "*.scss")
    files = [*TEMPLATES, *(path for kind in kinds for path in STATIC.rglob(kind))]
    for path in files:
        text = path.read_text("utf-8")
        addresses = set(re.findall(r"https?://[^\s\"'<>)]+", text)) - OWN_HOSTS
        assert not addresses, path
        assert not re.findall(r"(?:src|href|action)\s*=\s*[\"']//", text), path


def test_lock_names_no_registry() -> None:
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text("utf-8")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_every_icon_is_drawn(path: Path) -> None:
    drawings = set(
        re.findall(r"^  '(\w+)': '<", (ROOT / "templates/ui/icon.html").read_text("utf-8"), flags=re.M)
    )
    asked = set(re.findall(r"\bicon\('(\w+)'\)", path.read_text("utf-8")))
    assert asked <= drawings


def classes_of(template: str) -> set[str]:
    """The names written out in class attributes; those that Jinja composes are left out."""
    bare = re.sub(r"\{[%{#].*?[%}#]\}", "\0", template, flags=re.S)
    names = " ".join(re.findall(r'\bclass="([^"]*)"', bare)).split(" ")
    return {name for name in names if name and "\0" not in name}


def test_every_class_is_styled() -> None:
    styled = set(re.findall(r"\.([a-zA-Z][\w-]*)", CSS.read_text("utf-8")))
    unknown = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in TEMPLATES
        for name in classes_of(path.read_text("utf-8")) - styled
    }
    assert not unknown
