"""Bad input in the forms of an edition, a finding, a unit's answer and the problem that becomes of it."""

from typing import Any

import pytest

from tests.pages import posting
from tests.story import Story
from tests.walls.further import FORMS, TEXT
from tests.walls.test_bad_input import endpoint_of, tried


@pytest.mark.parametrize(("endpoint", "username"), FORMS)
def test_filled_in_badly_it_is_told_beside_the_field(
    story: Story, as_: Any, endpoint: str, username: str
) -> None:
    page = FORMS[endpoint, username](story, as_)
    client = as_(username)
    forms = [each for each in posting(client.get(page).text, page) if endpoint_of(story, each) == endpoint]
    assert len(forms) == 1
    assert tried(story, client, {(endpoint,): forms[0]}) == []


@pytest.mark.parametrize(("endpoint", "username"), FORMS)
def test_shown_again_after_a_login_it_is_not_carried_out(
    story: Story, as_: Any, endpoint: str, username: str
) -> None:
    page = FORMS[endpoint, username](story, as_)
    client = as_(username)
    (form,) = (each for each in posting(client.get(page).text, page) if endpoint_of(story, each) == endpoint)
    sent = {**form.sent(), "text": [TEXT], "agrees": ["yes"], "letter": ["1 号"], "_again": ["1"]}
    assert client.post(form.action, data=sent).status_code == 200
