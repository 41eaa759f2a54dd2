"""Auctions on the socket: bid upon by viewers, started and cancelled by staff."""

from msgspec.structs import asdict

from server.access.roles import RUNNERS, require_role
from server.auctions.book import Wanted
from server.auctions.service import Auctions
from server.hub.connection import Connection
from server.hub.dispatch import Commands
from server.journal.intents import intent_of
from server.pace.rates import Act
from server.pace.service import Pace
from server.protocol.auction_commands import AuctionCancel, AuctionStart, PlaceBid
from server.protocol.codec import ok_line
from server.viewers.caller import acting, intent_in, paced_by


class AuctionCommands:
    """The socket's way to `Auctions`. Without a `pace` a viewer may bid as often as the socket's own limits allow."""

    def __init__(self, auctions: Auctions, pace: Pace | None = None) -> None:
        self._auctions = auctions
        self._pace = pace

    def table(self) -> Commands:
        """Return which handler carries out which command."""
        return {PlaceBid: self.bid, AuctionStart: self.start, AuctionCancel: self.cancel}

    async def bid(self, caller: Connection, command: PlaceBid) -> bytes | None:
        """Bid; the reply is the confirmation. `too_fast` when the viewer has bid too often."""
        wanted = Wanted(
            command.auction,
            caller.viewer_id,
            command.max,
            name=caller.name,
            guest=caller.guest,
            staff=caller.role != "viewer",
        )
        show_id = caller.show_id
        intent = intent_of(caller.viewer_id, command.key, "bid", show_id, command.auction, command.max)
        assert intent is not None, "the key is required"
        if self._pace is not None:
            await self._pace.spend(Act.BID, paced_by(caller))
        taken = await self._auctions.bid(show_id, wanted, intent=intent)
        return None if command.id is None else ok_line(command.id, **asdict(taken))

    async def start(self, caller: Connection, command: AuctionStart) -> bytes | None:
        """Take bids from now on."""
        actor, intent = acting(caller), intent_in(caller, command)
        require_role(caller.role, RUNNERS)
        state = await self._auctions.start(caller.show_id, actor, command.auction, intent=intent)
        return None if command.id is None else ok_line(command.id, auction=command.auction, state=state)

    async def cancel(self, caller: Connection, command: AuctionCancel) -> bytes | None:
        """End an auction without a winner."""
        actor, intent = acting(caller), intent_in(caller, command)
        require_role(caller.role, RUNNERS)
        state = await self._auctions.cancel(
            caller.show_id, actor, command.auction, command.reason, intent=intent
        )
        return None if command.id is None else ok_line(command.id, auction=command.auction, state=state)
