"""Starting, cancelling and ending a show's auctions, through its journal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from server.auctions.bids_repository import Awarded, insert_award, read_bidders
from server.auctions.repository import (
    lock_auctions,
    read_auctions,
    read_due_in,
    read_some,
    update_auctions,
)
from server.auctions.rules import Auction, check_goods, closed, end_of, opened, split
from server.auctions.telling import publish_closed, publish_opened
from server.audit.trail import Actor, audit
from server.catalogue.lots import Award, Lot, LotBook, LotDesk
from server.errors import RefusedError
from server.journal.transaction import ShowTransaction
from server.protocol.auctioned import AuctionEnd, AuctionState
from server.protocol.codes import Code
from server.shows.repository import read_show
from server.shows.tables import ShowRow


@dataclass(frozen=True, slots=True)
class Move:
    """A member of staff starts an auction, or cancels it: then there is a `reason`."""

    actor: Actor
    auction_id: str
    reason: str | None = None


class Moving:
    """What moves auctions in a show's transaction. `hold_seconds`: how long a winner has to pay."""

    def __init__(self, desk: LotDesk, hold_seconds: float) -> None:
        self._desk = desk
        self._hold_seconds = hold_seconds

    async def move_many(
        self, tx: ShowTransaction, moves: Sequence[Move]
    ) -> list[AuctionState | RefusedError]:
        """Start and cancel in order; what stands so already stays."""
        known = await read_some(tx.connection, {move.auction_id for move in moves})
        known = {id: each for id, each in known.items() if each.show_id == tx.show_id}
        if not known:
            return [RefusedError(Code.NOT_FOUND) for _ in moves]
        lots = await self._desk.open(tx, {each.terms.product_id for each in known.values()})
        auctions = await lock_auctions(tx.connection, known)
        answers: list[AuctionState | RefusedError] = []
        for move in moves:
            try:
                answers.append(await self._move(tx, lots, auctions, move))
            except RefusedError as refused:
                answers.append(refused)
        await lots.close()
        return answers

    async def _move(
        self, tx: ShowTransaction, lots: LotBook, auctions: dict[str, Auction], move: Move
    ) -> AuctionState:
        auction = auctions.get(move.auction_id)
        if auction is None:
            raise RefusedError(Code.NOT_FOUND)
        if move.reason is None:
            after = await self._start(tx, lots, auction, move.actor)
        else:
            after = await self._cancel(tx, lots, auction, move)
        auctions[after.id] = after
        return after.state

    async def _start(self, tx: ShowTransaction, lots: LotBook, auction: Auction, actor: Actor) -> Auction:
        if auction.state == "running":
            return auction
        if auction.state == "closed":
            raise RefusedError(Code.AUCTION_CLOSED, "An auction that is over does not run again.")
        show = await read_show(tx.connection, tx.show_id)
        if show is None or show.state != "live":
            raise RefusedError(Code.SHOW_NOT_LIVE)
        product = check_goods(auction.terms, lots.product(auction.terms.product_id))
        if product.currency != auction.currency:
            raise RefusedError(Code.PRICE_CHANGED, price=product.price_minor, currency=product.currency)
        for other in await read_auctions(tx.connection, tx.show_id, running_only=True):
            if other.terms.product_id == product.id:
                current = {"auction": other.id}
                raise RefusedError(Code.CONFLICT, "Another auction of this product runs.", current=current)
        runs = opened(auction, tx.now, await lots.set_aside(lot_of(auction, auction.terms.start_minor)))
        await update_auctions(tx.connection, [runs])
        details = {"product": product.id, "start": auction.terms.start_minor}
        audit(tx, actor, "auction.start", auction.id, **details)
        publish_opened(tx, runs)
        return runs

    async def _cancel(self, tx: ShowTransaction, lots: LotBook, auction: Auction, move: Move) -> Auction:
        if auction.closed_why == "cancelled":
            return auction
        if auction.state == "prepared":
            raise RefusedError(Code.CONFLICT, "This auction does not run.", current={"state": auction.state})
        if not auction.is_running(tx.now):
            raise RefusedError(Code.AUCTION_CLOSED, "The hammer has fallen.")
        audit(tx, move.actor, "auction.cancel", auction.id, reason=move.reason)
        return await self._close(tx, lots, auction, "cancelled", move.reason)

    async def settle_many(self, tx: ShowTransaction, wanted: Sequence[None]) -> list[None]:
        """Close what is over by now: each lot becomes its winner's, or goes back."""
        await self._end(tx, ended_too=False)
        return [None for _ in wanted]

    async def end_with_show(self, tx: ShowTransaction, show: ShowRow) -> None:
        """Close every auction of a show that ends: those whose time is over as they are, the others without a winner."""
        await self._end(tx, ended_too=True)

    async def _end(self, tx: ShowTransaction, *, ended_too: bool) -> None:
        due = await read_due_in(tx.connection, tx.show_id, tx.now, all=ended_too)
        if not due:
            return
        lots = await self._desk.open(tx, {product for _, product in due})
        for auction in (await lock_auctions(tx.connection, [id for id, _ in due])).values():
            if auction.state == "running":
                over = not auction.is_running(tx.now)
                await self._close(tx, lots, auction, end_of(auction) if over else "show_ended")
        await lots.close()

    async def _close(
        self, tx: ShowTransaction, lots: LotBook, auction: Auction, why: AuctionEnd, reason: str | None = None
    ) -> Auction:
        after = closed(auction, tx.now, why, reason)
        await update_auctions(tx.connection, [after])
        assert auction.hold_id is not None, "it runs"
        if why == "sold":
            winner = await self._award(tx, auction, auction.hold_id)
        else:
            winner = None
            await lots.give_back([auction.hold_id])
        publish_closed(tx, after, winner)
        return after

    async def _award(self, tx: ShowTransaction, auction: Auction, hold_id: str) -> str:
        """Make the auction's own hold its winner's, and return who that is."""
        leader, price_minor = auction.standing.leader, auction.standing.price_minor
        assert leader is not None, "somebody has bid"
        assert price_minor is not None, "and so there is a price"
        bidders = {each.number: each for each in await read_bidders(tx.connection, [auction.id], [])}
        viewer_id = bidders[leader].viewer_id
        await insert_award(tx.connection, Awarded(auction.id, 1, leader, price_minor, hold_id), tx.now)
        until = tx.now + timedelta(seconds=self._hold_seconds)
        award = Award(hold_id, lot_of(auction, price_minor), 1, viewer_id, until)
        await self._desk.hand_over(tx, [award])
        return viewer_id


def lot_of(auction: Auction, price_minor: int) -> Lot:
    """Return the auction's lot at a price for all of it."""
    terms = auction.terms
    parts = tuple(split(price_minor, terms.quantity))
    return Lot(auction.id, auction.show_id, terms.product_id, auction.currency, parts)
