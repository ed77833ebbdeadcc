"""What a bound phone holds of a day to come: pages that open only with that phone's own key and six digits that the
office reads out on the day, or by network on the day (decision 0029).

Nothing of it is stored: key and digits follow from keys/phones.key, the phone, the day and which plans are on then. So
no row tells who goes when, a server put back to yesterday's backup reads out the same digits, and what was sealed
together with a plan that was taken away since has a key that is not given any more.
"""

import hashlib
import zlib
from base64 import b64encode
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from fieldapp import ids
from fieldapp.phones.device_keys import derive, device_key

TIMES = 600_000  # PBKDF2 rounds over the digits: about half a second of a phone's time for each try
_NONCE, _SALT = 12, 16


class Parcel(NamedTuple):
    """What is sealed together: a phone's day, and which plans are on then. A new word in a plan leaves key and digits
    as they are: else a phone without network would stand there with digits that do not fit."""

    phone_id: UUID
    day: date
    plans: str


def parcel_of(phone_id: UUID, day: date, plan_ids: Iterable[str]) -> Parcel:
    """`plans` is short, for it travels in an address."""
    return Parcel(phone_id, day, hashlib.sha256("|".join(sorted(plan_ids)).encode()).hexdigest()[:12])


def code_of(parcel: Parcel) -> str:
    """The six digits that the office reads out."""
    return f"{int.from_bytes(derive('code', *parcel)) % 1_000_000:06d}"


def key_of(parcel: Parcel) -> bytes:
    """What opens the pages themselves."""
    return derive("parcel", *parcel)


def seal(text: str, parcel: Parcel, *, packed: bool) -> dict[str, Any]:
    """The pages sealed, and their key sealed under phone and digits; `packed` for a phone that can unpack."""
    key, about = key_of(parcel), parcel.day.isoformat().encode()
    content = zlib.compress(text.encode(), 9, wbits=31) if packed else text.encode()
    salt, nonce, wrapped_nonce = (ids.random_bytes(n) for n in (_SALT, _NONCE, _NONCE))
    under = AESGCM(_under(parcel, salt)).encrypt(wrapped_nonce, key, about)
    sealed = {"salt": salt, "iv": nonce, "data": AESGCM(key).encrypt(nonce, content, about)}
    said = {name: b64encode(value).decode() for name, value in sealed.items()}
    its_key = {"keyIv": b64encode(wrapped_nonce).decode(), "key": b64encode(under).decode()}
    return {**said, **its_key, "times": TIMES, "packed": packed}


def _under(parcel: Parcel, salt: bytes) -> bytes:
    """The phone's own key is the secret; the digits, stretched, stand where HKDF has its salt."""
    digits = hashlib.pbkdf2_hmac("sha256", code_of(parcel).encode(), salt, TIMES)
    info = f"fieldapp {parcel.day.isoformat()}".encode()
    return HKDF(algorithm=SHA256(), length=32, salt=digits, info=info).derive(device_key(parcel.phone_id))
