"""Selling under offers, pure: who gets their units, in the order in which they come."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from server.catalogue.claims import Claim, OfferBook
from server.catalogue.rules import Stocked
from server.errors import RefusedError
from server.offers.repository import Taken
from server.offers.rules import Offer
from server.protocol.codes import Code


class Book:
    """The offers of one transaction, locked. `taken`: what the buyers have taken under them before."""

    def __init__(self, now: datetime, offers: Mapping[str, Offer], taken: Taken) -> None:
        self._now = now
        self._offers = dict(offers)
        self._taken = taken

    def price_of(self, claim: Claim, product: Stocked) -> int:
        """Return the price of a unit under the offer; raises the refusal that fits else."""
        offer = self._offers.get(claim.offer_id)
        if offer is None or offer.state == "prepared" or offer.terms.product_id != product.id:
            raise RefusedError(Code.NOT_FOUND, "There is no such offer.")
        if not offer.is_open(self._now):
            raise RefusedError(Code.OFFER_CLOSED)
        if not claim.admitted:
            raise RefusedError(Code.NOT_IN_AUDIENCE)
        if offer.terms.price_minor > product.price_minor or offer.currency != product.currency:
            raise RefusedError(Code.PRICE_CHANGED, price=product.price_minor, currency=product.currency)
        if offer.left is not None and claim.quantity > offer.left:
            raise RefusedError(Code.SOLD_OUT, stock=min(offer.left, product.stock), offer=offer.id)
        self._check_limit(offer, claim)
        return offer.terms.price_minor

    def take(self, claim: Claim) -> None:
        """Count the units as taken: of the offer, and by the person."""
        offer = self._offers[claim.offer_id]
        self._offers[offer.id] = replace(offer, units_sold=offer.units_sold + claim.quantity)
        place = (offer.id, self._taken.person.get(claim.viewer_id, claim.viewer_id))
        self._taken.units[place] = self._taken.units.get(place, 0) + claim.quantity

    def left(self, offer_id: str) -> int | None:
        """Return how many units may still be taken under an offer; None: as many as there are."""
        offer = self._offers.get(offer_id)
        return 0 if offer is None else offer.left

    def copy(self) -> OfferBook:
        """Return a book that stands where this one does."""
        return Book(self._now, self._offers, Taken(self._taken.person, dict(self._taken.units)))

    def _check_limit(self, offer: Offer, claim: Claim) -> None:
        limit = offer.terms.per_viewer_max
        mine = self._taken.of(offer.id, claim.viewer_id)
        if limit is not None and mine + claim.quantity > limit:
            raise RefusedError(Code.TOO_MANY, limit=limit, left=max(0, limit - mine), offer=offer.id)
