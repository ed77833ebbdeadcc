"""argon2id hashes, the password rule, and the slow-down after failures (pure but for the hasher)."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from flask import current_app

from fieldapp.errors import RuleBroken

MIN_LENGTH = 10
FREE_FAILURES = 4
HOUR_MS = 3_600_000

# One thread hashes for all: a crowd at the login must not multiply the 19 MiB, and the allocator keeps what each
# thread once had (eight threads that had hashed in turn held 150 MB for good).
_hashing = ThreadPoolExecutor(max_workers=1, thread_name_prefix="argon2")


@lru_cache(maxsize=2)
def _hasher(cheap: bool) -> PasswordHasher:
    # OWASP's choice for argon2id (19 MiB, 2 rounds); a test server takes the cheapest, or tests take minutes
    return PasswordHasher(1, 8, 1) if cheap else PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)


def _current() -> PasswordHasher:
    return _hasher(current_app.extensions["settings"].testing)


def hash_password(password: str) -> str:
    """An argon2id hash with its parameters."""
    return _hashing.submit(_current().hash, password).result()


@lru_cache(maxsize=1)
def _nobody() -> str:
    return hash_password("nobody has this password")


def is_password(password_hash: str | None, password: str) -> bool:
    """Whether it matches; takes as long for a name that does not exist."""
    try:
        matches = _hashing.submit(_current().verify, password_hash or _nobody(), password).result()
        return matches and password_hash is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


def check_new_password(password: str, username: str) -> None:
    """Length before composition (NIST 800-63B); raises RuleBroken for the field `password`."""
    if len(password) < MIN_LENGTH:
        raise RuleBroken(f"密码至少 {MIN_LENGTH} 位", "password")
    if username and username.lower() in password.lower():
        raise RuleBroken("密码里不能有账号名", "password")
    if len(set(password)) < 4:
        raise RuleBroken("密码太容易猜，多用几种字符", "password")


def wait_ms(failures: int) -> int:
    """How long after the last failure the next try is refused: nothing at first, then doubling up to 15 minutes.

    A name is never locked for good: that would let anybody lock an inspector out of a running visit."""
    late = failures - FREE_FAILURES
    return 0 if late <= 0 else min(15 * 60, 2 ** min(late, 12)) * 1000


def standing(failures: int, ms: int) -> int:
    """How many failures still count after so long without one: half of them are forgiven each hour."""
    return failures >> min(max(0, ms) // HOUR_MS, 32)


def wait_left(failures: int, ms: int) -> int:
    """How much of the wait is left `ms` after the last failure; nothing when the clock was set back meanwhile."""
    return max(0, wait_ms(standing(failures, ms)) - ms) if ms >= 0 else 0


def name_hash(username: str, device: str = "") -> str:
    """Attempts are counted by hash, so that a mistyped password in the name field is not kept; on a device where the
    name has logged in before, apart from everybody else's."""
    return hashlib.sha256(f"login:{device}{username.strip().lower()}".encode()).hexdigest()
