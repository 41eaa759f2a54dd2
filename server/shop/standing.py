"""What became of an order after it was paid, as its buyer sees it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

OrderState = Literal["paid", "shipped", "partially_refunded", "refunded", "cancelled"]


@dataclass(frozen=True, slots=True)
class Parcel:
    """So many units of each line, by its place in the order, that went off at once. `tracking` is an https address, or empty."""

    shipped_at: datetime
    carrier: str
    tracking: str
    units: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Standing:
    """`shipped` once everything went off; what was given back, in minor units, says more than that. The newest parcel is the last."""

    state: OrderState = "paid"
    refunded: int = 0
    parcels: tuple[Parcel, ...] = ()

    @property
    def newest(self) -> Parcel | None:
        """The parcel that went off last."""
        return self.parcels[-1] if self.parcels else None
