"""Sanctions on the socket."""

from server.protocol.codec import ok_line
from server.protocol.sanction_commands import (
    AppealAnswer,
    SanctionLift,
    ViewerBan,
    ViewerSanction,
    ViewerUnban,
)
from server.sanctions.rules import Terms
from server.sanctions.service import Sanctions
from server.sanctions.tasks import Standing
from server.viewers.caller import Caller, CommandTable, acting, intent_in


class SanctionCommands:
    """The socket's way to `Sanctions`."""

    def __init__(self, sanctions: Sanctions) -> None:
        self._sanctions = sanctions

    def table(self) -> CommandTable:
        """Return which handler carries out which command."""
        return {
            ViewerBan: self.ban,
            ViewerUnban: self.unban,
            ViewerSanction: self.give,
            SanctionLift: self.lift,
            AppealAnswer: self.answer,
        }

    async def ban(self, caller: Caller, command: ViewerBan) -> bytes | None:
        """Ban a viewer from the show, for good."""
        standing = await self._sanctions.give(
            caller.show_id,
            acting(caller),
            Terms("ban"),
            viewer_id=command.viewer,
            question_id=command.question,
            intent=intent_in(caller, command),
        )
        return None if command.id is None else ok_line(command.id, viewer=standing.viewer)

    async def unban(self, caller: Caller, command: ViewerUnban) -> bytes | None:
        """Let a banned viewer in again."""
        actor, intent = acting(caller), intent_in(caller, command)
        viewer = await self._sanctions.unban(caller.show_id, actor, command.viewer, intent=intent)
        return None if command.id is None else ok_line(command.id, viewer=viewer)

    async def give(self, caller: Caller, command: ViewerSanction) -> bytes | None:
        """Lay any sanction on a viewer."""
        standing = await self._sanctions.give(
            caller.show_id,
            acting(caller),
            Terms(
                command.kind,
                command.seconds,
                command.reason,
                whole_channel=command.channel,
                device=command.device,
                address=command.address,
            ),
            viewer_id=command.viewer,
            question_id=command.question,
            comment_id=command.comment,
            post_id=command.post,
            intent=intent_in(caller, command),
        )
        return _reply(command.id, standing)

    async def lift(self, caller: Caller, command: SanctionLift) -> bytes | None:
        """End a sanction."""
        actor, intent = acting(caller), intent_in(caller, command)
        standing = await self._sanctions.lift(caller.channel_id, actor, command.sanction, intent=intent)
        return _reply(command.id, standing)

    async def answer(self, caller: Caller, command: AppealAnswer) -> bytes | None:
        """Answer an appeal."""
        actor, intent = acting(caller), intent_in(caller, command)
        standing = await self._sanctions.answer(
            caller.channel_id, actor, command.sanction, lift=command.lift, intent=intent
        )
        return _reply(command.id, standing)


def _reply(id: int | None, standing: Standing) -> bytes | None:
    if id is None:
        return None
    fields = {"sanction": standing.sanction, "viewer": standing.viewer, "version": standing.version}
    if standing.lifted:
        fields["lifted"] = True
    if standing.until is not None:
        fields["until"] = standing.until
    return ok_line(id, **fields)
