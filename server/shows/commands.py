"""Shows on the socket: starting, ending, announcing."""

from msgspec import UNSET

from server.access.roles import require_show_runner
from server.protocol.codec import ok_line
from server.protocol.commands import (
    Announce,
    AnnounceRemove,
    ShowEnd,
    ShowStart,
)
from server.protocol.show_commands import ArrivalDecline, ArrivalSettle, ShowHandOver, ShowModerate
from server.shows.service import Shows
from server.viewers.caller import Caller, CommandTable, acting, intent_in


class ShowCommands:
    """The socket's way to `Shows`."""

    def __init__(self, shows: Shows) -> None:
        self._shows = shows

    def table(self) -> CommandTable:
        """Return which handler carries out which command."""
        return {
            Announce: self.announce,
            AnnounceRemove: self.remove_announcement,
            ShowStart: self.start,
            ShowEnd: self.end,
            ShowModerate: self.moderate,
            ShowHandOver: self.hand_over,
            ArrivalSettle: self.settle_arrival,
            ArrivalDecline: self.decline_arrival,
        }

    async def announce(self, caller: Caller, command: Announce) -> bytes | None:
        """Tell everybody in the show."""
        intent = intent_in(caller, command)
        offset = await self._shows.announce(caller.show_id, acting(caller), command.text, intent=intent)
        return None if command.id is None else ok_line(command.id, offset=offset)

    async def remove_announcement(self, caller: Caller, command: AnnounceRemove) -> bytes | None:
        """Take an announcement down."""
        actor, intent = acting(caller), intent_in(caller, command)
        offset = await self._shows.remove_announcement(
            caller.show_id, actor, command.announcement, intent=intent
        )
        return None if command.id is None else ok_line(command.id, offset=offset)

    async def moderate(self, caller: Caller, command: ShowModerate) -> bytes | None:
        """Say how the show takes what viewers write."""
        changes = {} if command.moderation is UNSET else {"moderation": command.moderation}
        slow = {} if command.slow_seconds is UNSET else {"slow_seconds": command.slow_seconds}
        actor, intent = acting(caller), intent_in(caller, command)
        how = await self._shows.moderate(
            caller.show_id, actor, {**changes, **slow}, command.version, intent=intent
        )
        if command.id is None:
            return None
        return ok_line(
            command.id, moderation=how.moderation, slow_seconds=how.slow_seconds, version=how.version
        )

    async def hand_over(self, caller: Caller, command: ShowHandOver) -> bytes | None:
        """Show viewers the way to another show."""
        require_show_runner(caller.role)
        actor, intent = acting(caller), intent_in(caller, command)
        show = await self._shows.hand_over(caller.show_id, actor, command.show, intent=intent)
        if command.id is None:
            return None
        return ok_line(command.id, hand_over=show.hand_over, version=show.version)

    async def settle_arrival(self, caller: Caller, command: ArrivalSettle) -> bytes | None:
        """Say that it was read which audience comes."""
        actor, intent = acting(caller), intent_in(caller, command)
        show = await self._shows.settle_arrival(caller.show_id, actor, command.show, intent=intent)
        return None if command.id is None else ok_line(command.id, show=show)

    async def decline_arrival(self, caller: Caller, command: ArrivalDecline) -> bytes | None:
        """Take no audience of another show, or take it after all."""
        actor, intent = acting(caller), intent_in(caller, command)
        show = await self._shows.decline_arrival(
            caller.show_id, actor, command.show, undo=command.undo, intent=intent
        )
        return None if command.id is None else ok_line(command.id, show=show, declined=not command.undo)

    async def start(self, caller: Caller, command: ShowStart) -> bytes | None:
        """Start the show."""
        require_show_runner(caller.role)
        actor, intent = acting(caller), intent_in(caller, command)
        state = await self._shows.start(caller.show_id, actor, intent=intent)
        return None if command.id is None else ok_line(command.id, state=state)

    async def end(self, caller: Caller, command: ShowEnd) -> bytes | None:
        """End the show."""
        require_show_runner(caller.role)
        actor, intent = acting(caller), intent_in(caller, command)
        state = await self._shows.end(caller.show_id, actor, intent=intent)
        return None if command.id is None else ok_line(command.id, state=state)
