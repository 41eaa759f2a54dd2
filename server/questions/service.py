"""Questions through the journal: each public method is one command, and commands that arrive together share a transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import cast

from server.access.bans_repository import read_bans
from server.access.roles import is_staff
from server.audit.trail import Actor
from server.db.engine import Database
from server.errors import RefusedError
from server.hub.crowd import Doubt
from server.ids import new_id
from server.journal.intents import Intent, read_stored
from server.journal.journal import Journal
from server.journal.transaction import ShowTransaction
from server.ledger.repository import record_facts
from server.protocol.codes import Code
from server.protocol.commands import DismissReason
from server.protocol.pushes import HIDDEN, Moderation, QuestionState
from server.questions.desk import Desk, Pin, Standing, Task, Unpin, asked_fact
from server.questions.faces import as_public, as_staff
from server.questions.repository import (
    INSERT_QUESTIONS,
    QuestionOrder,
    Rank,
    read_asked_by,
    read_questions,
    read_queue,
    read_visible,
    read_voted_by,
    update_moved,
)
from server.questions.rules import (
    ANSWER_CHARACTERS_MAX,
    TEXT_CHARACTERS_MAX,
    Answer,
    Approve,
    Dismiss,
    Question,
    Restore,
    VisiblePage,
    first_state,
)
from server.questions.voting import Voting, vote_many
from server.shows.repository import read_show, update_show
from server.shows.rules import WITHOUT_QUESTIONS
from server.text import clean_text


@dataclass(frozen=True, slots=True)
class Asking:
    """A viewer asks; `text` is clean."""

    viewer_id: str
    author: str
    text: str
    role: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that is kept, and the state in which it began."""

    id: str
    state: QuestionState


class AskedBefore(Asked):
    """The same of a question that was asked under the same key before."""

    __slots__ = ()


class Questions:
    """Asking, voting and moderating in any show; `watch_seconds` are those of `vote_many`."""

    def __init__(self, journal: Journal, database: Database, *, watch_seconds: float) -> None:
        self._journal = journal
        self._database = database
        # The journal groups commands by their handler: it must be the same object each time.
        self._ask_many = ask_many
        self._vote_many = partial(vote_many, watch_seconds=watch_seconds)
        self._moderate_many = moderate_many

    async def ask(
        self,
        show_id: str,
        viewer_id: str,
        author: str,
        text: str,
        *,
        role: str = "viewer",
        intent: Intent | None = None,
    ) -> Asked:
        """Post a question of `author`, who is `role` in the channel, or hand it to the moderators where the show wants that first.

        Returns `AskedBefore` when the intent was carried out before. Raises `invalid` for a text that holds nothing visible,
        `show_not_live` after the show's end.
        """
        asking = Asking(viewer_id, author, clean_text(text, characters_max=TEXT_CHARACTERS_MAX), role)
        return await self._journal.commit(show_id, self._ask_many, asking, intent=intent, kind=AskedBefore)

    async def asked_before(self, intent: Intent) -> Asked | None:
        """Return what was asked under the same key before, if anything was; raises `key_reused` when it was something else."""
        async with self._database.read_soon() as connection:
            stored = (await read_stored(connection, [intent])).get(intent.place)
        if stored is None:
            return None
        answer: Asked | RefusedError = stored.answer(intent, AskedBefore)
        if isinstance(answer, RefusedError):
            raise answer
        return answer

    async def vote(
        self,
        show_id: str,
        viewer_id: str,
        question_id: str,
        *,
        doubt: Doubt | None = None,
        role: str = "viewer",
        intent: Intent | None = None,
    ) -> int:
        """Vote once for an open or answered question, and return its votes as they are for the voter; voting again changes nothing.

        A vote in doubt counts apart, which only staff see; its voter's own page counts it.

        Raises `not_found` for a question that viewers cannot see, `show_not_live` after the show's end.
        """
        voting = Voting(viewer_id, question_id, doubt, staff=role != "viewer")
        return await self._journal.commit(
            show_id, self._vote_many, voting, intent=intent, kind=int, repeatable=True
        )

    async def approve(
        self,
        show_id: str,
        actor: Actor,
        question_id: str,
        version: int | None,
        *,
        intent: Intent | None = None,
    ) -> Standing:
        """Let everybody see a pending question; raises `conflict` with `current`."""
        task = Task(actor, Approve(), question_id, version)
        return _known(await self._moderate(show_id, task, intent))

    async def answer(
        self,
        show_id: str,
        actor: Actor,
        question_id: str,
        version: int | None,
        *,
        text: str | None,
        live: bool,
        intent: Intent | None = None,
    ) -> Standing:
        """Answer an open question by `text` or `live` in the video; raises `invalid` unless it is one of the two, and `conflict`."""
        if (text is None) != live:
            raise RefusedError(Code.INVALID, "An answer is either `text` or `live: true`.")
        cleaned = None if text is None else clean_text(text, characters_max=ANSWER_CHARACTERS_MAX)
        task = Task(actor, Answer(cleaned), question_id, version)
        return _known(await self._moderate(show_id, task, intent))

    async def dismiss(
        self,
        show_id: str,
        actor: Actor,
        question_id: str,
        version: int | None,
        reason: DismissReason,
        *,
        intent: Intent | None = None,
    ) -> Standing:
        """Take a question away from viewers, and unpin it; raises `conflict`."""
        task = Task(actor, Dismiss(reason), question_id, version)
        return _known(await self._moderate(show_id, task, intent))

    async def restore(
        self,
        show_id: str,
        actor: Actor,
        question_id: str,
        version: int | None,
        *,
        intent: Intent | None = None,
    ) -> Standing:
        """Undo an answer or a dismissal; raises `conflict`."""
        task = Task(actor, Restore(), question_id, version)
        return _known(await self._moderate(show_id, task, intent))

    async def pin(
        self, show_id: str, actor: Actor, question_id: str, *, intent: Intent | None = None
    ) -> Standing:
        """Show an open or answered question above all others; raises `conflict` in another state."""
        return _known(await self._moderate(show_id, Task(actor, Pin(), question_id), intent))

    async def unpin(
        self, show_id: str, actor: Actor, question_id: str | None, *, intent: Intent | None = None
    ) -> Standing | None:
        """Unpin the question, or whichever is pinned; returns None when none was, and changes nothing when it was another."""
        return await self._moderate(show_id, Task(actor, Unpin(), question_id), intent)

    async def list_queue(
        self, show_id: str, state: str | None, *, after: str | None, limit: int
    ) -> list[Question]:
        """Return up to `limit` questions of the show, newest first, in `state` and behind `after` where given."""
        async with self._database.read_soon() as connection:
            return await read_queue(connection, show_id, state, after=after, limit=limit)

    async def list_visible(
        self,
        show_id: str,
        states: Sequence[QuestionState],
        order: QuestionOrder,
        *,
        after: str | Rank | None,
        limit: int,
    ) -> VisiblePage:
        """Return up to `limit` of the questions that every viewer sees, behind `after` where given; raises `not_found`."""
        async with self._database.read_soon() as connection:
            show = await read_show(connection, show_id)
            if show is None:
                raise RefusedError(Code.NOT_FOUND)
            found = await read_visible(connection, show_id, states, order, after=after, limit=limit)
            banned = frozenset(ban.viewer_id for ban in await read_bans(connection, show_id))
            return VisiblePage(show.channel_id, show.guests_allowed, banned, show.state in HIDDEN, found)

    async def list_own(self, show_id: str, viewer_id: str) -> tuple[list[Question], list[str]]:
        """Return the viewer's own questions, newest first, and the ids of the questions they voted for."""
        async with self._database.read_soon() as connection:
            asked = await read_asked_by(connection, show_id, viewer_id)
            return asked, await read_voted_by(connection, show_id, viewer_id)

    async def _moderate(self, show_id: str, task: Task, intent: Intent | None) -> Standing | None:
        return await self._journal.commit(
            show_id, self._moderate_many, task, intent=intent, kind=Standing | None
        )


def _known(standing: Standing | None) -> Standing:
    assert standing is not None, "only unpinning may be about no question"
    return standing


async def ask_many(tx: ShowTransaction, asked: Sequence[Asking]) -> list[Asked | RefusedError]:
    """Write and publish the questions of one batch, in the order in which they came."""
    show = await read_show(tx.connection, tx.show_id)
    if show is None or show.state in WITHOUT_QUESTIONS:
        return [RefusedError(Code.SHOW_NOT_LIVE) for _ in asked]
    state = first_state(cast("Moderation", show.moderation))
    made = [
        None
        if tx.rehearsal and not is_staff(asking.role)  # on the way when it began
        else Question(
            id=new_id("q"),
            show_id=tx.show_id,
            viewer_id=asking.viewer_id,
            author=asking.author,
            text=asking.text,
            state=state,
            version=0,
            votes=0,
            asked_at=tx.now,
            role=asking.role,
        )
        for asking in asked
    ]
    questions = [question for question in made if question is not None]
    tx.write(INSERT_QUESTIONS, questions)
    for question in questions:
        if state == "open":
            tx.publish(
                "question.posted", {"question": as_public(question)}, staff={"question": as_staff(question)}
            )
        else:
            tx.publish_to_staff("question.submitted", {"question": as_staff(question)})
    record_facts(tx, [asked_fact(question) for question in questions])
    return [RefusedError(Code.NOT_FOUND) if each is None else Asked(each.id, state) for each in made]


async def moderate_many(tx: ShowTransaction, tasks: Sequence[Task]) -> list[Standing | RefusedError | None]:
    """Carry out what staff did, in the order in which it came, and write what came of it."""
    show = await read_show(tx.connection, tx.show_id)
    if show is None:
        return [RefusedError(Code.NOT_FOUND) for _ in tasks]
    wanted = {task.question_id for task in tasks} | {show.pinned_question}
    questions = await read_questions(tx.connection, tx.show_id, [id for id in wanted if id is not None])
    desk = Desk(tx, questions, show.pinned_question)
    answers = [desk.carry_out(task) for task in tasks]
    await update_moved(tx.connection, desk.moved)
    desk.drop_final(show.state)
    if desk.pinned != show.pinned_question:
        await update_show(tx.connection, tx.show_id, {"pinned_question": desk.pinned})
    record_facts(tx, desk.facts)
    desk.tell_answers(show.channel_id)
    return answers
