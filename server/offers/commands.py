"""Offers on the socket: seen by viewers, opened and closed by staff."""

from server.clock import to_wire
from server.hub.connection import Connection
from server.hub.dispatch import Commands
from server.ledger.recorder import Recorder
from server.offers.service import Offers
from server.offers.showing import Look, Seen
from server.pace.rates import Act
from server.pace.service import Pace
from server.protocol.codec import ok_line
from server.protocol.commands import OfferClose, OfferOpen, OfferSee
from server.viewers.caller import acting, intent_in, paced_by


class OfferCommands:
    """The socket's way to `Offers`. Whoever is shown an offer is in the ledger too, in passing, as impressions are."""

    def __init__(self, offers: Offers, recorder: Recorder, pace: Pace | None = None) -> None:
        self._offers = offers
        self._recorder = recorder
        self._pace = pace

    def table(self) -> Commands:
        """Return which handler carries out which command."""
        return {OfferSee: self.see, OfferOpen: self.open, OfferClose: self.close}

    async def see(self, caller: Connection, command: OfferSee) -> bytes | None:
        """Tell the caller what they are offered; `too_fast` when wrong codes were given too often."""
        by, coded = paced_by(caller), command.code is not None
        show_id, viewer_id, connection_id = caller.show_id, caller.viewer_id, caller.id
        staff, counted = caller.role != "viewer", caller.counted
        if coded and self._pace is not None:
            await self._pace.spend(Act.CODE, by)
        seen = await self._offers.showing.see(show_id, Look(viewer_id, command.offer, command.code, staff))
        if coded and self._pace is not None:
            self._pace.give_back(Act.CODE, by)
        if counted and not staff:
            self._recorder.count(show_id, viewer_id, connection_id, "offer_shown", command.offer)
        return None if command.id is None else _seen_line(command.id, seen)

    async def open(self, caller: Connection, command: OfferOpen) -> bytes | None:
        """Open an offer to those it is for."""
        state = await self._offers.open(
            caller.show_id, acting(caller), command.offer, intent=intent_in(caller, command)
        )
        return None if command.id is None else ok_line(command.id, offer=command.offer, state=state)

    async def close(self, caller: Connection, command: OfferClose) -> bytes | None:
        """Sell nothing more under an offer."""
        state = await self._offers.close(
            caller.show_id, acting(caller), command.offer, intent=intent_in(caller, command)
        )
        return None if command.id is None else ok_line(command.id, offer=command.offer, state=state)


def _seen_line(id: int, seen: Seen) -> bytes:
    offer, terms = seen.offer, seen.offer.terms
    more: dict[str, object] = {}
    if offer.closes_at is not None:
        more["closes_at"] = to_wire(offer.closes_at)
    if terms.per_viewer_max is not None:
        more["limit"] = terms.per_viewer_max
    return ok_line(
        id,
        offer=offer.id,
        product=terms.product_id,
        price=terms.price_minor,
        currency=offer.currency,
        units_left=seen.units_left,
        mine=seen.mine,
        **more,
    )
