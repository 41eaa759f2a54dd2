"""Giveaways on the socket: each command to its service call, each result to its reply."""

from collections.abc import Callable
from typing import Final

from server.giveaways.claiming import Claiming
from server.giveaways.entering import Entering
from server.giveaways.moving import Moving, To
from server.giveaways.service import Giveaways
from server.hub.crowd import Doubt
from server.pace.rates import Act
from server.pace.service import Pace
from server.protocol.codec import ok_line
from server.protocol.command_kinds import Command
from server.protocol.giveaway_commands import (
    GiveawayCancel,
    GiveawayClaim,
    GiveawayClose,
    GiveawayDraw,
    GiveawayEnter,
    GiveawayHide,
    GiveawayMove,
    GiveawayOpen,
)
from server.viewers.caller import Caller, CommandTable, acting, intent_in, paced_by

_MOVES: Final[dict[type[Command], To]] = {
    GiveawayOpen: "open",
    GiveawayClose: "closed",
    GiveawayDraw: "drawn",
    GiveawayCancel: "cancelled",
    GiveawayHide: "hidden",
}


class GiveawayCommands:
    """The socket's way to `Giveaways`."""

    def __init__(
        self, giveaways: Giveaways, pace: Pace | None = None, *, doubt_of: Callable[[Caller], Doubt | None]
    ) -> None:
        self._giveaways = giveaways
        self._pace = pace
        self._doubt_of = doubt_of

    def table(self) -> CommandTable:
        """Return which handler carries out which command."""
        return {
            GiveawayEnter: self.enter,
            GiveawayClaim: self.claim,
            **dict.fromkeys(_MOVES, self.move),
        }

    async def enter(self, caller: Caller, command: GiveawayEnter) -> bytes | None:
        """Enter the caller; `too_fast` when the viewer has done so too often."""
        intent, by, show_id = intent_in(caller, command), paced_by(caller), caller.show_id
        entering = Entering(
            caller.viewer_id,
            command.giveaway,
            caller.name,
            caller.host if caller.guest else None,
            self._doubt_of(caller),
            staff=caller.role != "viewer",
        )
        if self._pace is not None:
            await self._pace.spend(Act.ANSWER, by)
        entered = await self._giveaways.enter(show_id, entering, intent=intent)
        if command.id is None:
            return None
        return ok_line(
            command.id, giveaway=entered.giveaway_id, ticket=entered.ticket, entries=entered.entries
        )

    async def claim(self, caller: Caller, command: GiveawayClaim) -> bytes | None:
        """Claim the prize that the caller has won; `too_fast` when the viewer has tried too often."""
        claiming = Claiming(caller.viewer_id, command.giveaway, command.contact)
        intent, by, show_id = intent_in(caller, command), paced_by(caller), caller.show_id
        if self._pace is not None:
            await self._pace.spend(Act.ANSWER, by)
        claimed = await self._giveaways.claim(show_id, claiming, intent=intent)
        if command.id is None:
            return None
        return ok_line(command.id, giveaway=claimed.giveaway_id, rank=claimed.rank)

    async def move(self, caller: Caller, command: GiveawayMove) -> bytes | None:
        """Open, close, draw, cancel or hide a giveaway."""
        reason = command.reason if isinstance(command, GiveawayCancel) else ""
        to = _MOVES[type(command)]
        moving = Moving(acting(caller), command.giveaway, to, command.version, reason)
        moved = await self._giveaways.move(caller.show_id, moving, intent=intent_in(caller, command))
        if command.id is None:
            return None
        return ok_line(command.id, giveaway=moved.giveaway_id, state=moved.state, version=moved.version)
