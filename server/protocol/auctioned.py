"""Auctions as the wire has them."""

from typing import Literal

from msgspec import Struct

AuctionState = Literal["prepared", "running", "closed"]
AuctionEnd = Literal["sold", "no_bids", "reserve", "cancelled", "show_ended"]
"""How an auction ended: it was sold, nobody bid, the reserve was not met, its host or the show's end cancelled it."""


class Auction(Struct, frozen=True, omit_defaults=True):
    """An auction that runs; money is in minor units of `currency`, and for the whole lot of `quantity` units.

    `price` and `leader` (the number of a bidder in this auction) are absent before the first bid. `least`: the least bid that counts now.
    `reserve_met` is absent where there is no reserve. `ends_at`, by the server's clock, may move. Who bids `sudden_death` wins at once.
    """

    id: str
    product: str
    quantity: int
    currency: str
    least: int
    bids: int
    opened_at: str
    ends_at: str
    price: int | None = None
    leader: int | None = None
    reserve_met: bool | None = None
    sudden_death: int | None = None
