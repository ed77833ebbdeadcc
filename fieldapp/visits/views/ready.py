"""GET /n/ready: the pages that a phone needs where there is no network, in one answer.

The answer is lines of JSON, compressed, each usable as soon as it has come: first what there is, by group, then pages.
A phone says what it has; a line cut off costs that line only; after so many bytes an answer ends and the phone asks on.
"""

import json
import zlib
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from flask import Response, get_template_attribute, request

from fieldapp import clock
from fieldapp.access import sessions
from fieldapp.visits.supposed import PLACEHOLDER
from fieldapp.visits.views import pages
from fieldapp.visits.views.ahead import Making, makings_of_today, page_of
from fieldapp.visits.views.phone import MAKE
from fieldapp.web.guard import needs
from fieldapp.web.ui import dated_text
from fieldapp.web.viewer import viewer

ENOUGH = 48 * 1024  # compressed bytes of one answer: some ten seconds on a slow line
FLUSHED = 24 * 1024  # plain bytes between points up to which a cut answer can be read
_SIGNS = {0xE000 + n: None for n in range(16)}  # no page of ours has them


@pages.get("/n/ready")
@needs(MAKE)
def make_ready() -> Any:
    """`have`: the versions that the phone has, each with `:n` where only the first n pages have come."""
    sessions.device()  # before the pages are made, which get no cookies
    have = dict(part.partition(":")[::2] for part in request.args.get("have", "").split(",") if part)
    made = makings_of_today()
    lines = lines_of(made, have, clock.today())
    packed = request.accept_encodings.find("gzip") >= 0
    body = b"".join(_packed(lines)) if packed else "".join(lines).encode()
    answer = Response(body, mimetype="application/x-ndjson")
    answer.headers["Vary"] = "Accept-Encoding"
    if packed:
        answer.headers["Content-Encoding"] = "gzip"
    return answer


def lines_of(made: Sequence[Making], have: dict[str, str], day: date) -> Iterator[str]:
    """`words` stand for what every form repeats; each page writes the sign `\ue000`, `\ue001`, … in their place."""
    words = _words()
    told = [each.told() for each in made]
    head = {
        "person": str(viewer().person_id),
        "date": day.isoformat(),
        "day": dated_text(day),
    }
    yield _line({**head, "words": words, "groups": told})
    for each, n in _in_order(made):
        known = have.get(each.group.version, "0")
        if known and n >= _number(known):
            html = page_of(each.group.pages[n], each).translate(_SIGNS)
            for place, word in enumerate(words):
                html = html.replace(word, chr(0xE000 + place))
            yield _line({"v": each.group.version, "n": n, "html": html})
    yield _line({"end": True})


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 5 else 0


def _in_order(made: Sequence[Making]) -> Iterator[tuple[Making, int]]:
    """Group by group; of the scenarios, whose pages are alike, each screen of all: so they pack best."""
    alike = [each for each in made if len(each.group.scenarios) == 1]
    for each in made:
        if len(each.group.scenarios) != 1:
            yield from ((each, n) for n in range(len(each.group.pages)))
    for n in range(max((len(each.group.pages) for each in alike), default=0)):
        yield from ((each, n) for each in alike if n < len(each.group.pages))


def _words() -> list[str]:
    """What the forms of all pages have alike."""
    fields = get_template_attribute("ui/visit.html", "device_fields")()
    return [
        str(fields).strip(),
        ' hx-target="#visit" hx-swap="outerHTML" hx-sync="this:queue all">\n<input type="hidden" name="kind" value="',
        f'<input type="hidden" name="person" value="{viewer().person_id}">',
        f'name="press" value="{PLACEHOLDER}',
        '" aria-pressed="false">',
        "</button><button ",
        '<form class="tap ask" method="post" action="',
        '</p>\n<div class="answers count-4" role="group" aria-label="',
    ]


def _line(said: dict[str, Any]) -> str:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")) + "\n"


def _packed(lines: Iterator[str]) -> Iterator[bytes]:
    packer, since, size = zlib.compressobj(9, wbits=31), 0, 0
    for line in lines:
        part = packer.compress(line.encode())
        since += len(line)
        if since > FLUSHED:
            part, since = part + packer.flush(zlib.Z_SYNC_FLUSH), 0
        size += len(part)
        yield part
        if size > ENOUGH:
            break
    yield packer.flush()
