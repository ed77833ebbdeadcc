"""The authority and the certificate as files: for whom, for how long, for which names, and made anew when."""

from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509

from fieldapp import clock
from fieldapp.serving import addresses, authority
from fieldapp.serving.addresses import LOOPBACK, Names
from fieldapp.serving.certificate import Certificate

HERE = Names((IPv4Address("192.168.1.20"), LOOPBACK), ("pc-7", "pc-7.local", "localhost"))
DAY = 86_400_000


def made(keys: Path, names: Names = HERE) -> Certificate:
    return Certificate(keys, lambda: names)


def held(keys: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate((keys / "server.pem").read_bytes())


def later(days: float) -> None:
    moved = clock.now() + int(days * DAY)
    clock.set_source(lambda: moved)


def test_only_the_owner_reads_the_keys(tmp_path: Path) -> None:
    made(tmp_path)
    assert {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {
        "authority.pem": 0o600,
        "server.pem": 0o600,
    }


def test_it_lasts_as_long_as_phones_take_it(tmp_path: Path) -> None:
    ends = made(tmp_path).authority.ends
    leaf = held(tmp_path)
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc <= timedelta(days=397)
    assert leaf.not_valid_before_utc <= authority.now() - timedelta(days=1), (
        "a phone's clock may be a day behind"
    )
    assert 3645 < (ends - authority.now()).days < 3655


def test_it_vouches_for_every_name_and_address(tmp_path: Path) -> None:
    made(tmp_path)
    said = held(tmp_path).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {str(each.value) for each in said} == set(HERE.all)


def test_the_names_of_its_owner_stand_nowhere(tmp_path: Path) -> None:
    """Whoever is in the network may read both; they say the app's name and where it is, no more."""
    subject = made(tmp_path).authority.certificate.subject.rfc4514_string()
    assert subject.startswith("CN=fieldapp ")
    assert held(tmp_path).subject.rfc4514_string() == "CN=fieldapp"


def test_a_second_start_makes_nothing_new(tmp_path: Path) -> None:
    made(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert not made(tmp_path).refresh()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize(("days", "is_new"), [(200, False), (360, False), (366, True), (2000, True)])
def test_it_is_renewed_before_its_end_by_the_same_authority(tmp_path: Path, days: int, is_new: bool) -> None:
    first = made(tmp_path)
    root, serial = first.authority.der, held(tmp_path).serial_number
    later(days)
    assert first.refresh() is is_new
    assert (held(tmp_path).serial_number != serial) is is_new
    assert held(tmp_path).not_valid_after_utc > authority.now() + timedelta(days=30)
    assert first.authority.der == root, "a phone would have to trust anew"


def test_a_clock_that_was_far_ahead_makes_a_new_one(tmp_path: Path) -> None:
    later(100)
    first = made(tmp_path)
    clock.set_source(None)
    assert first.refresh()


def test_nothing_outlives_the_authority(tmp_path: Path) -> None:
    first = made(tmp_path)
    later(3640)
    assert first.refresh()
    assert held(tmp_path).not_valid_after_utc == first.authority.ends
    assert not first.refresh(), "not anew at each look"
    later(20)
    assert first.refresh()
    assert first.authority.ends > authority.now() + timedelta(days=3600)


@pytest.mark.parametrize("file", ["server.pem"])
def test_a_broken_certificate_is_made_anew(tmp_path: Path, file: str) -> None:
    first = made(tmp_path)
    (tmp_path / file).write_bytes(b"half")
    assert made(tmp_path).authority.der == first.authority.der


def test_a_broken_authority_is_said_and_left(tmp_path: Path) -> None:
    made(tmp_path)
    (tmp_path / "authority.pem").write_bytes(b"half")
    with pytest.raises(authority.Unreadable):
        made(tmp_path)
    assert (tmp_path / "authority.pem").read_bytes() == b"half"


def test_what_it_may_not_vouch_for_is_left_out_and_said(tmp_path: Path) -> None:
    """Else a phone that keeps to the constraints would refuse every other address too."""
    made(tmp_path)
    moved = Names((IPv4Address("59.200.1.2"), *HERE.addresses), ("pc-8", "pc-8.local", "localhost"))
    again = made(tmp_path, moved)
    assert again.left_out == ("59.200.1.2", "pc-8")
    said = held(tmp_path).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {str(each.value) for each in said} == {"192.168.1.20", "127.0.0.1", "pc-8.local", "localhost"}


def test_an_address_that_is_not_private_is_vouched_for_if_it_was_there_first(tmp_path: Path) -> None:
    """A government's own network may have such."""
    other = Names((IPv4Address("59.200.1.2"), LOOPBACK), ("localhost",))
    assert made(tmp_path, other).left_out == ()


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("pc-7", ("pc-7", "pc-7.local", "localhost")),
        ("PC7.office.example", ("pc7", "pc7.local", "localhost")),
        ("work", ("work.local", "localhost")),  # a top-level domain
        ("xn--55qx5d", ("xn--55qx5d.local", "localhost")),
        ("办公室", ("localhost",)),
        ("localhost", ("localhost",)),
    ],
)
def test_what_a_machine_is_called(monkeypatch: pytest.MonkeyPatch, name: str, known: tuple[str, ...]) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: name)
    assert addresses._hosts() == known


def test_every_address_of_the_kernel_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    table = tmp_path / "fib_trie"
    table.write_text(
        "Main:\n     |-- 10.0.0.0\n        /8 link UNICAST\n     |-- 10.0.0.7\n        /32 host LOCAL\n"
        "     |-- 169.254.3.4\n        /32 host LOCAL\n     |-- 10.255.255.255\n        /32 link BROADCAST\n"
        "     |-- 172.17.0.1\n        /32 host LOCAL\n"
    )
    monkeypatch.setattr(addresses, "_LINUX_ADDRESSES", table)
    assert addresses._by_the_kernel() == {IPv4Address("10.0.0.7"), IPv4Address("172.17.0.1")}
    assert LOOPBACK in addresses.of_this_machine().addresses
