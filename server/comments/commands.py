"""Comments on the socket: each command to its service call, each result to its reply."""

from server.comments.moderating import Standing, ToQuestion
from server.comments.posting import KeptBefore
from server.comments.rules import Approve, Remove, Undo
from server.comments.service import Comments
from server.errors import RefusedError
from server.pace.rates import Act
from server.pace.service import Keys, Pace
from server.protocol.codec import ok_line
from server.protocol.command_kinds import Command
from server.protocol.comment_commands import (
    CommentApprove,
    CommentReact,
    CommentRemove,
    CommentsSwitch,
    CommentToQuestion,
    CommentUndo,
    CommentWithdraw,
    WriteComment,
)
from server.viewers.caller import Caller, CommandTable, acting, intent_in, paced_by


class CommentCommands:
    """The socket's way to `Comments`. Without a `pace` a viewer may comment as often as the socket's own limits allow."""

    def __init__(self, comments: Comments, pace: Pace | None = None) -> None:
        self._comments = comments
        self._pace = pace

    def table(self) -> CommandTable:
        """Return which handler carries out which command."""
        return {
            WriteComment: self.write,
            CommentWithdraw: self.withdraw,
            CommentReact: self.react,
            CommentApprove: self.move,
            CommentRemove: self.move,
            CommentUndo: self.move,
            CommentToQuestion: self.move,
            CommentsSwitch: self.switch,
        }

    async def write(self, caller: Caller, command: WriteComment) -> bytes | None:
        """Keep a comment under the caller's name; `too_fast` when the viewer has commented too often. A repeat is no comment more."""
        intent, by = intent_in(caller, command), paced_by(caller)
        # Read before anything is awaited: by the next line of their frame the caller may be somebody else, elsewhere.
        show_id, viewer_id, author, role = caller.show_id, caller.viewer_id, caller.name, caller.role
        known = not caller.guest
        try:
            await self._spend(Act.COMMENT, by)
        except RefusedError:
            kept = await self._comments.written_before(intent) if intent else None
            if kept is None:
                raise
        else:
            kept = await self._comments.write(
                show_id, viewer_id, author, command.text, role=role, known=known, intent=intent
            )
            if isinstance(kept, KeptBefore) and self._pace is not None:
                self._pace.give_back(Act.COMMENT, by)
        return (
            None if command.id is None else ok_line(command.id, comment=kept.id, state=kept.state, at=kept.at)
        )

    async def react(self, caller: Caller, command: CommentReact) -> bytes | None:
        """React to a comment; `too_fast` when the viewer has reacted too often."""
        show_id, viewer_id, intent = caller.show_id, caller.viewer_id, intent_in(caller, command)
        await self._spend(Act.COMMENT_REACTION, paced_by(caller))
        counts = await self._comments.react(
            show_id, viewer_id, command.comment, command.kind, on=command.on, intent=intent
        )
        if command.id is None:
            return None
        return ok_line(command.id, comment=command.comment, reactions=counts)

    async def withdraw(self, caller: Caller, command: CommentWithdraw) -> bytes | None:
        """Take one's own comment back."""
        standing = await self._comments.withdraw(
            caller.show_id, caller.viewer_id, command.comment, intent=intent_in(caller, command)
        )
        return _reply(command, standing)

    async def move(
        self,
        caller: Caller,
        command: CommentApprove | CommentRemove | CommentUndo | CommentToQuestion,
    ) -> bytes | None:
        """Do what staff may do with a comment."""
        standing = await self._comments.move(
            caller.show_id,
            acting(caller),
            command.comment,
            command.version,
            _move_of(command),
            intent=intent_in(caller, command),
        )
        return _reply(command, standing)

    async def switch(self, caller: Caller, command: CommentsSwitch) -> bytes | None:
        """Say who may comment."""
        setting = await self._comments.switch(
            caller.show_id, acting(caller), command.comments, intent=intent_in(caller, command)
        )
        return None if command.id is None else ok_line(command.id, comments=setting)

    async def _spend(self, act: Act, by: Keys) -> None:
        if self._pace is not None:
            await self._pace.spend(act, by)


def _move_of(
    command: CommentApprove | CommentRemove | CommentUndo | CommentToQuestion,
) -> Approve | Remove | Undo | ToQuestion:
    match command:
        case CommentApprove():
            return Approve()
        case CommentRemove():
            return Remove(command.reason)
        case CommentUndo():
            return Undo()
        case CommentToQuestion():
            return ToQuestion()


def _reply(command: Command, standing: Standing) -> bytes | None:
    if command.id is None:
        return None
    made = {} if standing.question_id is None else {"question": standing.question_id}
    return ok_line(
        command.id, comment=standing.comment_id, state=standing.state, version=standing.version, **made
    )
