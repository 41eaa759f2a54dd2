"""Offers as the API shows and takes them."""

from datetime import datetime

from pydantic import BaseModel, Field

from server.catalogue.rules import STOCK_MAX
from server.clock import to_wire
from server.http.params import EntityId, GivenMoment, Moment, OneLine, RequestBody
from server.offers.rules import PER_VIEWER_MAX, SECONDS_MAX, SECONDS_MIN, Offer
from server.offers.service import Wanted
from server.protocol.offered import OfferAudience, OfferEnd, OfferState


class OfferRequest(RequestBody):
    """What is offered in a show, to whom, and for how long."""

    product: EntityId = Field(
        description="What is sold; of a product with variants one of these. It stands in the show's line-up."
    )
    price: int = Field(
        ge=1,
        le=2**53 - 1,
        description="In minor units of the product's currency; at most its price in the show.",
    )
    units_max: int | None = Field(
        default=None, ge=1, le=STOCK_MAX, description="Units in all; null: as many as there are."
    )
    per_viewer_max: int | None = Field(
        default=None,
        ge=1,
        le=PER_VIEWER_MAX,
        description="Units for each viewer; null: what the show allows.",
    )
    audience: OfferAudience = Field(
        default="everyone",
        description="`returning`: who watched another show of the channel. `repeat_buyers`: who has two paid orders in it.",
    )
    segment: EntityId | None = Field(
        default=None, description="Of the audience `segment`: the id of one, or the name of a built-in one."
    )
    code: OneLine | None = Field(
        default=None,
        min_length=1,
        max_length=160,
        description="Of the audience `code`: 4 to 40 characters; case and spaces do not count. It is never shown again.",
    )
    starts_at: GivenMoment | None = Field(
        default=None, description="When it opens by itself in the live show; null: when the host opens it."
    )
    seconds: int | None = Field(
        default=None,
        ge=SECONDS_MIN,
        le=SECONDS_MAX,
        description="How long it is open; null: until the host closes it, its units are gone, or the show ends.",
    )


class OfferBody(BaseModel):
    """An offer of a show, and what became of it. Money is in minor units of `currency`."""

    id: str
    show: str
    product: str
    price: int
    currency: str
    units_max: int | None
    per_viewer_max: int | None
    audience: OfferAudience
    segment: str | None
    starts_at: Moment | None
    seconds: int | None
    state: OfferState
    opened_at: Moment | None
    closes_at: Moment | None
    closed_at: Moment | None
    closed_why: OfferEnd | None
    start_refused: str | None = Field(description="Why it did not open at its time, as an error's code.")
    left: int | None = Field(description="Units that may still be taken under it; null: no limit of its own.")
    sold: int
    held: int
    amount: int
    version: int


class OfferList(BaseModel):
    """The offers of a show, the oldest first."""

    offers: list[OfferBody]


def wanted(body: OfferRequest) -> Wanted:
    """Return what is to be offered."""
    return Wanted(
        body.product,
        body.price,
        body.units_max,
        body.per_viewer_max,
        body.audience,
        body.segment,
        body.code,
        body.starts_at,
        body.seconds,
    )


def as_body(offer: Offer) -> OfferBody:
    """Return an offer as the API shows it; its code is not in it."""
    terms = offer.terms
    return OfferBody(
        id=offer.id,
        show=offer.show_id,
        product=terms.product_id,
        price=terms.price_minor,
        currency=offer.currency,
        units_max=terms.units_max,
        per_viewer_max=terms.per_viewer_max,
        audience=terms.audience,
        segment=terms.segment,
        starts_at=_wire(terms.starts_at),
        seconds=terms.seconds,
        state=offer.state,
        opened_at=_wire(offer.opened_at),
        closes_at=_wire(offer.closes_at),
        closed_at=_wire(offer.closed_at),
        closed_why=offer.closed_why,
        start_refused=offer.start_refused,
        left=offer.left,
        sold=offer.units_sold,
        held=offer.units_held,
        amount=offer.units_sold * terms.price_minor,
        version=offer.version,
    )


def _wire(at: datetime | None) -> str | None:
    return None if at is None else to_wire(at)
