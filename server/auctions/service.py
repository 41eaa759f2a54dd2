"""Auctions of shows: prepared beside the journal, started, bid upon and ended through it."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncConnection

from server.auctions import bids_repository, repository
from server.auctions.bidding import Bidding
from server.auctions.bids_repository import Awarded, Block
from server.auctions.book import Bidder, Taken, Wanted
from server.auctions.moving import Move, Moving
from server.auctions.rules import PER_SHOW_MAX, Auction, Terms, check_goods, check_terms
from server.audit.actions import Action
from server.audit.tables import AuditRow
from server.audit.trail import Actor, insert_audit
from server.catalogue.lots import LotDesk
from server.catalogue.rules import Stocked
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.http.versions import Match
from server.ids import new_id
from server.journal.intents import Intent, carry_out_once
from server.journal.journal import Journal
from server.protocol.auctioned import AuctionState
from server.protocol.codes import Code
from server.shows.repository import read_show
from server.text import clean_text

REASON_CHARACTERS_MAX = 200
BLOCKS_MAX = 500
"""How many who may not bid are listed, the newest first; all of them hold."""

ReadGoods = Callable[[AsyncConnection, str, str, Collection[str]], Awaitable[Sequence[Stocked]]]
"""Return those products that a show of a channel sells, by the ids of the three."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An auction as staff see it: with its bidders and with who may buy the lot."""

    auction: Auction
    bidders: tuple[Bidder, ...] = ()
    awards: tuple[Awarded, ...] = ()


class Auctions:
    """What may be done with auctions; of other channels none is found."""

    def __init__(
        self,
        journal: Journal,
        database: Database,
        clock: Clock,
        *,
        desk: LotDesk,
        read_goods: ReadGoods,
        hold_seconds: float,
    ) -> None:
        self._journal = journal
        self._database = database
        self._clock = clock
        self._read_goods = read_goods
        moving, bidding = Moving(desk, hold_seconds), Bidding(desk)
        # The journal groups commands by their handler: it must be the same object each time.
        self._move_many = moving.move_many
        self._settle_many = moving.settle_many
        self._bid_many = bidding.bid_many
        self.end_with_show = moving.end_with_show

    async def bid(self, show_id: str, wanted: Wanted, *, intent: Intent) -> Taken:
        """Take a bid, and return how the auction stood right after it. Once this returns, the bid is committed.

        The same intent again gets the first answer. Raises `not_found`, `auction_closed`, `outbid` with `price` and `least`,
        `already_leading` with `max`, `too_many`, `bidding_blocked` with `until`, and `forbidden` for staff.
        """
        return await self._journal.commit(
            show_id, self._bid_many, wanted, intent=intent, kind=Taken, repeatable=True
        )

    async def start(
        self, show_id: str, actor: Actor, auction_id: str, *, intent: Intent | None = None
    ) -> AuctionState:
        """Set the lot aside, and take bids from now on.

        Raises `not_found`, `show_not_live`, `auction_closed` for one that is over, `invalid` when the show does not sell the product,
        `sold_out` with `stock`, `conflict` when another auction of the product runs, `shop_takes_orders`.
        """
        return await self._move(show_id, Move(actor, auction_id), intent)

    async def cancel(
        self, show_id: str, actor: Actor, auction_id: str, reason: str, *, intent: Intent | None = None
    ) -> AuctionState:
        """End an auction without a winner, and tell all why; raises `not_found`, `conflict`, and `auction_closed` once its end has come."""
        cleaned = clean_text(reason, characters_max=REASON_CHARACTERS_MAX)
        return await self._move(show_id, Move(actor, auction_id, cleaned), intent)

    async def _move(self, show_id: str, move: Move, intent: Intent | None) -> AuctionState:
        return await self._journal.commit(
            show_id, self._move_many, move, intent=intent, kind=AuctionState, repeatable=True
        )

    async def settle(self) -> None:
        """Close in every show what is over by now. Whether a bid still counts is never asked of this."""
        async with self._database.read_soon() as connection:
            due = await repository.read_due(connection, self._clock.now())
        for show_id in due:
            await self._journal.commit(show_id, self._settle_many, None, repeatable=True)

    async def prepare(
        self, show_id: str, channel_id: str, actor: Actor, terms: Terms, *, intent: Intent | None = None
    ) -> Auction:
        """Keep an auction of the show, to be started by its host.

        Raises `not_found`, `show_not_live` after the show's end, `invalid` for terms that no auction may have, for more than
        `PER_SHOW_MAX`, and for a product that the show does not sell or that has variants.
        """
        check_terms(terms)

        async def write(connection: AsyncConnection) -> Auction:
            currency = await self._check_place(connection, show_id, channel_id, terms)
            if await repository.count_auctions(connection, show_id) >= PER_SHOW_MAX:
                raise RefusedError(Code.INVALID, f"A show has at most {PER_SHOW_MAX} auctions.")
            now = self._clock.now()
            auction = Auction(new_id("au"), channel_id, show_id, terms, currency, "prepared", 1, now)
            await repository.insert_auction(connection, auction)
            await insert_audit(connection, _noted(auction, actor, "auction.prepare", self._clock))
            return auction

        return await carry_out_once(self._database, self._clock, intent, Auction, write)

    async def change(
        self, auction_id: str, channel_id: str, actor: Actor, terms: Terms, match: Match
    ) -> Auction:
        """Auction this instead; raises as `prepare`, and `conflict` by `match` and for an auction that ran."""
        check_terms(terms)
        before = (await self.find(auction_id, channel_id)).auction
        async with self._database.write_soon() as connection:
            currency = await self._check_place(connection, before.show_id, channel_id, terms)
            now = await _lock_prepared(connection, auction_id, match)
            after = replace(now, terms=terms, currency=currency, version=now.version + 1)
            await repository.update_auctions(connection, [after])
            await insert_audit(connection, _noted(after, actor, "auction.change", self._clock))
        return after

    async def remove(self, auction_id: str, channel_id: str, actor: Actor, match: Match) -> None:
        """Delete an auction that never ran; raises `not_found`, and `conflict` by `match` and for one that did."""
        await self.find(auction_id, channel_id)
        async with self._database.write_soon() as connection:
            auction = await _lock_prepared(connection, auction_id, match)
            await repository.delete_auction(connection, auction_id)
            await insert_audit(connection, _noted(auction, actor, "auction.remove", self._clock))

    async def list_of(self, show_id: str, channel_id: str) -> list[Seen]:
        """Return the show's auctions, the oldest first; raises `not_found`."""
        async with self._database.read_soon() as connection:
            show = await read_show(connection, show_id)
            if show is None or show.channel_id != channel_id:
                raise RefusedError(Code.NOT_FOUND)
            return await _see(connection, await repository.read_auctions(connection, show_id))

    async def find(self, auction_id: str, channel_id: str) -> Seen:
        """Return an auction of the channel; raises `not_found`."""
        async with self._database.read_soon() as connection:
            auction = await repository.read_auction(connection, auction_id)
            if auction is None or auction.channel_id != channel_id:
                raise RefusedError(Code.NOT_FOUND)
            (seen,) = await _see(connection, [auction])
        return seen

    async def list_own(self, show_id: str, viewer_id: str) -> list[tuple[str, int, int, bool]]:
        """Return (auction, number, most, leading) of the viewer's in the show."""
        async with self._database.read_soon() as connection:
            return await bids_repository.read_own(connection, show_id, viewer_id)

    async def list_blocks(self, channel_id: str) -> list[Block]:
        """Return who may not bid in the channel's auctions now, the newest first."""
        async with self._database.read_soon() as connection:
            return await bids_repository.read_blocks(connection, channel_id, self._clock.now(), BLOCKS_MAX)

    async def lift(self, channel_id: str, viewer_id: str, actor: Actor) -> None:
        """Let somebody bid again; raises `not_found` for who may."""
        async with self._database.write_soon() as connection:
            if not await bids_repository.lift_blocks(connection, channel_id, viewer_id):
                raise RefusedError(Code.NOT_FOUND)
            await insert_audit(
                connection,
                AuditRow(
                    id=new_id("a"),
                    show_id="",
                    at=self._clock.now(),
                    actor=actor.viewer_id,
                    name=actor.name,
                    role=actor.role,
                    action="auction.unblock",
                    subject=viewer_id,
                    details={"channel": channel_id},
                ),
            )

    async def _check_place(
        self, connection: AsyncConnection, show_id: str, channel_id: str, terms: Terms
    ) -> str:
        """Return the currency of what the show sells; raises where the auction does not go with it."""
        show = await read_show(connection, show_id)
        if show is None or show.channel_id != channel_id:
            raise RefusedError(Code.NOT_FOUND)
        if show.state in ("ended", "cancelled"):
            raise RefusedError(Code.SHOW_NOT_LIVE)
        goods = await self._read_goods(connection, show_id, channel_id, [terms.product_id])
        return check_goods(terms, goods[0] if goods else None).currency


async def _see(connection: AsyncConnection, auctions: list[Auction]) -> list[Seen]:
    ids = [auction.id for auction in auctions if auction.state != "prepared"]
    bidders = await bids_repository.read_all_bidders(connection, ids) if ids else []
    awards = await bids_repository.read_awards(connection, ids) if ids else []
    return [
        Seen(
            auction,
            tuple(each for each in bidders if each.auction_id == auction.id),
            tuple(each for each in awards if each.auction_id == auction.id),
        )
        for auction in auctions
    ]


async def _lock_prepared(connection: AsyncConnection, auction_id: str, match: Match) -> Auction:
    auction = (await repository.lock_auctions(connection, [auction_id])).get(auction_id)
    if auction is None:
        raise RefusedError(Code.NOT_FOUND)
    match.require(auction.version, Seen(auction))
    if auction.state != "prepared":
        raise RefusedError(Code.CONFLICT, "This auction ran.", current={"state": auction.state})
    return auction


def _noted(auction: Auction, actor: Actor, action: Action, clock: Clock) -> AuditRow:
    return AuditRow(
        id=new_id("a"),
        show_id=auction.show_id,
        at=clock.now(),
        actor=actor.viewer_id,
        name=actor.name,
        role=actor.role,
        action=action,
        subject=auction.id,
        details={"product": auction.terms.product_id, "start": auction.terms.start_minor},
    )
