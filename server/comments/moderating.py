"""Moderating: what staff did in one transaction, and what writers took back, written, published and told to those whom it concerns."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import msgspec

from server.audit.actions import Action
from server.audit.trail import Actor, audit
from server.comments.faces import as_own, as_public, as_staff
from server.comments.posting import publish
from server.comments.repository import read_comments, read_stream, update_moved, write_stream
from server.comments.rules import (
    Approve,
    Comment,
    Move,
    Remove,
    Undo,
    Withdraw,
    admit,
    carry_out,
    is_seen,
)
from server.errors import RefusedError
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code
from server.protocol.comment_lines import CommentOwn
from server.protocol.commented import CommentState
from server.shows.repository import read_show
from server.shows.rules import WITHOUT_QUESTIONS
from server.shows.tables import ShowRow

Push = Callable[[str, str, Any], None]
"""Writes a line, JSON-ready, to the connections of one viewer in a show; never waits."""


def tell_nobody(show_id: str, viewer_id: str, line: Any) -> None:
    """For where there are no sockets."""


@dataclass(frozen=True, slots=True)
class ToQuestion:
    """Make a question of the comment."""


@dataclass(frozen=True, slots=True)
class Task:
    """What somebody wants done with a comment; `version` is the one they saw, where they said so.

    `owners`, of a `Withdraw`: the ids that its writer may have.
    """

    actor: Actor
    action: Move | ToQuestion
    comment_id: str
    version: int | None = None
    owners: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """How a comment stands after a task; `question_id` of one that became a question."""

    comment_id: str
    state: CommentState
    version: int
    question_id: str | None = None


MakeQuestion = Callable[[ShowTransaction, Comment], Awaitable[str]]
"""The questions' part: keeps and publishes a question that the comment's writer has asked, and returns its id."""

ACTIONS: Final[dict[type[Any], Action]] = {
    Approve: "comment.approve",
    Remove: "comment.remove",
    Undo: "comment.undo",
    ToQuestion: "comment.to_question",
}
"""What each act of staff is called in the audit."""


async def moderate_many(
    tx: ShowTransaction, tasks: Sequence[Task], *, make_question: MakeQuestion, push: Push
) -> list[Standing | RefusedError]:
    """Carry out what was wanted, in the order in which it came, and write what came of it."""
    show = await read_show(tx.connection, tx.show_id)
    if show is None:
        return [RefusedError(Code.NOT_FOUND) for _ in tasks]
    found = await read_comments(tx.connection, tx.show_id, {task.comment_id for task in tasks})
    desk = _Desk(tx, show, {comment.id: comment for comment in found}, make_question, push)
    answers: list[Standing | RefusedError] = []
    for task in tasks:
        try:
            answers.append(await desk.carry_out(task))
        except RefusedError as refused:
            answers.append(refused)
    await update_moved(tx.connection, desk.changed)
    return answers


class _Desk:
    """Applies tasks in order; `changed` are the comments that are to be written."""

    def __init__(
        self,
        tx: ShowTransaction,
        show: ShowRow,
        comments: dict[str, Comment],
        make_question: MakeQuestion,
        push: Push,
    ) -> None:
        self._tx = tx
        self._show = show
        self._comments = comments
        self._make_question = make_question
        self._push = push
        self._changed_ids: dict[str, None] = {}

    @property
    def changed(self) -> list[Comment]:
        return [self._comments[id] for id in self._changed_ids]

    async def carry_out(self, task: Task) -> Standing:
        """Do one task and return how its comment stands; raises `not_found` and `conflict`, and changes nothing then."""
        before = self._comments.get(task.comment_id)
        if before is None:
            raise RefusedError(Code.NOT_FOUND)
        if isinstance(task.action, Withdraw):
            return await self._withdraw(task, task.action, before)
        if isinstance(task.action, ToQuestion):
            return await self._ask(task, before)
        after = carry_out(task.action, before, task.actor.name, version=task.version)
        if after is None:
            raise _conflict(before)
        after = await self._keep(before, after, admitted=isinstance(task.action, Approve))
        self._audit(task, before, after)
        self._tell_own(after)
        return _standing_of(after)

    async def _withdraw(self, task: Task, move: Withdraw, before: Comment) -> Standing:
        """The writer's own move is in no audit, and whoever reads the refusal is no staff."""
        if before.viewer_id not in task.owners:
            raise RefusedError(Code.NOT_FOUND)
        after = carry_out(move, before, before.author)
        if after is None:
            raise RefusedError(Code.CONFLICT, current=msgspec.to_builtins(as_own(before)))
        return _standing_of(await self._keep(before, replace(after, moderated_by=None)))

    async def _ask(self, task: Task, before: Comment) -> Standing:
        if self._show.state in WITHOUT_QUESTIONS:
            raise RefusedError(Code.SHOW_NOT_LIVE)
        stale = task.version is not None and task.version != before.version
        if stale or before.question_id is not None or before.state not in ("held", "open"):
            raise _conflict(before)
        question = await self._make_question(self._tx, before)
        after = replace(before, question_id=question, version=before.version + 1)
        after = replace(after, moderated_by=task.actor.name)
        after = await self._keep(before, after)
        self._audit(task, before, after, question=question)
        self._tell_own(after)
        return _standing_of(after)

    async def _keep(self, before: Comment, after: Comment, *, admitted: bool = False) -> Comment:
        """Keep the comment as it stands now and tell the room; return it with the place that it has got, where it is `admitted`."""
        if admitted:
            stream = await read_stream(self._tx.connection, self._tx.show_id)
            after, now = admit(stream, after)
            if now != stream:
                await write_stream(self._tx.connection, self._tx.show_id, now)
                publish(self._tx, stream, now, [after])
                return self._note(after)
        self._tell(before, after)
        return self._note(after)

    def _note(self, after: Comment) -> Comment:
        self._comments[after.id] = after
        self._changed_ids[after.id] = None
        return after

    def _tell(self, before: Comment, after: Comment) -> None:
        staff = {"comment": as_staff(after)}
        if is_seen(after):
            self._tx.publish("comment.changed", {"comment": as_public(after)}, staff=staff)
        elif is_seen(before):
            self._tx.publish("comment.removed", {"comment": {"id": after.id}}, staff=staff)
        else:
            self._tx.publish_to_staff("comment.changed", staff)

    def _tell_own(self, after: Comment) -> None:
        line = CommentOwn(as_own(after))
        self._tx.afterwards.append(partial(self._push, self._tx.show_id, after.viewer_id, line))

    def _audit(self, task: Task, before: Comment, after: Comment, **more: Any) -> None:
        details: dict[str, Any] = {"from": before.state, "to": after.state, "version": after.version, **more}
        if isinstance(task.action, Remove):
            details["reason"] = task.action.reason
        if self._show.state == "live" and self._show.started_at is not None:
            details["show_ms"] = int((self._tx.now - self._show.started_at).total_seconds() * 1000)
        audit(self._tx, task.actor, ACTIONS[type(task.action)], after.id, **details)


def _conflict(comment: Comment) -> RefusedError:
    """Return the refusal of what the comment, as it stands, does not allow; `current` says who moved it last."""
    return RefusedError(Code.CONFLICT, current=msgspec.to_builtins(as_staff(comment)))


def _standing_of(comment: Comment) -> Standing:
    return Standing(comment.id, comment.state, comment.version, comment.question_id)
