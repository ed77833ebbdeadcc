"""Who may say by which host and scheme a phone came: a gateway that was counted, and nobody else."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from http.client import HTTPConnection, HTTPMessage
from typing import Any

import pytest
from flask import Flask, request
from waitress import wasyncore
from waitress.server import create_server

from fieldapp import config
from fieldapp.app import create_app
from fieldapp.serving import run
from fieldapp.web.guard import open_to_everyone

FORGED = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "1.2.3.4"}
GATEWAY = {"X-Forwarded-Host": "kj.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "10.9.9.9"}


def settings_of(app: Flask, **changed: Any) -> config.Settings:
    settings: config.Settings = app.extensions["settings"]
    return replace(settings, **changed)


@contextmanager
def listening(settings: config.Settings) -> Iterator[int]:
    """The app behind waitress as `fieldapp serve` has it; /seen says what it takes the request for."""
    app = create_app(settings)

    @app.get("/seen")
    @open_to_everyone("a test's own page")
    def seen() -> Any:
        return {"host": request.host, "scheme": request.scheme, "from": request.remote_addr}

    listener = socket.create_server(("127.0.0.1", 0))
    server = create_server(app, sockets=[listener], **run._bounds(app, 2))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        server.task_dispatcher.shutdown()
        with suppress(OSError):  # the loop may have closed all before it was woken for it
            server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map))
        thread.join(20)


def asked(
    port: int, headers: dict[str, str], path: str = "/seen", method: str = "GET"
) -> tuple[int, bytes, HTTPMessage]:
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request(method, path, headers={"Host": "own.example", **headers})
    answer = connection.getresponse()
    found = answer.status, answer.read(), answer.headers
    connection.close()
    return found


def test_without_the_setting_no_phone_says_how_it_came(app: Flask) -> None:
    with listening(settings_of(app)) as port:
        body = asked(port, FORGED)[1]
        assert b"evil" not in body
        assert b'"http"' in body
        assert b"1.2.3.4" not in body
        own = asked(port, {**FORGED, "Origin": "https://evil.example"}, "/login", "POST")
        assert own[0] == 403


def test_nor_does_the_app_believe_it_where_no_waitress_stands_in_front(app: Flask) -> None:
    made = create_app(settings_of(app))

    @made.get("/seen")
    @open_to_everyone("a test's own page")
    def seen() -> Any:
        return {"host": request.host, "scheme": request.scheme, "from": request.remote_addr}

    assert made.test_client().get("/seen", headers=FORGED).json == {
        "host": "localhost",
        "scheme": "http",
        "from": "127.0.0.1",
    }


def test_a_gateway_that_was_not_counted_is_not_believed_though_it_speaks_https(app: Flask) -> None:
    """FIELDAPP_HTTPS=1 alone: it must pass on the host as it came."""
    with listening(settings_of(app, https=True)) as port:
        body = asked(port, {**FORGED, "X-Forwarded-Proto": "http"})[1]
        assert b"own.example" in body
        assert b'"https"' in body


def test_one_gateway_is_believed_and_nothing_that_a_phone_wrote_before_it(app: Flask) -> None:
    said = {name: f"{FORGED[name]}, {value}" for name, value in GATEWAY.items()}
    with listening(settings_of(app, https=True, hops=1)) as port:
        body = asked(port, said)[1]
        assert b"kj.example" in body
        assert b'"https"' in body
        assert b"10.9.9.9" in body
        assert b"evil" not in body


def test_the_origin_is_that_of_the_host_that_the_phone_asked(app: Flask) -> None:
    with listening(settings_of(app, https=True, hops=1)) as port:
        for origin, status in (
            ("https://kj.example", 422),
            ("http://kj.example", 403),
            ("https://own.example", 403),
        ):
            assert asked(port, {**GATEWAY, "Origin": origin}, "/login", "POST")[0] == status, origin


def test_behind_a_gateway_cookies_are_for_https_only(app: Flask) -> None:
    with listening(settings_of(app, https=True, hops=1)) as port:
        headers = asked(port, GATEWAY, "/login", "POST")[2]
    for cookie in headers.get_all("Set-Cookie") or ():
        assert cookie.startswith("__Host-")
        assert "Secure" in cookie
    assert headers["Strict-Transport-Security"]


def test_our_own_authority_binds_no_other_port_of_the_host(app: Flask) -> None:
    """HSTS is for a whole host: with it the page that says how to trust could not be reached by name again."""
    made = create_app(settings_of(app, https=True, own_authority=True))
    assert "Strict-Transport-Security" not in made.test_client().get("/login").headers


@pytest.mark.parametrize(
    ("given", "hops", "https"),
    [
        ({}, 0, False),
        ({"FIELDAPP_HTTPS": "1"}, 0, True),
        ({"FIELDAPP_BEHIND_PROXY": "1"}, 1, True),
        ({"FIELDAPP_BEHIND_PROXY": "2"}, 2, True),
        ({"FIELDAPP_BEHIND_PROXY": "1", "FIELDAPP_HTTPS": "0"}, 1, False),
        ({"FIELDAPP_BEHIND_PROXY": ""}, 0, False),
        ({"FIELDAPP_BEHIND_PROXY": "0"}, 0, False),
    ],
)
def test_what_the_surroundings_say(
    monkeypatch: Any, tmp_path: Any, given: dict[str, str], hops: int, https: bool
) -> None:
    for name in ("FIELDAPP_HTTPS", "FIELDAPP_BEHIND_PROXY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {**given, "FIELDAPP_DATA": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    made = config.from_environment()
    assert (made.hops, made.https) == (hops, https)
