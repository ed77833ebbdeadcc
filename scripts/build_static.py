"""Build static/css/app.css from Sass and static/js/*.js from their parts. Needs Node; running the app does not.

Each file begins with a hash of what it was made from, so that a test without Node sees a stale one.
"""

import hashlib
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parent.parent
STATIC = ROOT / "static"
CSS, JS = STATIC / "css" / "app.css", STATIC / "js"
# one script for what every page does: one that breaks at its end has done what stands before
PRODUCTS = {
    "app": ("src", "forms"),
    "phone": ("src", "forms", "outbox", "visit"),  # in the place of app.js for whoever makes visits
    "outbox": ("outbox",),  # the worker's
    "refill": ("refill",),  # the worker's; a page's where there is none
    "waiting": ("listing", "reserve", "room", "waiting"),
    "today": ("listing", "reserve", "room", "today"),
    "pages": ("reserve", "pages"),  # the worker's
}
ALONE = "alone"  # each file of it is a script, for the few pages that ask for it


def css_sources() -> list[Path]:
    """Everything the style sheet depends on; the lock file fixes Bootstrap and Sass."""
    return [ROOT / "package-lock.json", *sorted((STATIC / "scss").glob("*.scss"))]


def scripts() -> dict[Path, list[Path]]:
    """Each built script with the behaviours in it, in the order of their names."""
    joined = {
        JS / f"{name}.js": [part for folder in folders for part in sorted((JS / folder).glob("*.js"))]
        for name, folders in PRODUCTS.items()
    }
    return joined | {JS / path.name: [path] for path in sorted((JS / ALONE).glob("*.js"))}


def stamp(sources: Iterable[Path]) -> str:
    """One hash over names and contents."""
    whole = hashlib.sha256()
    for path in sources:
        whole.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return whole.hexdigest()[:16]


def first_line(sources: Iterable[Path]) -> str:
    """What a built file begins with."""
    return f"/* {stamp(sources)} */\n"


def _run(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def _without_unused(css: str) -> str:
    """Bootstrap names a hundred colours; those that nothing asks for are a kilobyte on every phone's first page."""
    used = set(re.findall(r"var\((--[\w-]+)", css))
    kept = re.sub(r"(?<=[{;])(--[\w-]+):[^;}]*(;|(?=}))", lambda m: m[0] if m[1] in used else "", css)
    return css if kept == css else _without_unused(kept)  # what only the unused asked for is unused as well


def build_css() -> None:
    """Compile, write."""
    sass = ("node_modules/.bin/sass", "--style=compressed", "--no-source-map", "--no-charset", "--quiet")
    css = _run(*sass, "--load-path=node_modules", "static/scss/app.scss")
    css = _without_unused(css.strip().lstrip("\ufeff"))
    CSS.write_text(first_line(css_sources()) + css + "\n", "utf-8")


def build_js() -> None:
    """Concatenate and mangle: one small request, still one behaviour a file to read."""
    terser = (
        "node_modules/.bin/terser",
        "--ecma=2017",
        "--compress=passes=3,unsafe_arrows",
        "--mangle",
        "--",
    )
    for built, sources in scripts().items():
        script = _run(*terser, *(str(path.relative_to(ROOT)) for path in sources))
        built.write_text(first_line(sources) + script + "\n", "utf-8")


def install() -> None:
    """The locked packages, into node_modules."""
    _run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--omit=optional")


if __name__ == "__main__":
    install()
    build_js()
    if "--js-only" not in sys.argv:
        build_css()
