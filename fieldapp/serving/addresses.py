"""What the machine is called in its network: the addresses of its interfaces and its names."""

import re
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path

_LINUX_ADDRESSES = Path("/proc/net/fib_trie")
_OWN = re.compile(r"\|-- ([\d.]+)\n\s+/32 host LOCAL")
_ELSEWHERE = ("192.0.2.1", 9)  # RFC 5737: nothing is sent, the system only says by which address it would be
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
LOOPBACK = IPv4Address("127.0.0.1")


@dataclass(frozen=True)
class Names:
    """The first address is the one that others reach the machine by, as far as the machine can know."""

    addresses: tuple[IPv4Address, ...]
    hosts: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        return (*map(str, self.addresses), *self.hosts)


def of_this_machine() -> Names:
    """Anew at each call: addresses come and go."""
    known = {*(_by_the_kernel() if _LINUX_ADDRESSES.exists() else _by_name()), LOOPBACK}
    first = _towards_others()
    rest = sorted(known - {first, LOOPBACK}, key=int)
    return Names(tuple(dict.fromkeys((*([first] if first else []), *rest, LOOPBACK))), _hosts())


def of_one(address: str) -> Names:
    """Where the server listens at one address only."""
    return Names(tuple(dict.fromkeys((IPv4Address(address), LOOPBACK))), _hosts())


def _towards_others() -> IPv4Address | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_ELSEWHERE)
        except OSError:
            return None  # no network at all
        return _usable(probe.getsockname()[0])


def _by_the_kernel() -> set[IPv4Address]:
    return {found for each in _OWN.findall(_LINUX_ADDRESSES.read_text()) if (found := _usable(each))}


def _by_name() -> set[IPv4Address]:
    """Elsewhere than on Linux; it may wait for a name server."""
    try:
        found = socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
    except OSError:
        return set()
    return {usable for each in found if (usable := _usable(str(each[4][0])))}


def _usable(text: str) -> IPv4Address | None:
    address = IPv4Address(text)
    is_odd = address.is_link_local or address.is_multicast or address.is_unspecified or address.is_loopback
    return None if is_odd else address


def _hosts() -> tuple[str, ...]:
    """A Chinese name of a computer is left out: no phone finds it. A bare name of letters alone too: it could be a
    top-level domain, and the authority would be one over all that lies below."""
    label = socket.gethostname().split(".")[0].lower()
    if not _LABEL.fullmatch(label) or label == "localhost":
        return ("localhost",)
    bare = () if label.isalpha() or label.startswith("xn--") else (label,)
    return (*bare, f"{label}.local", "localhost")
