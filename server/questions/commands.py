"""Questions on the socket: each command to its service call, each result to its reply."""

from collections.abc import Callable
from typing import Any

from server.errors import RefusedError
from server.hub.crowd import Doubt
from server.pace.rates import Act
from server.pace.service import Keys, Pace
from server.protocol.codec import ok_line
from server.protocol.command_kinds import Command
from server.protocol.question_commands import (
    Ask,
    QuestionAnswer,
    QuestionApprove,
    QuestionBegin,
    QuestionDismiss,
    QuestionHold,
    QuestionLabel,
    QuestionMany,
    QuestionMerge,
    QuestionPin,
    QuestionRestore,
    QuestionStage,
    QuestionUndo,
    QuestionUnpin,
    QuestionUnstage,
    QuestionWithdraw,
    Vote,
)
from server.questions.asking import AskedBefore
from server.questions.many import Outcome
from server.questions.rules import Begin, Hold, Merge, Undo
from server.questions.service import Questions
from server.questions.tasks import Give, Standing, TakeOff
from server.viewers.caller import Caller, CommandTable, acting, intent_in, paced_by


def _nobody_doubts(caller: Caller) -> None:
    """Every vote counts."""


class QuestionCommands:
    """The socket's way to `Questions`. Without a `pace` a viewer may ask and vote as often as the socket's own limits allow."""

    def __init__(
        self,
        questions: Questions,
        pace: Pace | None = None,
        *,
        doubt_of: Callable[[Caller], Doubt | None] = _nobody_doubts,
    ) -> None:
        self._questions = questions
        self._pace = pace
        self._doubt_of = doubt_of

    def table(self) -> CommandTable:
        """Return which handler carries out which command."""
        return {
            Ask: self.ask,
            Vote: self.vote,
            QuestionWithdraw: self.withdraw,
            QuestionApprove: self.approve,
            QuestionHold: self.move,
            QuestionBegin: self.move,
            QuestionUndo: self.move,
            QuestionMerge: self.move,
            QuestionLabel: self.label,
            QuestionMany: self.act_on_many,
            QuestionAnswer: self.answer,
            QuestionDismiss: self.dismiss,
            QuestionRestore: self.restore,
            QuestionPin: self.pin,
            QuestionUnpin: self.unpin,
            QuestionStage: self.stage,
            QuestionUnstage: self.stage,
        }

    async def ask(self, caller: Caller, command: Ask) -> bytes | None:
        """Post a question under the caller's name; `too_fast` when the viewer has asked too often. A repeat is no question more."""
        intent, by = intent_in(caller, command), paced_by(caller)
        # Read before anything is awaited: by the next line of their frame the caller may be somebody else, elsewhere.
        show_id, viewer_id, author, role = caller.show_id, caller.viewer_id, caller.name, caller.role
        try:
            await self._spend(Act.ASK, by)
        except RefusedError:
            asked = await self._questions.asked_before(intent) if intent else None
            if asked is None:
                raise
        else:
            asked = await self._questions.ask(
                show_id,
                viewer_id,
                author,
                command.text,
                role=role,
                product=command.product,
                anonymous=command.anonymous,
                replay_ms=command.replay_ms,
                intent=intent,
            )
            if isinstance(asked, AskedBefore) and self._pace is not None:
                self._pace.give_back(Act.ASK, by)
        return None if command.id is None else ok_line(command.id, question=asked.id, state=asked.state)

    async def vote(self, caller: Caller, command: Vote) -> bytes | None:
        """Vote once for a question; `too_fast` when the viewer has voted too often."""
        show_id, viewer_id, doubt = caller.show_id, caller.viewer_id, self._doubt_of(caller)
        intent = intent_in(caller, command)
        await self._spend(Act.VOTE, paced_by(caller))
        votes = await self._questions.vote(
            show_id, viewer_id, command.question, doubt=doubt, role=caller.role, intent=intent
        )
        return None if command.id is None else ok_line(command.id, votes=votes)

    async def _spend(self, act: Act, by: Keys) -> None:
        if self._pace is not None:
            await self._pace.spend(act, by)

    async def withdraw(self, caller: Caller, command: QuestionWithdraw) -> bytes | None:
        """Take back the caller's own question."""
        standing = await self._questions.withdraw(
            caller.show_id, caller.viewer_id, command.question, intent=intent_in(caller, command)
        )
        return reply(command, standing)

    async def move(
        self, caller: Caller, command: QuestionHold | QuestionBegin | QuestionUndo | QuestionMerge
    ) -> bytes | None:
        """Move a question by what needs no more words."""
        standing = await self._questions.move(
            caller.show_id,
            acting(caller),
            command.question,
            command.version,
            Merge(command.into) if isinstance(command, QuestionMerge) else _MOVES[type(command)],
            intent=intent_in(caller, command),
        )
        return reply(command, standing)

    async def label(self, caller: Caller, command: QuestionLabel) -> bytes | None:
        """Give a question labels."""
        standing = await self._questions.label(
            caller.show_id,
            acting(caller),
            command.question,
            command.labels,
            intent=intent_in(caller, command),
        )
        return reply(command, standing)

    async def act_on_many(self, caller: Caller, command: QuestionMany) -> bytes | None:
        """Do many acts, each with a result of its own."""
        outcomes = await self._questions.act_on_many(
            caller.show_id, acting(caller), command.acts, intent=intent_in(caller, command)
        )
        return None if command.id is None else ok_line(command.id, results=[_told(each) for each in outcomes])

    async def approve(self, caller: Caller, command: QuestionApprove) -> bytes | None:
        """Let everybody see a pending question."""
        standing = await self._questions.approve(
            caller.show_id,
            acting(caller),
            command.question,
            command.version,
            intent=intent_in(caller, command),
        )
        return reply(command, standing)

    async def answer(self, caller: Caller, command: QuestionAnswer) -> bytes | None:
        """Answer an open question."""
        standing = await self._questions.answer(
            caller.show_id,
            acting(caller),
            command.question,
            command.version,
            text=command.text,
            live=command.live,
            private=command.private,
            intent=intent_in(caller, command),
        )
        return reply(command, standing)

    async def dismiss(self, caller: Caller, command: QuestionDismiss) -> bytes | None:
        """Take a question away from viewers."""
        standing = await self._questions.dismiss(
            caller.show_id,
            acting(caller),
            command.question,
            command.version,
            command.reason,
            intent=intent_in(caller, command),
        )
        return reply(command, standing)

    async def restore(self, caller: Caller, command: QuestionRestore) -> bytes | None:
        """Open a question again."""
        standing = await self._questions.restore(
            caller.show_id,
            acting(caller),
            command.question,
            command.version,
            intent=intent_in(caller, command),
        )
        return reply(command, standing)

    async def pin(self, caller: Caller, command: QuestionPin) -> bytes | None:
        """Show a question above all others."""
        standing = await self._questions.pin(
            caller.show_id, acting(caller), command.question, intent=intent_in(caller, command)
        )
        return reply(command, standing)

    async def unpin(self, caller: Caller, command: QuestionUnpin) -> bytes | None:
        """Show no question above the others."""
        standing = await self._questions.unpin(
            caller.show_id, acting(caller), command.question, intent=intent_in(caller, command)
        )
        return reply(command, standing)

    async def stage(self, caller: Caller, command: QuestionStage | QuestionUnstage) -> bytes | None:
        """Give a question to a host of the show, or take it off their stage."""
        act = (
            Give(command.host, command.now, command.seen)
            if isinstance(command, QuestionStage)
            else TakeOff(command.seen)
        )
        standing = await self._questions.stage(
            caller.show_id, acting(caller), command.question, act, intent=intent_in(caller, command)
        )
        return reply(command, standing)


_MOVES: dict[type[Command], Hold | Begin | Undo] = {
    QuestionHold: Hold(),
    QuestionBegin: Begin(),
    QuestionUndo: Undo(),
}


def _told(outcome: Outcome) -> dict[str, Any]:
    fields = {"question": outcome.question, "state": outcome.state, "version": outcome.version}
    told = {name: value for name, value in fields.items() if value is not None}
    return told if outcome.code is None else told | {"code": outcome.code} | (outcome.data or {})


def reply(command: Command, standing: Standing | None) -> bytes | None:
    """Return the line that says how the question stands; None when no reply is wanted."""
    if command.id is None:
        return None
    if standing is None:
        return ok_line(command.id)
    until = {} if standing.until is None else {"until": standing.until}
    return ok_line(
        command.id,
        question=standing.question_id,
        state=standing.state,
        version=standing.version,
        **until,
    )
