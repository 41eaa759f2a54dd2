"""The lines about offers; see `lines`, which says how such structs are used."""

from server.protocol.lines import Push, Reply
from server.protocol.offered import Offer, OfferEnd, OfferState, OfferStock, StaffOffer, StaffOfferStock


class OfferMoved(Reply, frozen=True, tag="ok"):
    """How the offer stands now."""

    offer: str
    state: OfferState


class OfferSeen(Reply, frozen=True, tag="ok"):
    """What the viewer is offered, which is recorded: `price` in minor units of `currency`, for each of `units_left` units.

    `limit`: so many units one viewer may take under it, `mine` of which this one has taken.
    """

    offer: str
    product: str
    price: int
    currency: str
    units_left: int
    mine: int
    closes_at: str | None = None
    limit: int | None = None


class OfferOpened(Push, frozen=True, tag="offer.opened"):
    """An offer is open. Ask what it costs by `offer.see`."""

    offer: Offer


class StaffOfferOpened(Push, frozen=True, tag="offer.opened"):
    """An offer is open."""

    offer: StaffOffer


class OfferClosed(Push, frozen=True, tag="offer.closed"):
    """Nothing is sold under the offer any more."""

    offer: str
    why: OfferEnd


class OfferStocked(Push, frozen=True, tag="offer.stock"):
    """Units of offers were taken, or came back."""

    offers: list[OfferStock]


class StaffOfferStocked(Push, frozen=True, tag="offer.stock"):
    """Units of offers were taken, or came back."""

    offers: list[StaffOfferStock]
