"""Real handshakes: who is trusted by whom, what reaches the app, and that nobody who is slow keeps others waiting."""

import json
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fieldapp.serving import authority
from fieldapp.serving.addresses import Names, of_one
from fieldapp.serving.pipe import Patience
from tests.serving.served import Served, all_of, served, trusting

SOON = 3.0  # seconds; far below what is waited for the slow
HURRIED = Patience(hello=0.4, tick=0.2, quiet_ticks=2, slowest=50, goodbye=0.4)
calls: list[dict[str, Any]] = []


def echo(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """Says what it was told; remembers when it was called."""
    calls.append({"at": time.monotonic()})
    body = environ["wsgi.input"].read()
    told = {key: value for key, value in environ.items() if key.startswith(("HTTP_", "wsgi.url", "REMOTE"))}
    said = json.dumps({**told, "length": len(body)}, default=str).encode()
    start("200 OK", [("Content-Length", str(len(said)))])
    return [said]


@pytest.fixture
def fronted(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path, echo) as running:
        yield running


@pytest.fixture
def hurried(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path, echo, patience=HURRIED) as running:
        yield running


def told(answer: bytes) -> dict[str, Any]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), answer
    found: dict[str, Any] = json.loads(body)
    return found


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_who_trusts_the_authority_is_greeted_by_the_name_it_asked(fronted: Served, name: str) -> None:
    with fronted.phone(name) as phone:
        assert phone.version() in ("TLSv1.2", "TLSv1.3")


def test_another_name_is_refused(fronted: Served) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
        fronted.phone("192.168.9.9")


def test_who_does_not_trust_the_authority_is_not_fooled(fronted: Served) -> None:
    with (
        socket.create_connection(("127.0.0.1", fronted.port)) as bare,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        ssl.create_default_context().wrap_socket(bare, server_hostname="localhost")


def test_the_authority_vouches_for_no_name_of_the_internet(fronted: Served) -> None:
    """Whoever steals its key is no bank."""
    stolen = Names((), ("bank.example",))
    made = authority.pem_of(*authority.issued(fronted.certificate.authority, stolen))
    path = fronted.certificate._path
    authority.write(path, made)
    fronted.certificate.context.load_cert_chain(path)
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree"):
        fronted.phone("bank.example")


def test_a_new_address_is_in_the_next_certificate(tmp_path: Path) -> None:
    now = ["10.1.2.3"]
    with served(tmp_path, echo, names=lambda: of_one(now[0])) as running:
        running.phone("10.1.2.3").close()
        now[0] = "192.168.7.8"
        with pytest.raises(ssl.SSLCertVerificationError):
            running.phone("192.168.7.8")
        assert running.certificate.refresh()
        running.phone("192.168.7.8").close()
        assert not running.certificate.refresh()


def test_nothing_that_a_phone_says_of_its_way_is_believed(tmp_path: Path) -> None:
    bounds = {"clear_untrusted_proxy_headers": True, "url_scheme": "https"}
    with served(tmp_path, echo, bounds=bounds) as running:
        forged = "".join(
            f"X-Forwarded-{each}: {value}\r\n"
            for each, value in (("Host", "evil.example"), ("Proto", "http"), ("For", "1.2.3.4"), ("By", "x"))
        )
        answer = told(
            running.ask(
                f"GET / HTTP/1.1\r\nHost: here:1\r\n{forged}Forwarded: host=evil.example\r\nConnection: close\r\n\r\n"
            )
        )
    assert answer["HTTP_HOST"] == "here:1"
    assert answer["wsgi.url_scheme"] == "https"
    assert not [key for key in answer if "FORWARDED" in key]
    assert "evil" not in json.dumps(answer)


def test_the_app_is_called_when_a_photo_has_arrived_whole(fronted: Served) -> None:
    photo = b"x" * 300_000
    head = f"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: {len(photo)}\r\nConnection: close\r\n\r\n"
    calls.clear()
    with fronted.phone() as phone:
        phone.sendall(head.encode() + photo[:-1])
        time.sleep(0.5)
        assert not calls
        phone.sendall(photo[-1:])
        assert told(all_of(phone))["length"] == len(photo)


def test_much_both_ways_arrives_byte_for_byte(tmp_path: Path) -> None:
    def mirror(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read()
        start("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    photo = bytes(range(256)) * 12_000  # 3 MB
    head = f"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: {len(photo)}\r\nConnection: close\r\n\r\n"
    with served(tmp_path, mirror) as running:
        assert running.ask(head, photo).partition(b"\r\n\r\n")[2] == photo


def test_an_answer_in_two_parts_does_not_wait_for_the_phones_receipt(fronted: Served) -> None:
    """Nagle's rule and a late ACK together cost 40 ms; it showed in a good part of all answers."""
    waited = []
    with fronted.phone() as phone:
        for _ in range(60):
            begun = time.monotonic()
            phone.sendall(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
            answer = phone.recv(65536)
            while not answer.endswith(b"}"):
                answer += phone.recv(65536)
            waited.append(time.monotonic() - begun)
    assert sorted(waited)[50] < 0.035


def ends_within(phone: socket.socket, seconds: float) -> bool:
    phone.settimeout(seconds)
    try:
        all_of(phone)
    except TimeoutError:
        return False
    return True


@pytest.mark.parametrize(
    "first", [b"", b"\x16", b"\x16\x03\x01\x02\x00\x01\x00", b"G", b"GET / HTTP/1.1\r\nA: b\r\n"]
)
def test_a_greeting_that_never_ends_is_ended(hurried: Served, first: bytes) -> None:
    with socket.create_connection(("127.0.0.1", hurried.port)) as slow:
        slow.sendall(first)
        begun = time.monotonic()
        told(hurried.ask())
        assert time.monotonic() - begun < SOON
        assert ends_within(slow, SOON)


def test_a_byte_now_and_then_is_not_enough(hurried: Served) -> None:
    """Slowloris: a request that never ends, kept alive by a byte."""
    with hurried.phone() as slow:
        slow.sendall(b"GET / HTTP/1.1\r\nHost: here\r\n")
        begun = time.monotonic()
        with pytest.raises(OSError):
            while time.monotonic() - begun < SOON:
                slow.sendall(b"a")
                time.sleep(0.05)
    told(hurried.ask())


def test_who_uploads_slowly_but_uploads_is_left_alone(hurried: Served) -> None:
    """A hundred bytes in each tick is ten times the least that is asked."""
    head = "POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 4000\r\nConnection: close\r\n\r\n"
    with hurried.phone() as phone:
        phone.sendall(head.encode())
        for _ in range(20):
            phone.sendall(b"x" * 200)
            time.sleep(0.1)
        assert told(all_of(phone))["length"] == 4000


def test_who_does_not_take_the_answer_is_ended(tmp_path: Path) -> None:
    def endless(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        start("200 OK", [("Content-Length", str(1 << 26))])
        return (b"x" * 65536 for _ in range(1024))

    with served(tmp_path, endless, patience=HURRIED) as running, running.phone() as deaf:
        deaf.sendall(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        until = time.monotonic() + 10
        while running.front.crowd.count() and time.monotonic() < until:
            time.sleep(0.05)
        assert not running.front.crowd.count()


def test_a_crowd_from_one_place_keeps_nobody_else_out(tmp_path: Path) -> None:
    """All stand at the door and say nothing. Who is inside from another address stays, and who comes gets in."""
    elsewhere = ("127.0.0.2", 0)
    with served(tmp_path, echo, most=8) as running:
        context = trusting(running.certificate)
        bare = socket.create_connection(("127.0.0.1", running.port), SOON, elsewhere)
        with context.wrap_socket(bare, server_hostname="localhost") as inside:
            silent = [socket.create_connection(("127.0.0.1", running.port)) for _ in range(40)]
            try:
                begun = time.monotonic()
                told(running.ask())
                inside.sendall(b"GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
                told(all_of(inside))
                assert time.monotonic() - begun < SOON
                assert running.front.crowd.count() <= 8
                assert ends_within(silent[0], SOON), "long before its greeting is given up"
            finally:
                for each in silent:
                    each.close()


def test_many_slow_handshakes_delay_nobody(fronted: Served) -> None:
    hello = ssl.MemoryBIO()
    slow = trusting(fronted.certificate).wrap_bio(ssl.MemoryBIO(), hello, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        slow.do_handshake()
    half = hello.read()[:-5]
    standing = []
    try:
        for _ in range(100):
            standing.append(socket.create_connection(("127.0.0.1", fronted.port)))
            standing[-1].sendall(half)
        begun = time.monotonic()
        for _ in range(5):
            told(fronted.ask())
        assert time.monotonic() - begun < SOON
    finally:
        for each in standing:
            each.close()


def test_a_broken_greeting_breaks_nothing(fronted: Served) -> None:
    for rubbish in (b"\x16\x03\x01\xff\xff" + b"\0" * 500, b"\0\0\0\0\r\n\r\n", b"A" * 100_000):
        with socket.create_connection(("127.0.0.1", fronted.port)) as phone:
            phone.sendall(rubbish)
            all_of(phone)
    told(fronted.ask())
