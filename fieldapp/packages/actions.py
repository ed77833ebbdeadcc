"""Taking evidence out of the house: who did, when, and with which photos, is remembered before it leaves."""

from typing import Any

from fieldapp.access.actions import note
from fieldapp.packages.bag import Bag
from fieldapp.packages.parcels import Parcel
from fieldapp.packages.queries import EVENT


def export(parcel: Parcel, *, originals: bool, by: Any, at: int) -> Bag:
    """The package, whose bytes leave next. Raises RuleBroken while something is missing or does not hold together."""
    bag = parcel.pack(originals=originals)
    photos = "originals" if originals else "copies"
    note(EVENT, f"{parcel.kind}:{parcel.thing_id} {photos} {bag.digest}", by=by, at=at)
    return bag
