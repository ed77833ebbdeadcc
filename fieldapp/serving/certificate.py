"""The server's own certificate: made anew before its end and whenever the machine is called otherwise."""

import ssl
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from cryptography import x509

from fieldapp.serving import addresses, authority
from fieldapp.serving.addresses import Names

BEFORE_ITS_END = timedelta(days=30)


class Certificate:
    """What new connections are greeted with, by which authority, for which names; `left_out` are those of the machine
    that the authority cannot vouch for."""

    def __init__(self, keys: Path, names: Callable[[], Names] = addresses.of_this_machine) -> None:
        self._keys, self._path, self._found = keys, keys / "server.pem", names
        self._settle()
        self.context = self._read()

    def refresh(self) -> bool:
        """Whether there is a new certificate: its end is near, or addresses have changed. May run beside handshakes,
        which keep the context that they began with."""
        is_new = self._settle()
        if is_new:
            self.context = self._read()
        return is_new

    def _settle(self) -> bool:
        found = self._found()
        self.authority = authority.load(self._keys, found)
        self.names = self.authority.may_vouch(found)
        self.left_out = tuple(each for each in found.all if each not in self.names.all)
        if self._is_good():
            return False
        self._make()
        return True

    def _read(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        context.load_cert_chain(self._path)
        return context

    def _make(self) -> None:
        authority.write(self._path, authority.pem_of(*authority.issued(self.authority, self.names)))

    def _is_good(self) -> bool:
        try:
            held = x509.load_pem_x509_certificate(self._path.read_bytes())
            held.verify_directly_issued_by(self.authority.certificate)
        except Exception:  # whatever it is that lies there, it is made anew
            return False
        said = held.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        is_new = held.not_valid_before_utc <= authority.now() + timedelta(days=1)
        is_for_us = set(map(str, (each.value for each in said))) == set(self.names.all)
        lasts = min(authority.now() + BEFORE_ITS_END, self.authority.ends)
        return is_new and is_for_us and held.not_valid_after_utc >= lasts
