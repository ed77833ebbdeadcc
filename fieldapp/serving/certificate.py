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
    """What new connections are greeted with. `refresh` may be called at any time; open connections are not touched."""

    def __init__(self, keys: Path, names: Callable[[], Names] = addresses.of_this_machine) -> None:
        self._keys, self._path, self._found = keys, keys / "server.pem", names
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self.context.set_alpn_protocols(["http/1.1"])
        self.authority = authority.load(keys, names())
        self.names = self.authority.may_vouch(names())
        if not self._is_good():
            self._make()
        self.context.load_cert_chain(self._path)

    @property
    def left_out(self) -> tuple[str, ...]:
        """Names of the machine that the authority cannot vouch for."""
        return tuple(each for each in self._found().all if each not in self.names.all)

    def refresh(self) -> bool:
        """Whether there is a new certificate: its end is near, or addresses have changed."""
        self.authority = authority.load(self._keys, self._found())
        self.names = self.authority.may_vouch(self._found())
        if self._is_good():
            return False
        self._make()
        self.context.load_cert_chain(self._path)
        return True

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
