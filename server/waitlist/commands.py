"""The line on the socket: joined and left by viewers."""

from server.clock import to_wire
from server.pace.rates import Act
from server.pace.service import Pace
from server.protocol.codec import ok_line
from server.protocol.waitlist_commands import WaitlistJoin, WaitlistLeave
from server.viewers.caller import Caller, CommandTable, intent_in, paced_by
from server.waitlist.rules import Joining, Place
from server.waitlist.service import Waitlist


class WaitlistCommands:
    """The socket's way to `Waitlist`. Whoever joins is counted as who buys or holds."""

    def __init__(self, waitlist: Waitlist, pace: Pace | None = None) -> None:
        self._waitlist = waitlist
        self._pace = pace

    def table(self) -> CommandTable:
        """Return which handler carries out which command."""
        return {WaitlistJoin: self.join, WaitlistLeave: self.leave}

    async def join(self, caller: Caller, command: WaitlistJoin) -> bytes | None:
        """Join the line; the reply says which place it is. `too_fast` when the viewer has bought, held or joined too often."""
        by = paced_by(caller)
        joining = Joining(
            caller.viewer_id,
            command.key,
            command.product,
            command.quantity,
            staff=caller.role != "viewer",
            guest=caller.guest,
        )
        if self._pace is not None:
            await self._pace.spend(Act.ORDER, by)
        place = await self._waitlist.join(caller.show_id, joining)
        if place.repeated and self._pace is not None:
            self._pace.give_back(Act.ORDER, by)
        return None if command.id is None else _place_line(command.id, place)

    async def leave(self, caller: Caller, command: WaitlistLeave) -> bytes | None:
        """Leave the line; done once or often, it is the same."""
        place = await self._waitlist.leave(
            caller.show_id, command.product, caller.viewer_id, intent=intent_in(caller, command)
        )
        return None if command.id is None else _place_line(command.id, place)


def _place_line(id: int, place: Place) -> bytes:
    more: dict[str, object] = {}
    if place.position is not None:
        more["position"] = place.position
    if place.hold_id is not None:
        more["hold"] = place.hold_id
    if place.expires_at is not None:
        more["expires_at"] = to_wire(place.expires_at)
    return ok_line(id, place=place.id, state=place.state, quantity=place.quantity, **more)
