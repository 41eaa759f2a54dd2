"""What a hold that has no units takes from what is free when it is paid: it ended before its money came, or goes to whoever pays first."""

from collections import Counter
from dataclasses import replace
from typing import Final

from server.catalogue.claims import Claim, OfferBook
from server.errors import RefusedError
from server.protocol.codes import Code
from server.shop.hold_rules import BY_VIEWER, Hold, HoldState, StockBook
from server.shop.lot_rules import auction_of
from server.shop.rules import require_free

WITHOUT_UNITS: Final[tuple[HoldState, ...]] = ("expired", "released", "unheld")
"""States in which a hold has no units, and may get some when its money comes."""


def require_still_free(book: StockBook, offers: OfferBook, hold: Hold) -> None:
    """Raise why a hold without units cannot be sold: it is a lot, its viewer gave it up, or there are no units for it."""
    if hold.state not in WITHOUT_UNITS or hold.ended_why == BY_VIEWER or auction_of(hold):
        raise RefusedError(Code.HOLD_ENDED, state=hold.state_shown, paying=False)
    for id, units in hold.units.items():
        require_free(book.products[id], units, to_hold=True)
    for claim in claims_of_hold(hold):
        left = offers.left(claim.offer_id)
        if left is not None and left < claim.quantity:
            raise RefusedError(Code.SOLD_OUT, stock=left, product=claim.product_id)


def count_as_taken(book: StockBook, offers: OfferBook, hold: Hold) -> None:
    """Take what the hold gets out of what is free, so that the next one does not count on it."""
    take_offers(offers, hold)
    for id, units in hold.units.items():
        book.products[id] = replace(book.products[id], stock=book.products[id].stock - units)


def take_offers(offers: OfferBook, hold: Hold) -> None:
    """Count what the hold has of offers as taken."""
    for claim in claims_of_hold(hold):
        offers.take(claim)


def claims_of_hold(hold: Hold) -> list[Claim]:
    """Return what the hold has of offers, one claim for each; it was admitted when it was placed."""
    units = Counter[tuple[str, str]]()
    for line in hold.lines:
        if line.offer_id is not None:
            units[line.offer_id, line.product_id] += line.quantity
    return [
        Claim(offer, hold.viewer_id, product, quantity, admitted=True)
        for (offer, product), quantity in units.items()
    ]
