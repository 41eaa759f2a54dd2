"""Lots of auctions as holds, pure. Such a hold's key has a stroke in it, which no viewer's own key has."""

from datetime import datetime
from typing import Final

from server.catalogue.lots import Award
from server.shop.hold_rules import Hold, HoldLine

_STROKE: Final = "/"


def auction_of(hold: Hold) -> str | None:
    """Return the auction whose lot the hold is; None for any other."""
    auction_id, stroke, _ = hold.key.partition(_STROKE)
    # The key of a turn in the waitlist has a stroke too.
    return auction_id if stroke and hold.origin is None else None


def as_hold(award: Award, channel_id: str, now: datetime) -> Hold:
    """Return the hold by which somebody, or the auction itself, has a lot."""
    lot = award.lot
    return Hold(
        id=award.hold_id,
        channel_id=channel_id,
        show_id=lot.show_id,
        viewer_id=award.viewer_id,
        key=f"{lot.auction_id}{_STROKE}{award.nth}",
        state="placed",
        currency=lot.currency,
        lines=tuple(HoldLine(lot.product_id, units, price) for units, price in lot.parts),
        placed_at=now,
        expires_at=award.until,
    )
