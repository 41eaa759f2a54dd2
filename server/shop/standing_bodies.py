"""How an order stands, as its buyer reads it over HTTP. What says nothing is left out: an order without `state` is paid."""

from typing import Any

from pydantic import BaseModel, Field

from server.clock import to_wire
from server.http.params import Face, Moment
from server.shop.standing import OrderState, Parcel, Standing


def _is_none(value: object) -> bool:
    return value is None


def _absent(description: str) -> Any:
    return Field(default=None, exclude_if=_is_none, description=description)


class PackedLine(BaseModel):
    """So many units of a line, by its place in the order."""

    line: int
    quantity: int


class ParcelBody(BaseModel):
    """A parcel that went off."""

    shipped_at: Moment
    carrier: str
    tracking: str = Field(description="Where it is followed, an https address; empty for none.")
    lines: list[PackedLine]


class StandingFace(Face):
    """What became of an order. `shipped_at`, `carrier` and `tracking` are those of the newest parcel."""

    state: OrderState | None = _absent("Absent: `paid`. `shipped`: everything went off.")
    refunded: int | None = _absent("What was given back in all, in minor units; absent for nothing.")
    shipped_at: Moment | None = _absent("When the newest parcel went off; absent while none did.")
    carrier: str | None = _absent("Who carries it.")
    tracking: str | None = _absent("Where the buyer follows it: an https address.")
    parcels: list[ParcelBody] | None = _absent("All parcels, the newest last; absent while none went off.")


def standing_fields(standing: Standing) -> dict[str, Any]:
    """Return the fields of a `StandingFace`; what says nothing is None."""
    newest = standing.newest
    return {
        "state": None if standing.state == "paid" else standing.state,
        "refunded": standing.refunded or None,
        "shipped_at": to_wire(newest.shipped_at) if newest else None,
        "carrier": (newest.carrier or None) if newest else None,
        "tracking": (newest.tracking or None) if newest else None,
        "parcels": [_parcel(each) for each in standing.parcels] or None,
    }


def _parcel(parcel: Parcel) -> ParcelBody:
    return ParcelBody(
        shipped_at=to_wire(parcel.shipped_at),
        carrier=parcel.carrier,
        tracking=parcel.tracking,
        lines=[PackedLine(line=nth, quantity=n) for nth, n in parcel.units.items()],
    )
