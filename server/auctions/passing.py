"""What becomes of a lot that its winner does not pay for: it goes to the runner-up once, and else back."""

from collections.abc import Collection, Iterable
from datetime import timedelta

from server.auctions.bids_repository import (
    Awarded,
    insert_award,
    insert_block,
    read_all_bidders,
    read_awards_of,
    read_bids,
    read_blocked,
)
from server.auctions.book import Bidder
from server.auctions.moving import lot_of
from server.auctions.repository import lock_auctions
from server.auctions.rules import Auction, Bid, Standing, reserve_met, standing_of
from server.catalogue.lots import Award
from server.ids import new_id
from server.journal.transaction import ShowTransaction


class Passing:
    """Who inherits lots. `hold_seconds`: how long a runner-up has to pay; `blocked_for`: how long a winner who did not may not bid."""

    def __init__(self, hold_seconds: float, blocked_for: timedelta) -> None:
        self._hold_seconds = hold_seconds
        self._blocked_for = blocked_for

    async def inherit(self, tx: ShowTransaction, ended: Collection[str]) -> list[Award]:
        """Block the winners whose holds ended unpaid, and return to whom their lots go; a runner-up's unpaid lot goes to nobody."""
        unpaid = [award for award in await read_awards_of(tx.connection, ended) if award.nth == 1]
        if not unpaid:
            return []
        auctions = await lock_auctions(tx.connection, [award.auction_id for award in unpaid])
        bidders: dict[str, list[Bidder]] = {id: [] for id in auctions}
        for bidder in await read_all_bidders(tx.connection, auctions):
            bidders[bidder.auction_id].append(bidder)
        awards = []
        for award in unpaid:
            auction = auctions[award.auction_id]
            await self._block(tx, auction, bidders[auction.id][award.bidder - 1])
            if (given := await self._pass_on(tx, auction, award, bidders[auction.id])) is not None:
                awards.append(given)
        return awards

    async def _block(self, tx: ShowTransaction, auction: Auction, winner: Bidder) -> None:
        if self._blocked_for:
            until = tx.now + self._blocked_for
            await insert_block(tx.connection, auction.channel_id, winner, tx.now, until)

    async def _pass_on(
        self, tx: ShowTransaction, auction: Auction, unpaid: Awarded, bidders: list[Bidder]
    ) -> Award | None:
        """Return the runner-up's award, at the price at which they would have won had the winner not bid; None where there is none."""
        standing = runner_up(auction, await read_bids(tx.connection, auction.id), unpaid.bidder)
        if standing.leader is None or standing.price_minor is None:
            return None
        viewer_id = bidders[standing.leader - 1].viewer_id
        if await read_blocked(tx.connection, auction.channel_id, [viewer_id], tx.now):
            return None
        award = Award(
            new_id("h"),
            lot_of(auction, standing.price_minor),
            2,
            viewer_id,
            tx.now + timedelta(seconds=self._hold_seconds),
        )
        awarded = Awarded(auction.id, 2, standing.leader, standing.price_minor, award.hold_id)
        await insert_award(tx.connection, awarded, tx.now)
        return award


def runner_up(auction: Auction, bids: Iterable[Bid], winner: int) -> Standing:
    """Return how the auction would have ended without its winner; nobody leads where the reserve would not have been met."""
    standing = standing_of(auction.terms, bids, without={winner})
    return Standing() if reserve_met(auction.terms, standing) is False else standing
