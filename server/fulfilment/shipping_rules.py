"""What may go off, and how far an order is by it. Pure: an order's lines are known by their places in it, from 0."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from server.errors import RefusedError
from server.protocol.codes import Code

Shipping = Literal["unshipped", "partly_shipped", "shipped"]
Units = Mapping[int, int]
"""Units by the place of their line."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is to go off: so many units of some lines, or everything that is left (None)."""

    carrier: str = ""
    tracking: str = ""
    units: Units | None = None


@dataclass(frozen=True, slots=True)
class Shipment:
    """A parcel that went off; `undone_at`: it was marked by mistake."""

    id: str
    order_id: str
    carrier: str
    tracking: str
    shipped_at: datetime
    by_name: str
    units: Units
    undone_at: datetime | None = None


def shipped_units(shipments: Iterable[Shipment]) -> Units:
    """Return the units that went off, those of parcels that were undone left out."""
    units = Counter[int]()
    for shipment in shipments:
        if shipment.undone_at is None:
            units.update(shipment.units)
    return units


def units_left(ordered: Units, withdrawn: Units, shipped: Units) -> Units:
    """Return the units that are still to go off, without lines that have none: of what was given back before nothing goes off."""
    left = {nth: n - withdrawn.get(nth, 0) - shipped.get(nth, 0) for nth, n in ordered.items()}
    return {nth: n for nth, n in left.items() if n > 0}


def withdrawn_units(cancelled: Units, returned: Units, shipped: Units) -> Units:
    """Return the units that do not go off any more: what was cancelled, and what was given back otherwise beyond what had gone off."""
    lines = cancelled.keys() | returned.keys()
    return {nth: cancelled.get(nth, 0) + max(0, returned.get(nth, 0) - shipped.get(nth, 0)) for nth in lines}


def choose_units(left: Units, wanted: Units | None) -> Units:
    """Return the units that go off; raises `invalid` for lines or units that are not left to go off, and `conflict` when nothing is."""
    if not left:
        raise RefusedError(
            Code.CONFLICT, "Nothing of this order is left to be shipped.", current={"left": {}}
        )
    if wanted is None:
        return left
    for nth, n in wanted.items():
        if n > left.get(nth, 0):
            why = f"Of this line {left.get(nth, 0)} are left to be shipped."
            raise RefusedError(Code.INVALID, why, errors=[{"at": "body/lines", "why": why, "code": "left"}])
    return wanted


def shipping_of(left: Units, shipped: Units) -> Shipping:
    """Return how far an order is."""
    if not any(shipped.values()):
        return "unshipped"
    return "partly_shipped" if left else "shipped"
