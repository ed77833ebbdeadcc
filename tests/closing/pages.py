"""The closing over HTTP, as browsers without script send it."""

import io
from typing import Any

from PIL import Image
from werkzeug.test import TestResponse

from fieldapp import clock
from tests.clients import LintingClient
from tests.closing import steps
from tests.pages import changed, fields_of
from tests.story import PASSWORD, Story

ENOUGH = "告知单要贴在窗口上，不要只放在抽屉里"


def address(story: Story, number: str = steps.STORY) -> str:
    """Of what is made of a problem's request."""
    return f"/problems/{steps.problem_id(story, number)}/closure"


def fill(client: LintingClient, page: str, action: str, **typed: Any) -> TestResponse:
    """A form of a page as it stands, some fields typed over."""
    return client.post(action, data=changed(fields_of(client.get(page).text, action), **typed))


def opines(
    story: Story, client: LintingClient, opinion: str, number: str = steps.STORY, **typed: Any
) -> TestResponse:
    """The office's opinion, from its page."""
    here = address(story, number)
    page = client.get(here).text
    action = next(part.split('"')[0] for part in page.split('action="')[1:] if part.startswith(here))
    return client.post(action, data=changed(fields_of(page, action), opinion=opinion, **typed))


def token(story: Story, body: str, number: str = steps.STORY) -> str:
    """A line of the batch."""
    return f"{steps.problem_id(story, number)}:{body}:{steps.closing(story, number).fingerprint}"


def signs(story: Story, client: LintingClient, body: str, password: str = PASSWORD) -> TestResponse:
    """Ticks one line and signs."""
    return client.post("/signing", data={"ticked": token(story, body), "password": password})


def photo(colour: str = "white") -> tuple[io.BytesIO, str]:
    """A small JPEG, for a file field."""
    stream = io.BytesIO()
    Image.new("RGB", (60, 80), colour).save(stream, "JPEG")
    stream.seek(0)
    return stream, "page.jpg"


def in_june() -> Any:
    """The story's clock, the day after the visit."""
    return clock.moved_to(steps.CHECKED)
