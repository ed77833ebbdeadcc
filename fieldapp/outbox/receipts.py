"""What the server signs when it has taken in a tap: id, digest and instant. Whoever holds a receipt can show that the
server had a tap, though it has lost it since (decision 0030). ECDSA over P-256: phones verify it with WebCrypto."""

import hashlib
import hmac
from base64 import b64decode, b64encode
from functools import lru_cache
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from flask import current_app

HEADER = "Outbox-Receipt"
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256
_HALF = 32  # bytes of r, and of s: as browsers write a signature
_BY = ec.ECDSA(hashes.SHA256())


@lru_cache(2)
def _private(seed: bytes) -> ec.EllipticCurvePrivateKey:
    number = int.from_bytes(hmac.new(seed, b"receipts", hashlib.sha512).digest())
    return ec.derive_private_key(number % (_ORDER - 1) + 1, ec.SECP256R1())


def _own() -> ec.EllipticCurvePrivateKey:
    return _private(current_app.extensions["keys"].receipts)


def text(tap_id: UUID, digest: str, received_at: int) -> bytes:
    """What is signed."""
    return f"{tap_id} {digest} {received_at}".encode()


def sign(tap_id: UUID, digest: str, received_at: int) -> str:
    """The header of an acknowledged tap: its digest and the signature."""
    r, s = decode_dss_signature(_own().sign(text(tap_id, digest, received_at), _BY))
    return f"{digest} {b64encode(r.to_bytes(_HALF) + s.to_bytes(_HALF)).decode()}"


def is_ours(tap_id: UUID, digest: str, received_at: int, signature: str) -> bool:
    """Whether this server signed it."""
    try:
        raw = b64decode(signature, validate=True)
        pair = encode_dss_signature(int.from_bytes(raw[:_HALF]), int.from_bytes(raw[_HALF:]))
        _own().public_key().verify(pair, text(tap_id, digest, received_at), _BY)
    except (InvalidSignature, ValueError):
        return False
    return True


def public_key() -> str:
    """As phones import it: SubjectPublicKeyInfo, base64."""
    der = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    return b64encode(_own().public_key().public_bytes(*der)).decode()


def public_pem() -> str:
    """For whoever checks a receipt with other tools."""
    pem = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    return _own().public_key().public_bytes(*pem).decode()


def fingerprint() -> str:
    """Of the public key, to be compared by eye."""
    whole = hashlib.sha256(b64decode(public_key())).hexdigest()
    return " ".join(whole[place : place + 4] for place in range(0, 32, 4))
