"""Moderating: what staff did in one transaction, and what authors took back, written, published and told to those whom it concerns."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from msgspec import UNSET

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
from server.questions.rules import Merge, Question
from server.questions.stages import Stages
from server.questions.stages_repository import clear_stages, read_hosts, read_staged
from server.questions.tasks import Give, Release, Standing, TakeOff, Task
from server.questions.telling import Push, tell_nobody
from server.questions.united_repository import count_voters, read_merged, recount
from server.questions.voting import publish_votes
from server.shows.repository import read_show, update_show
from server.shows.tables import ShowRow

Follow = Callable[[ShowTransaction, str, Sequence[Question]], Awaitable[None]]
"""Given the channel, and the questions of the show whose state has just changed: what follows from that in the same transaction."""


async def follow_nothing(tx: ShowTransaction, channel_id: str, moved: Sequence[Question]) -> None:
    """For where nothing else is made of questions."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """A connection of a member of staff is gone; what it claimed is nobody's."""

    actor: Actor
    connection_id: str


async def moderate_many(
    tx: ShowTransaction, tasks: Sequence[Task], *, push: Push = tell_nobody, follow: Follow = follow_nothing
) -> list[Standing | RefusedError | None]:
    """Carry out what was wanted, in the order in which it came, and write what came of it."""
    show = await read_show(tx.connection, tx.show_id)
    if show is None:
        return [RefusedError(Code.NOT_FOUND) for _ in tasks]
    questions = await _read_wanted(tx, tasks, show.pinned_question)
    hosts = await read_hosts(tx.connection, tx.show_id) if _touches_stages(tasks, questions) else []
    if hosts:
        known = {question.id for question in questions}
        questions += [q for q in await read_staged(tx.connection, tx.show_id) if q.id not in known]
    roots = {task.action.into for task in tasks if isinstance(task.action, Merge)}
    roots |= {question.merged_into for question in questions if question.merged_into is not None}
    voters = await count_voters(tx.connection, tx.show_id, roots)
    desk = Desk(tx, show, questions, hosts)
    answers = [desk.carry_out(task) for task in tasks]
    await update_changed(tx.connection, desk.changed)
    recounted = {root: voters[root] for root in desk.recounted}
    counts = await recount(tx.connection, tx.show_id, recounted)
    publish_votes(tx, counts, [root for root in counts if desk.is_seen(root)])
    desk.drop_final()
    if desk.pinned != show.pinned_question:
        await update_show(tx.connection, tx.show_id, {"pinned_question": desk.pinned})
    record_facts(tx, desk.facts)
    desk.tell_answers()
    if desk.moved:
        await follow(tx, show.channel_id, desk.moved)
    await _tell_own(tx, desk, push)
    return answers


async def _read_wanted(tx: ShowTransaction, tasks: Sequence[Task], pinned: str | None) -> list[Question]:
    """Return the questions that the tasks are about, and those that stand for them or are to."""
    merges = {task.action.into for task in tasks if isinstance(task.action, Merge)}
    wanted = {task.question_id for task in tasks} | merges | {pinned}
    questions = await read_questions(tx.connection, tx.show_id, [id for id in wanted if id is not None])
    roots = {question.merged_into for question in questions} - wanted - {None}
    if not roots:
        return questions
    return [*questions, *await read_questions(tx.connection, tx.show_id, [id for id in roots if id])]


def _touches_stages(tasks: Sequence[Task], questions: Sequence[Question]) -> bool:
    """Whether a stage may stand otherwise after the tasks; most are about questions that nobody has put on one."""
    staging = any(isinstance(task.action, Give | TakeOff) for task in tasks)
    return staging or any(question.stage_host is not None for question in questions)


async def follow_hosts(tx: ShowTransaction, show: ShowRow) -> None:
    """Others may host the show now: whoever does no longer loses their stage, and everybody is told."""
    hosts = await read_hosts(tx.connection, tx.show_id)
    await clear_stages(tx.connection, tx.show_id, but=[host.person_id for host in hosts])
    staged = await read_staged(tx.connection, tx.show_id)
    Stages(hosts, {question.id: question for question in staged}).tell_anew(tx)


async def release_many(tx: ShowTransaction, leaving: Sequence[Leaving], *, push: Push) -> list[None]:
    """Release what connections that are gone have claimed."""
    by_connection = {each.connection_id: each.actor for each in leaving}
    claimed = await read_claimed_at(tx.connection, tx.show_id, list(by_connection))
    tasks = [Task(by_connection[connection], Release(left=True), id) for id, connection in claimed]
    if tasks:
        await moderate_many(tx, tasks, push=push)
    return [None for _ in leaving]


async def _tell_own(tx: ShowTransaction, desk: Desk, push: Push) -> None:
    """Tell each author how their question stands, those of questions merged into it too.

    Of an answer that is not for everybody whoever voted for any of them is told.
    """
    standing = {question.id: question for question in desk.moved}
    merged = await read_merged(tx.connection, tx.show_id, [q.id for q in desk.moved if q.merged])
    concerned = [*desk.moved, *(question for question in merged if question.id not in standing)]
    private = [q.id for q in concerned if (desk.root_of(q) or q).private_text is not None]
    voters = await read_voters(tx.connection, private)
    for question in concerned:
        root = desk.root_of(question)
        line = QuestionOwn(as_own(question), UNSET if root is None else as_own(root))
        for viewer in dict.fromkeys([question.viewer_id, *voters.get(question.id, [])]):
            tx.afterwards.append(partial(push, tx.show_id, viewer, line))
