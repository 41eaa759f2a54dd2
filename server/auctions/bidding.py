"""Bids through the journal: those that come together share a transaction, under their auctions' locks, and are told as one."""

from collections.abc import Collection, Sequence

from server.auctions.bids_repository import (
    keep_bidders,
    leave_bids,
    read_bidders,
    read_blocked,
    read_led,
)
from server.auctions.book import BidBook, Known, Taken, Wanted
from server.auctions.repository import lock_running, read_some, update_auctions
from server.auctions.rules import Auction
from server.auctions.telling import publish_bids
from server.catalogue.lots import LotDesk
from server.errors import RefusedError
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code


class Bidding:
    """Takes the bids of a show. `desk`: what the shop knows of who may take how much."""

    def __init__(self, desk: LotDesk) -> None:
        self._desk = desk

    async def bid_many(self, tx: ShowTransaction, wanted: Sequence[Wanted]) -> list[Taken | RefusedError]:
        """Lock, decide in pure code, write, publish once for each auction. No product is locked."""
        ids = {each.auction_id for each in wanted}
        running = await lock_running(tx.connection, tx.show_id, ids)
        unknown = await self._read_unknown(tx, ids - running.keys())
        bids = [each for each in wanted if each.auction_id not in unknown]
        book = await self._open(tx, running, bids)
        answers = iter(book.serve(bids))
        await update_auctions(tx.connection, [after for _, after in book.changed])
        await keep_bidders(tx.connection, list(book.changed_bidders.values()))
        leave_bids(tx, book.written)
        publish_bids(tx, book.changed)
        return [
            RefusedError(Code.NOT_FOUND) if each.auction_id in unknown else next(answers) for each in wanted
        ]

    async def _read_unknown(self, tx: ShowTransaction, ids: Collection[str]) -> set[str]:
        """Return those of the ids that are no auction that ever ran in the show."""
        if not ids:
            return set()
        known = await read_some(tx.connection, ids)
        ran = {id for id, each in known.items() if each.show_id == tx.show_id and each.state != "prepared"}
        return set(ids) - ran

    async def _open(
        self, tx: ShowTransaction, running: dict[str, Auction], bids: Sequence[Wanted]
    ) -> BidBook:
        bids = [each for each in bids if each.auction_id in running and not each.staff]
        if not bids:
            return BidBook(tx.now, running, [], Known({}, {}, _NoPurse()))
        (channel_id,) = {auction.channel_id for auction in running.values()}
        viewers = {each.viewer_id for each in bids}
        people = await self._desk.read_people(tx, viewers)
        ids = viewers | people.keys() | set(people.values())
        bidders = await read_bidders(tx.connection, running, ids)
        known = Known(
            people,
            await read_blocked(tx.connection, channel_id, ids, tx.now),
            await self._desk.read_purse(
                tx,
                {(each.viewer_id, each.guest) for each in bids},
                {auction.terms.product_id for auction in running.values()},
            ),
            await read_led(tx.connection, channel_id, ids if any(each.guest for each in bids) else ()),
        )
        return BidBook(tx.now, running, bidders, known)


class _NoPurse:
    """Where nobody bids."""

    def require(self, viewer_id: str, demand: object, *, guest: bool = False, to_hold: bool = False) -> None:
        """Nobody asks."""
