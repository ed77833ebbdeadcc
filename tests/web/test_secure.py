"""Plain http is said where a phone begins, in one sentence, and nowhere that has what the no-network mode needs."""

from dataclasses import replace

import pytest

SENTENCE = "这个网址不是 https 开头的"


@pytest.mark.parametrize(
    ("address", "is_said"),
    [
        ("http://192.168.1.20:8000", True),
        ("http://pc-7.local", True),
        ("http://localhost.evil.example", True),
        ("http://localhost:8000", False),
        ("http://127.0.0.1:8000", False),
        ("http://[::1]:8000", False),
        ("https://192.168.1.20:8443", False),
    ],
)
def test_the_login_says_that_this_is_plain_http(app, address: str, is_said: bool) -> None:
    page = app.test_client().get("/login", base_url=address).get_data(as_text=True)
    assert (SENTENCE in page) is is_said


def test_an_app_that_is_served_by_https_never_says_so(app) -> None:
    app.extensions["settings"] = replace(app.extensions["settings"], https=True)
    page = app.test_client().get("/login", base_url="http://inner:8000").get_data(as_text=True)
    assert SENTENCE not in page


def test_todays_page_says_it_and_works(as_) -> None:
    client = as_("inspector1")
    today = client.get("/n/")
    assert today.status_code == 200
    assert SENTENCE not in today.get_data(as_text=True)
    client.set_cookie("login", client.get_cookie("login").value, domain="192.168.1.20")
    plain = client.get("/n/", base_url="http://192.168.1.20:8000")
    assert plain.status_code == 200
    assert SENTENCE in plain.get_data(as_text=True)
    assert "看一遍再去" in plain.get_data(as_text=True)
