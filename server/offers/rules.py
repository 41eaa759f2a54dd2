"""What an offer may be, when it is open, and who gets its units, pure."""

import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from server.catalogue.rules import AMOUNT_MAX, STOCK_MAX, Stocked, refused_at
from server.errors import RefusedError
from server.protocol.codes import Code
from server.protocol.offered import OfferAudience, OfferEnd, OfferState

PER_SHOW_MAX: Final = 100
SECONDS_MIN, SECONDS_MAX = 5, 24 * 3600
PER_VIEWER_MAX: Final = 99
CODE_CHARACTERS: Final = (4, 40)
OPENED_IN: Final = frozenset({"rehearsal", "live"})


@dataclass(frozen=True, slots=True)
class Terms:
    """What is offered to whom. No `units_max`: as many as there are; no `seconds`: until the host's side closes it.

    `code_hash` is what is kept of the code of an offer to its holders; `segment` is the id or name of one to a segment.
    """

    product_id: str
    price_minor: int
    units_max: int | None = None
    per_viewer_max: int | None = None
    audience: OfferAudience = "everyone"
    segment: str | None = None
    code_hash: str | None = None
    starts_at: datetime | None = None
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer of a show as the server keeps it."""

    id: str
    channel_id: str
    show_id: str
    terms: Terms
    currency: str
    state: OfferState
    version: int
    created_at: datetime
    opened_at: datetime | None = None
    closes_at: datetime | None = None
    closed_at: datetime | None = None
    closed_why: OfferEnd | None = None
    start_refused: str | None = None
    units_sold: int = 0
    units_held: int = 0

    @property
    def left(self) -> int | None:
        """How many units may still be taken under it; None: as many as there are of the product."""
        if self.terms.units_max is None:
            return None
        return max(0, self.terms.units_max - self.units_sold - self.units_held)

    def is_open(self, now: datetime) -> bool:
        """Whether it is open, and its time is not over."""
        return self.state == "open" and (self.closes_at is None or now < self.closes_at)


def check_terms(terms: Terms) -> Terms:
    """Return the terms; raises `invalid`, naming the field, for those that no offer may have."""
    if not 0 < terms.price_minor <= AMOUNT_MAX:
        raise refused_at("price", f"The price of an offer is from 1 to {AMOUNT_MAX} minor units.")
    _require_within("units_max", terms.units_max, 1, STOCK_MAX)
    _require_within("per_viewer_max", terms.per_viewer_max, 1, PER_VIEWER_MAX)
    _require_within("seconds", terms.seconds, SECONDS_MIN, SECONDS_MAX)
    if (terms.audience == "segment") != (terms.segment is not None):
        raise refused_at("segment", "A segment is named by an offer to a segment, and by no other.")
    if (terms.audience == "code") != (terms.code_hash is not None):
        raise refused_at("code", "An offer to the holders of a code has one, and no other has.")
    return terms


def _require_within(at: str, value: int | None, least: int, most: int) -> None:
    if value is not None and not least <= value <= most:
        raise refused_at(at, f"It is from {least} to {most}, or there is none.")


def check_goods(terms: Terms, product: Stocked | None) -> Stocked:
    """Return the product as the show sells it.

    Raises `invalid` when the show does not sell it or it has variants, and `price_changed` with `price` when it costs less than the offer.
    """
    if product is None:
        raise refused_at("product", "The show does not sell this product.")
    if product.heading:
        raise refused_at("product", "This product has variants: offer a variant.")
    if product.price_minor < terms.price_minor:
        raise RefusedError(
            Code.PRICE_CHANGED,
            "The offer's price is above the product's price in the show.",
            price=product.price_minor,
            currency=product.currency,
            at="price",
        )
    return product


def clean_code(code: str) -> str:
    """Return a code as it is compared: its width, case and outer spaces do not count. Raises `invalid` for one of a wrong length."""
    cleaned = "".join(unicodedata.normalize("NFKC", code).casefold().split())
    least, most = CODE_CHARACTERS
    if not least <= len(cleaned) <= most or not cleaned.isprintable():
        raise refused_at("code", f"A code has {least} to {most} characters.")
    return cleaned


def opened(offer: Offer, now: datetime) -> Offer:
    """Return the offer as it stands when it is opened at `now`."""
    seconds = offer.terms.seconds
    closes_at = None if seconds is None else now + timedelta(seconds=seconds)
    version = offer.version + 1
    return replace(
        offer, state="open", opened_at=now, closes_at=closes_at, version=version, start_refused=None
    )


def closed(offer: Offer, now: datetime, why: OfferEnd) -> Offer:
    """Return the offer as it stands when it is closed at `now`."""
    return replace(offer, state="closed", closed_at=now, closed_why=why, version=offer.version + 1)
