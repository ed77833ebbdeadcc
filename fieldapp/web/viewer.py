"""What a viewer is to everything below the features: somebody for whom rows are read and steps are taken."""

from typing import Any, Protocol
from uuid import UUID

from flask import g


class Viewer(Protocol):
    """The person behind a request, with the union of the roles valid today."""

    @property
    def is_system(self) -> bool: ...
    @property
    def actor(self) -> str: ...
    @property
    def person_id(self) -> UUID | None: ...
    @property
    def county_id(self) -> UUID | None: ...
    def has(self, permission: Any) -> bool: ...


def viewer() -> Any:
    """The viewer of the running request; None before login."""
    return g.get("viewer")
