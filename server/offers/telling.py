"""What offers tell the merchant's own servers, and everybody in the show of their units."""

from collections.abc import Sequence
from typing import Any

from server.clock import to_wire
from server.journal.transaction import ShowTransaction
from server.offers.rules import Offer
from server.protocol.offered import OfferStock, StaffOfferStock
from server.webhooks import outbox


def tell_opened(tx: ShowTransaction, offer: Offer) -> None:
    """Tell that an offer is open, with its terms."""
    outbox.leave(tx, offer.channel_id, "offer.opened", {"offer": _as_told(offer)})


def tell_closed(tx: ShowTransaction, offer: Offer) -> None:
    """Tell that an offer is closed, why, and what was sold under it."""
    told = {
        **_as_told(offer),
        "closed_at": _wire(offer.closed_at),
        "why": offer.closed_why,
        "units_sold": offer.units_sold,
        "amount": offer.units_sold * offer.terms.price_minor,
    }
    outbox.leave(tx, offer.channel_id, "offer.closed", {"offer": told})


def publish_units(tx: ShowTransaction, offers: Sequence[Offer]) -> None:
    """Publish what is left under offers; staff also get what was taken."""
    public = [OfferStock(each.id, each.left) for each in offers]
    staff = [
        StaffOfferStock(
            each.id, each.units_sold, each.units_held, each.units_sold * each.terms.price_minor, each.left
        )
        for each in offers
    ]
    tx.publish("offer.stock", {"offers": public}, staff={"offers": staff})


def _as_told(offer: Offer) -> dict[str, Any]:
    terms = offer.terms
    return {
        "id": offer.id,
        "show": offer.show_id,
        "product": terms.product_id,
        "price": terms.price_minor,
        "currency": offer.currency,
        "units_max": terms.units_max,
        "per_viewer_max": terms.per_viewer_max,
        "audience": terms.audience,
        "opened_at": _wire(offer.opened_at),
        "closes_at": _wire(offer.closes_at),
    }


def _wire(at: Any) -> str | None:
    return None if at is None else to_wire(at)
