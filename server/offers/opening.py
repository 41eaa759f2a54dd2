"""Opening and closing a show's offers, through its journal: by the host's side, at a time, with the last unit, at the show's end."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from server.audit.trail import Actor, audit
from server.catalogue.rules import Stocked
from server.errors import RefusedError
from server.journal.transaction import ShowTransaction
from server.offers.repository import (
    as_public,
    as_staffs,
    lock_offers,
    read_offers,
    read_some,
    reset_offers,
    update_offer,
)
from server.offers.rules import OPENED_IN, Offer, check_goods, closed, opened
from server.offers.telling import tell_closed, tell_opened
from server.protocol.codes import Code
from server.protocol.offered import OfferEnd, OfferState
from server.shows.repository import read_show
from server.shows.tables import ShowRow

Goods = Callable[[AsyncConnection, str, str, Collection[str]], Awaitable[Sequence[Stocked]]]
"""Locks those products that a show of a channel sells, by the ids of the three, and returns them at their prices there."""


@dataclass(frozen=True, slots=True)
class Moving:
    """A member of staff opens or closes an offer."""

    actor: Actor
    offer_id: str
    to: Literal["open", "closed"]


class Opening:
    """What moves offers in a show's transaction; `read_goods` is the shop's word on what the show sells."""

    def __init__(self, read_goods: Goods) -> None:
        self._read_goods = read_goods
        # The journal groups commands by their handler: it must be the same object each time.
        self.move = self.move_many
        self.settle = self.settle_many

    async def move_many(
        self, tx: ShowTransaction, moves: Sequence[Moving]
    ) -> list[OfferState | RefusedError]:
        """Open and close in order; what stands so already stays. What is closed does not open again: its figures are made."""
        show = await read_show(tx.connection, tx.show_id)
        if show is None:
            return [RefusedError(Code.NOT_FOUND) for _ in moves]
        stand = await self._stand(tx, show, {move.offer_id for move in moves})
        answers: list[OfferState | RefusedError] = []
        for move in moves:
            try:
                answers.append(await self._move(tx, stand, move))
            except RefusedError as refused:
                answers.append(refused)
        return answers

    async def _move(self, tx: ShowTransaction, stand: "_Stand", move: Moving) -> OfferState:
        offer = stand.offers.get(move.offer_id)
        if offer is None:
            raise RefusedError(Code.NOT_FOUND)
        if offer.state == move.to:
            return offer.state
        if move.to == "closed":
            if offer.state != "open":
                raise RefusedError(
                    Code.CONFLICT, "This offer was never open.", current={"state": offer.state}
                )
            audit(tx, move.actor, "offer.close", offer.id, product=offer.terms.product_id)
            stand.keep(await close(tx, offer, "host"))
        else:
            stand.check(offer)
            audit(tx, move.actor, "offer.open", offer.id, product=offer.terms.product_id)
            stand.keep(await _open(tx, offer))
        return move.to

    async def settle_many(self, tx: ShowTransaction, gone: Sequence[frozenset[str]]) -> list[None]:
        """Close what is over by now, then open what is due; what cannot be opened is noted, and not tried again.

        `gone`: offers whose segment was deleted.
        """
        show = await read_show(tx.connection, tx.show_id)
        if show is not None:
            known = await read_offers(tx.connection, tx.show_id)
            stand = await self._stand(tx, show, {offer.id for offer in known if offer.state != "closed"})
            to_nobody = frozenset[str]().union(*gone)
            for offer in stand.over(tx):
                stand.keep(await close(tx, offer, "time"))
            for offer in stand.due(tx):
                await _open_due(tx, stand, offer, to_nobody)
        return [None for _ in gone]

    async def _stand(self, tx: ShowTransaction, show: ShowRow, ids: Collection[str]) -> "_Stand":
        """Lock products, then offers, as selling does."""
        named = (await read_some(tx.connection, tx.show_id, ids)).values()
        goods = await self._read_goods(
            tx.connection, tx.show_id, show.channel_id, {each.terms.product_id for each in named}
        )
        offers = (await lock_offers(tx.connection, tx.show_id, ids)).values()
        others = await read_offers(tx.connection, tx.show_id, open_only=True)
        return _Stand(show, {each.id: each for each in goods}, offers, others)


class _Stand:
    """A show's offers of a batch as they stand, locked, with their products and which products have an open one."""

    def __init__(
        self, show: ShowRow, goods: dict[str, Stocked], offers: Iterable[Offer], others: Iterable[Offer]
    ) -> None:
        self.show = show
        self._goods = goods
        self.offers = {offer.id: offer for offer in offers}
        self._open = {offer.terms.product_id: offer.id for offer in others}

    def keep(self, offer: Offer) -> None:
        """Have the offer stand like this from now on."""
        self.offers[offer.id] = offer
        if offer.state == "open":
            self._open[offer.terms.product_id] = offer.id
        else:
            self._open.pop(offer.terms.product_id, None)

    def check(self, offer: Offer) -> None:
        """Raise unless the offer may be opened now."""
        if self.show.state not in OPENED_IN:
            raise RefusedError(Code.SHOW_NOT_LIVE)
        if offer.state == "closed":
            raise RefusedError(Code.OFFER_CLOSED, "A closed offer does not open again.")
        product = check_goods(offer.terms, self._goods.get(offer.terms.product_id))
        if product.currency != offer.currency:
            raise RefusedError(
                Code.PRICE_CHANGED, price=product.price_minor, currency=product.currency, at="price"
            )
        if (other := self._open.get(product.id)) is not None:
            raise RefusedError(
                Code.CONFLICT, "Another offer of this product is open.", current={"offer": other}
            )

    def over(self, tx: ShowTransaction) -> list[Offer]:
        """Return the open offers whose time is over."""
        return [each for each in self.offers.values() if each.state == "open" and not each.is_open(tx.now)]

    def due(self, tx: ShowTransaction) -> list[Offer]:
        """Return the prepared offers whose time has come, in a live show."""
        if self.show.state != "live":
            return []
        return [
            each
            for each in self.offers.values()
            if each.state == "prepared"
            and each.start_refused is None
            and each.terms.starts_at is not None
            and each.terms.starts_at <= tx.now
        ]


async def _open_due(tx: ShowTransaction, stand: _Stand, offer: Offer, to_nobody: frozenset[str]) -> None:
    try:
        stand.check(offer)
        if offer.id in to_nobody:
            raise RefusedError(Code.INVALID, "The channel has no such segment.")
    except RefusedError as refused:
        await update_offer(
            tx.connection, replace(offer, start_refused=refused.code.value, version=offer.version + 1)
        )
        return
    stand.keep(await _open(tx, offer))


async def _open(tx: ShowTransaction, offer: Offer) -> Offer:
    now_open = opened(offer, tx.now)
    await update_offer(tx.connection, now_open)
    tx.publish("offer.opened", {"offer": as_public(now_open)}, staff={"offer": as_staffs(now_open)})
    if not tx.rehearsal:
        tell_opened(tx, now_open)
    return now_open


async def close(tx: ShowTransaction, offer: Offer, why: OfferEnd) -> Offer:
    """Close an open offer that is locked, and tell it; returns how it stands then."""
    now_closed = closed(offer, tx.now, why)
    await update_offer(tx.connection, now_closed)
    tx.publish("offer.closed", {"offer": offer.id, "why": why})
    if not tx.rehearsal:
        tell_closed(tx, now_closed)
    return now_closed


async def close_at_end(tx: ShowTransaction, show: ShowRow) -> None:
    """Close every offer of a show that ends."""
    open_ones = await read_offers(tx.connection, tx.show_id, open_only=True)
    for offer in (await lock_offers(tx.connection, tx.show_id, {each.id for each in open_ones})).values():
        await close(tx, offer, "show_ended")


class OffersAside:
    """The offers' part of a rehearsal: what was prepared stays, and afterwards nothing was opened."""

    name = "offers"

    async def put_aside(self, connection: AsyncConnection, show_id: str) -> Any:
        """Nothing was opened before a rehearsal."""

    async def put_back(self, connection: AsyncConnection, show_id: str, kept: Any) -> None:
        """Have every offer as it was prepared."""
        await reset_offers(connection, show_id)
