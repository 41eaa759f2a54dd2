"""What auctions tell: everybody in the show, and the merchant's own servers."""

from collections.abc import Sequence
from typing import Any

from server.auctions.repository import as_public
from server.auctions.rules import Auction
from server.clock import to_wire
from server.journal.transaction import ShowTransaction
from server.webhooks import outbox


def publish_opened(tx: ShowTransaction, auction: Auction) -> None:
    """Publish that an auction runs."""
    tx.publish("auction.opened", {"auction": as_public(auction)})


def publish_bids(tx: ShowTransaction, changed: Sequence[tuple[Auction, Auction]]) -> None:
    """Publish how auctions stand after their bids, once for all that were taken together, and ends that moved."""
    for before, after in changed:
        standing = after.standing
        line: dict[str, Any] = {
            "auction": after.id,
            "price": standing.price_minor,
            "least": after.least_minor,
            "leader": standing.leader,
            "bids": after.bids,
        }
        if (met := after.reserve_met) is not None:
            line["reserve_met"] = met
        tx.publish("auction.bid", line)
        if after.extensions != before.extensions and after.ends_at is not None:
            tx.publish("auction.extended", {"auction": after.id, "ends_at": to_wire(after.ends_at)})


def publish_closed(tx: ShowTransaction, auction: Auction, winner: str | None) -> None:
    """Publish that an auction is over, and tell the merchant's servers who won."""
    line: dict[str, Any] = {"auction": auction.id, "why": auction.closed_why}
    if auction.closed_why == "sold":
        line |= {"price": auction.standing.price_minor, "leader": auction.standing.leader}
    if auction.reason is not None:
        line["reason"] = auction.reason
    tx.publish("auction.closed", line)
    outbox.leave(tx, auction.channel_id, "auction.closed", {"auction": _as_told(auction, winner)})


def _as_told(auction: Auction, winner: str | None) -> dict[str, Any]:
    terms, sold = auction.terms, auction.closed_why == "sold"
    return {
        "id": auction.id,
        "show": auction.show_id,
        "product": terms.product_id,
        "quantity": terms.quantity,
        "currency": auction.currency,
        "why": auction.closed_why,
        "price": auction.standing.price_minor if sold else None,
        "winner": winner if sold else None,
        "bids": auction.bids,
        "bidders": auction.bidders,
        "opened_at": None if auction.opened_at is None else to_wire(auction.opened_at),
        "closed_at": None if auction.closed_at is None else to_wire(auction.closed_at),
    }
