"""Offers as the wire has them: a price, a limit and a window on a product in a show."""

from typing import Literal

from msgspec import Struct

OfferAudience = Literal["everyone", "returning", "repeat_buyers", "segment", "code"]
OfferState = Literal["prepared", "open", "closed"]
OfferEnd = Literal["time", "host", "gone", "show_ended"]
"""Why an offer is closed: its time was over, the host's side closed it, its last unit was sold, the show ended."""


class Offer(Struct, frozen=True, omit_defaults=True):
    """An open offer as everybody may know of it. What it costs `offer.see` tells, to those it is open to.

    `product` is what is sold, a variant where there are any. `closes_at`: when it closes by itself; absent: when the host's side closes it.
    `left`: units that may still be taken under it; absent: as many as there are of the product.
    """

    id: str
    product: str
    audience: OfferAudience
    opened_at: str
    closes_at: str | None = None
    left: int | None = None


class StaffOffer(Struct, frozen=True, omit_defaults=True):
    """The same for staff: its terms, and what was sold and is held under it; money in minor units of `currency`."""

    id: str
    product: str
    audience: OfferAudience
    opened_at: str
    price: int
    currency: str
    sold: int
    held: int
    amount: int
    closes_at: str | None = None
    left: int | None = None
    units_max: int | None = None
    per_viewer_max: int | None = None
    segment: str | None = None


class OfferStock(Struct, frozen=True, omit_defaults=True):
    """The units left under one offer."""

    offer: str
    left: int | None = None


class StaffOfferStock(Struct, frozen=True, omit_defaults=True):
    """The same for staff, with what was sold and is held under it."""

    offer: str
    sold: int
    held: int
    amount: int
    left: int | None = None
