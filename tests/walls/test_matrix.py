"""Every route x method x role x {own county, other county}, from the one table of permissions and the policy."""

import pytest
import sqlalchemy as sa

from fieldapp.access.models import Account
from fieldapp.access.policy import permissions_of
from fieldapp.db import apart
from fieldapp.web.guard import SAFE
from tests.story import ROLES
from tests.walls.things import addresses

FINE = {200, 302, 303, 409, 415, 422}


@pytest.mark.slow
@pytest.mark.parametrize("username", ROLES)
def test_routes_answer_as_the_table_says(story, as_, username: str) -> None:
    viewer = story.viewer(username)
    allowed = permissions_of(viewer.roles)
    other = "大竹县" if viewer.county_name == "开江县" else "开江县"
    client = as_(username)
    for rule in story.app.url_map.iter_rules():
        view = story.app.view_functions[rule.endpoint]
        if hasattr(view, "open_because") or rule.endpoint == "access.log_out":
            continue
        permitted = any(permission in allowed for permission in view.access)
        for method in sorted(set(rule.methods) & {"GET", "POST"}):
            for county in (viewer.county_name, other):
                for address in list(addresses(story, rule, county))[:3]:
                    sent = {} if method in SAFE else {"data": {}}
                    answer = client.open(address, method=method, **sent)
                    _check(
                        answer, permitted, county == other and bool(rule.arguments), rule, method, username
                    )
                    if answer.status_code in (302, 303):  # it may have ended this very login
                        _as_before(story)
                        client = as_(username)


def _as_before(story) -> None:
    """A request may have stopped an account or its password; the next one is asked in the state before."""
    with story.app.app_context(), apart(writes=True) as session:
        session.execute(sa.update(Account).values(must_change=False, disabled=False))


def _check(answer, permitted: bool, is_foreign: bool, rule, method: str, username: str) -> None:
    where = f"{method} {rule.rule} as {username}: {answer.status_code}"
    if not permitted:
        assert answer.status_code == 404, where
    elif is_foreign and rule.endpoint != "visits.tap" and rule.endpoint != "access.end_login":
        assert answer.status_code == 404, f"{where}: a thing of another county"
    else:
        assert answer.status_code in FINE | {404}, where
