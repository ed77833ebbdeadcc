"""The office's own authority: what phones are told to trust. It can vouch for this machine's network and no other."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from fieldapp import clock, ids
from fieldapp.serving.addresses import Names

YEARS = timedelta(days=3652)
LEAF = timedelta(days=397)  # the first to the last day; phones take no longer one
BACK = timedelta(days=2)  # a phone's clock may be a day behind (F28)
PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8")
LOCAL_NAMES = ("local", "localhost", "lan", "internal", "home.arpa")
PEM, DER = serialization.Encoding.PEM, serialization.Encoding.DER
_USAGE = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
          "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")  # fmt: skip


class Unreadable(Exception):
    """The authority's file is there and is not one: a new one in its place would lock every phone out silently."""


@dataclass(frozen=True)
class Authority:
    """The certificate that phones install, and the key that never leaves the keys folder."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def name(self) -> str:
        return str(self.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(DER)

    @property
    def ends(self) -> datetime:
        return self.certificate.not_valid_after_utc

    @property
    def fingerprint(self) -> tuple[str, ...]:
        """SHA-256 as phones show it, in four lines of eight pairs."""
        pairs = self.certificate.fingerprint(hashes.SHA256()).hex(" ").upper().split(" ")
        return tuple(" ".join(pairs[start : start + 8]) for start in range(0, 32, 8))

    def may_vouch(self, names: Names) -> Names:
        """The names that its constraints allow; a phone would refuse a whole certificate for one more."""
        within = self.certificate.extensions.get_extension_for_class(x509.NameConstraints).value
        allowed = [each.value for each in within.permitted_subtrees or ()]
        nets = [each for each in allowed if isinstance(each, IPv4Network)]
        ends = [f".{each}" for each in allowed if isinstance(each, str)]
        return Names(
            tuple(each for each in names.addresses if _is_in(each, nets)),
            tuple(each for each in names.hosts if f".{each}".endswith(tuple(ends))),
        )


def now() -> datetime:
    return datetime.fromtimestamp(clock.now() // 1000, UTC)


def load(folder: Path, names: Names) -> Authority:
    """Read it; make it when there is none, or when its time is over."""
    path = folder / "authority.pem"
    if path.exists():
        found = _read(path)
        if now() < found.ends:
            return found
        path.unlink()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    write(path, pem_of(*_made(names)))
    return _read(path)


def _read(path: Path) -> Authority:
    try:
        key: Any = serialization.load_pem_private_key(path.read_bytes(), None)
        return Authority(x509.load_pem_x509_certificate(path.read_bytes()), key)
    except ValueError as broken:
        raise Unreadable(str(path)) from broken


def _made(names: Names) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    nets = [IPv4Network(each) for each in PRIVATE]
    nets += [IPv4Network(each) for each in names.addresses if not _is_in(each, nets)]
    own = [each for each in names.hosts if "." not in each and each not in LOCAL_NAMES]
    within = [*map(x509.IPAddress, nets), *map(x509.DNSName, (*LOCAL_NAMES, *own))]
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"fieldapp {ids.random_bytes(2).hex()}")])
    # Constraints are not critical: what does not know them (old iPhones) must take the authority all the same.
    built = (
        _begun(name, name, key.public_key(), now() - BACK + YEARS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_for("key_cert_sign", "crl_sign"), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.NameConstraints(within, None), critical=False)
    )
    return key, built.sign(key, hashes.SHA256())


def issued(by: Authority, names: Names) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    """A key and a certificate for this machine; never one that outlives the authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "fieldapp")])
    known = [*map(x509.IPAddress, names.addresses), *map(x509.DNSName, names.hosts)]
    built = (
        _begun(name, by.certificate.subject, key.public_key(), min(now() - BACK + LEAF, by.ends))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_for("digital_signature"), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(by.key.public_key()), critical=False
        )
        .add_extension(x509.SubjectAlternativeName(known), critical=False)
    )
    return key, built.sign(by.key, hashes.SHA256())


def _begun(subject: x509.Name, issuer: x509.Name, key: Any, ends: datetime) -> x509.CertificateBuilder:
    started = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    started = started.serial_number(x509.random_serial_number())
    return started.not_valid_before(now() - BACK).not_valid_after(ends)


def _for(*uses: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{each: each in uses for each in _USAGE})


def _is_in(address: IPv4Address, nets: list[IPv4Network]) -> bool:
    return any(address in net for net in nets)


def pem_of(key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> bytes:
    """Key and certificate in one file, so that they can never be of two makings."""
    plain = serialization.NoEncryption()
    bare = key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, plain)
    return bare + certificate.public_bytes(PEM)


def write(path: Path, content: bytes) -> None:
    """Whole or not at all, and for its owner's eyes only."""
    half = path.with_suffix(f".{ids.new_id().hex}")
    handle = os.open(half, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(half, path)
