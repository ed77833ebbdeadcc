"""Settings from the environment, each explained once, and the places where the parts of the app lie."""

import os
from dataclasses import dataclass
from pathlib import Path

_PACKAGE = Path(__file__).parent


def part(name: str) -> Path:
    """The folder of templates, static or migrations: beside the package in a checkout, inside it in a wheel."""
    checkout = _PACKAGE.parent / name
    return checkout if checkout.is_dir() else _PACKAGE / f"_{name}"


@dataclass(frozen=True)
class Settings:
    """What one running app is told by its surroundings."""

    data: Path  # FIELDAPP_DATA: database, photos and keys; nothing is written anywhere else
    database_url: str  # DATABASE_URL: PostgreSQL; without it SQLite in the data folder
    https: bool  # FIELDAPP_HTTPS=1, or a gateway in front: so cookies carry __Host- and Secure
    testing: bool  # FIELDAPP_TESTING=1: allows FIELDAPP_CLOCK; refused unless on loopback
    clock: str  # FIELDAPP_CLOCK: epoch milliseconds at which a test server starts counting
    max_photo: int  # FIELDAPP_MAX_PHOTO: largest accepted photo in bytes
    hops: int = 0  # FIELDAPP_BEHIND_PROXY=1: gateways in front; so many words of X-Forwarded-* are believed
    own_authority: bool = False  # `serve --https`: no HSTS, which would take the host's other ports along
    desk_idle: int = 30 * 60  # seconds without a request before a desk's login ends
    desk_absolute: int = 12 * 3600
    phone_idle: int = 12 * 3600
    phone_absolute: int = 24 * 3600
    pin_pause: int = 15 * 60  # seconds away after which a phone on which a number is set asks for it

    @property
    def photos(self) -> Path:
        return self.data / "photos"

    @property
    def keys(self) -> Path:
        return self.data / "keys"


def _close_to_others(data: Path) -> None:
    """What an earlier version left open to everybody on the machine. The folder first: who cannot enter it reaches
    none of its files, photos and keys included."""
    for path in (data, *data.glob("fieldapp.sqlite*")):
        mode = path.stat().st_mode & 0o777
        if mode & 0o077 and path.stat().st_uid == os.getuid():
            path.chmod(mode & 0o700)


def from_environment() -> Settings:
    """Read the environment; the data folder is made when missing, and is its owner's only."""
    data = Path(os.environ.get("FIELDAPP_DATA", "data")).resolve()
    os.umask(0o077)  # for the process: SQLite makes its files, and their -wal and -shm, as this says
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    _close_to_others(data)
    url = os.environ.get("DATABASE_URL", "")
    if url.startswith(("postgres://", "postgresql://")):
        url = "postgresql+psycopg://" + url.split("://", 1)[1]
    hops = int(os.environ.get("FIELDAPP_BEHIND_PROXY") or 0)
    return Settings(
        data=data,
        database_url=url or f"sqlite:///{data / 'fieldapp.sqlite'}",
        https=os.environ.get("FIELDAPP_HTTPS", "1" if hops else "") == "1",
        testing=os.environ.get("FIELDAPP_TESTING") == "1",
        clock=os.environ.get("FIELDAPP_CLOCK", ""),
        max_photo=int(os.environ.get("FIELDAPP_MAX_PHOTO", 25 * 1024 * 1024)),
        hops=hops,
    )
