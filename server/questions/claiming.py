"""Claims on the socket: made and renewed by a connection, and released when it is gone."""

import asyncio

import structlog

from server.audit.trail import Actor
from server.errors import RefusedError
from server.hub.connection import Connection
from server.protocol.question_commands import QuestionClaim, QuestionRelease
from server.questions.commands import reply
from server.questions.service import Questions
from server.viewers.caller import Caller, CommandTable, acting

log = structlog.get_logger()


class Claiming:
    """One process's part: knows which of its connections have claimed something, so that the others leave without a transaction."""

    def __init__(self, questions: Questions) -> None:
        self._questions = questions
        self._claimers: set[str] = set()
        self._leaving: set[asyncio.Task[None]] = set()

    def table(self) -> CommandTable:
        """Return which handler carries out which command."""
        return {QuestionClaim: self.claim, QuestionRelease: self.release}

    async def claim(self, caller: Caller, command: QuestionClaim) -> bytes | None:
        """Work on a question, or go on to."""
        actor, connection_id = acting(caller), caller.id
        self._claimers.add(connection_id)
        standing = await self._questions.claim(
            caller.show_id,
            actor,
            command.question,
            connection_id=connection_id,
            take_over=command.take_over,
        )
        return reply(command, standing)

    async def release(self, caller: Caller, command: QuestionRelease) -> bytes | None:
        """Work on a question no longer."""
        return reply(command, await self._questions.release(caller.show_id, acting(caller), command.question))

    def leave(self, connection: Connection) -> None:
        """A connection of staff leaves its room: what it claimed is released a moment later. If that fails the claim lapses by itself."""
        if connection.id not in self._claimers:
            return
        self._claimers.discard(connection.id)
        # Read before anything is awaited: a moment later the connection may be in another room, as somebody else.
        releasing = self._release(connection.show_id, acting(connection), connection.id)
        task = asyncio.create_task(releasing, name="claims of who left")
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _release(self, show_id: str, actor: Actor, connection_id: str) -> None:
        try:
            await self._questions.leave(show_id, actor, connection_id)
        except RefusedError as error:
            log.warning("questions.claims_not_released", show=show_id, code=error.code)

    async def close(self) -> None:
        """Wait until everything that was claimed by who left is released."""
        while self._leaving:
            await asyncio.wait(self._leaving)
