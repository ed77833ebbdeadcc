"""Wall 1: every endpoint declares who may use it, and a change of that shows in review as a change of one file."""

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from fieldapp.web import guard

LISTED = Path(__file__).with_name("routes.txt")


def declared(app: Flask) -> list[str]:
    lines = []
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        methods = ",".join(sorted(set(rule.methods or ()) - {"HEAD", "OPTIONS"}))
        access = (getattr(view, "open_because", "") and "open") or " ".join(
            each.value for each in view.access
        )
        lines.append(f"{rule.endpoint:<34} {methods:<9} {rule.rule:<62} {access}")
    return sorted(lines)


def test_every_route_and_its_permission_is_listed(app: Flask) -> None:
    assert declared(app) == LISTED.read_text().splitlines(), (
        "compare with tests/walls/routes.txt and review the change"
    )


def test_an_undeclared_endpoint_stops_the_start(app: Flask) -> None:
    app.view_functions["forgotten"] = lambda: "secret"
    with pytest.raises(RuntimeError, match="forgotten"):
        guard.refuse_undeclared(app)


def test_a_foreign_origin_is_refused(app: Flask) -> None:
    client = app.test_client()
    cross = client.post("/login", data={}, headers={"Sec-Fetch-Site": "cross-site"})
    assert cross.status_code == 403
    other = client.post("/login", data={}, headers={"Origin": "https://elsewhere.example"})
    assert other.status_code == 403
    own = client.post("/login", data={}, headers={"Origin": "http://localhost"})
    assert own.status_code == 422


def test_an_origin_of_another_scheme_is_foreign(app: Flask) -> None:
    client, plain, safe = app.test_client(), {"Origin": "http://localhost"}, {"Origin": "https://localhost"}
    assert client.post("/login", data={}, headers=safe).status_code == 403
    # behind a gateway that speaks https and may forget to say so
    app.extensions["settings"] = replace(app.extensions["settings"], https=True)
    assert client.post("/login", data={}, headers=safe).status_code == 422
    assert client.post("/login", data={}, headers=plain).status_code == 403


HOLD_NOTHING = ("static", "access.login", "outbox.worker", "outbox.mend", "outbox.pin", "phones.phone")


def test_nothing_but_login_is_shown_without_a_login(app: Flask) -> None:
    client = app.test_client()
    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods or rule.arguments or rule.endpoint in HOLD_NOTHING:
            continue
        answer = client.get(rule.rule)
        assert answer.status_code == 303, rule
        assert answer.location.startswith("/login"), rule
