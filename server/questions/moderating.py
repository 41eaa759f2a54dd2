"""Moderating: what staff did in one transaction, and what authors took back, written, published and told to those whom it concerns."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from server.audit.trail import Actor
from server.errors import RefusedError
from server.journal.transaction import ShowTransaction
from server.ledger.repository import record_facts
from server.protocol.codes import Code
from server.protocol.question_lines import QuestionOwn
from server.questions.desk import Desk
from server.questions.faces import as_own
from server.questions.people_repository import read_claimed_at, read_voters
from server.questions.repository import read_questions, update_changed
from server.questions.rules import Question
from server.questions.tasks import Release, Standing, Task
from server.shows.repository import read_show, update_show

Push = Callable[[str, str, Any], None]
"""Writes a line, JSON-ready, to the connections of one viewer in a show; never waits."""


def tell_nobody(show_id: str, viewer_id: str, line: Any) -> None:
    """For where there are no sockets."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """A connection of a member of staff is gone; what it claimed is nobody's."""

    actor: Actor
    connection_id: str


async def moderate_many(
    tx: ShowTransaction, tasks: Sequence[Task], *, push: Push = tell_nobody
) -> list[Standing | RefusedError | None]:
    """Carry out what was wanted, in the order in which it came, and write what came of it."""
    show = await read_show(tx.connection, tx.show_id)
    if show is None:
        return [RefusedError(Code.NOT_FOUND) for _ in tasks]
    wanted = {task.question_id for task in tasks} | {show.pinned_question}
    questions = await read_questions(tx.connection, tx.show_id, [id for id in wanted if id is not None])
    desk = Desk(tx, show, questions)
    answers = [desk.carry_out(task) for task in tasks]
    await update_changed(tx.connection, desk.changed)
    desk.drop_final()
    if desk.pinned != show.pinned_question:
        await update_show(tx.connection, tx.show_id, {"pinned_question": desk.pinned})
    record_facts(tx, desk.facts)
    desk.tell_answers()
    await _tell_own(tx, desk.moved, push)
    return answers


async def release_many(tx: ShowTransaction, leaving: Sequence[Leaving], *, push: Push) -> list[None]:
    """Release what connections that are gone have claimed."""
    by_connection = {each.connection_id: each.actor for each in leaving}
    claimed = await read_claimed_at(tx.connection, tx.show_id, list(by_connection))
    tasks = [Task(by_connection[connection], Release(left=True), id) for id, connection in claimed]
    if tasks:
        await moderate_many(tx, tasks, push=push)
    return [None for _ in leaving]


async def _tell_own(tx: ShowTransaction, moved: Sequence[Question], push: Push) -> None:
    """Tell each author how their question stands, and of an answer that is not for everybody also who voted for it."""
    private = [question.id for question in moved if question.private_text and question.state == "answered"]
    voters = await read_voters(tx.connection, private)
    for question in moved:
        line = QuestionOwn(as_own(question))
        for viewer in dict.fromkeys([question.viewer_id, *voters.get(question.id, [])]):
            tx.afterwards.append(partial(push, tx.show_id, viewer, line))
