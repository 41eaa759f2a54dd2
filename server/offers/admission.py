"""To whom an offer is open: decided here alone, when it is shown and again when somebody buys."""

from collections.abc import Collection
from typing import Protocol, assert_never

from server.db.engine import Database
from server.errors import RefusedError
from server.offers.admission_repository import read_holders, read_persons
from server.offers.repository import read_live_offer
from server.offers.rules import Offer
from server.protocol.codes import Code

_KNOWN_MAX = 10_000


class Audiences(Protocol):
    """What the figures know of viewers, by canonical ids. Whom a channel may not recognise is in none of these."""

    async def who_is_in(self, channel_id: str, segment: str, viewers: Collection[str]) -> frozenset[str]:
        """Return who of these viewers is in a segment now; raises `not_found` for no segment of the channel."""
        ...

    async def who_came_before(
        self, channel_id: str, show_id: str, viewers: Collection[str]
    ) -> frozenset[str]:
        """Return who of these viewers has watched another show of the channel."""
        ...

    async def who_bought_twice(
        self, channel_id: str, show_id: str, viewers: Collection[str]
    ) -> frozenset[str]:
        """Return who of these viewers has at least two paid orders in the channel."""
        ...


class Admission:
    """Asks `audiences`, whatever the number of viewers, once for each offer."""

    def __init__(self, database: Database, audiences: Audiences) -> None:
        self._database = database
        self._audiences = audiences
        self._known: dict[str, Offer] = {}
        """Offers that were open in a live show when they were read: their terms do not change any more."""

    async def require_segment(self, channel_id: str, segment: str | None) -> None:
        """Raise `invalid` unless the channel has the segment, where one is named."""
        if segment is None:
            return
        try:
            await self._audiences.who_is_in(channel_id, segment, [])
        except RefusedError as refused:
            if refused.code is not Code.NOT_FOUND:
                raise
            raise RefusedError(Code.INVALID, "The channel has no such segment.", at="segment") from None

    async def who_may(self, offer: Offer, viewers: Collection[str]) -> frozenset[str]:
        """Return to whom of these viewers, by whichever of their ids, the offer is open."""
        if offer.terms.audience == "everyone" or not viewers:
            return frozenset(viewers)
        async with self._database.read_soon() as connection:
            if offer.terms.audience == "code":
                return await read_holders(connection, offer, viewers)
            person = await read_persons(connection, offer.show_id, viewers)
        inside = await self._ask(offer, {*person.values()})
        return frozenset(viewer for viewer in viewers if person[viewer] in inside)

    async def _ask(self, offer: Offer, people: Collection[str]) -> Collection[str]:
        channel_id, show_id, terms = offer.channel_id, offer.show_id, offer.terms
        match terms.audience:
            case "returning":
                return await self._audiences.who_came_before(channel_id, show_id, people)
            case "repeat_buyers":
                return await self._audiences.who_bought_twice(channel_id, show_id, people)
            case "segment":
                return await self._who_is_in(channel_id, terms.segment or "", people)
            case "everyone" | "code":
                return people
            case _:
                assert_never(terms.audience)

    async def _who_is_in(self, channel_id: str, segment: str, people: Collection[str]) -> frozenset[str]:
        try:
            return await self._audiences.who_is_in(channel_id, segment, people)
        except RefusedError as refused:
            if refused.code is not Code.NOT_FOUND:
                raise
            return frozenset()  # the segment was deleted: nobody is in it

    async def find_open(self, offer_id: str) -> Offer | None:
        """Return an offer that is open in a live show, or was when it was read; None for any other. Its units are not those of now."""
        if (known := self._known.get(offer_id)) is not None:
            return known
        async with self._database.read_soon() as connection:
            offer = await read_live_offer(connection, offer_id)
        if offer is None:
            return None
        if len(self._known) >= _KNOWN_MAX:
            self._known.clear()
        self._known[offer_id] = offer
        return offer
