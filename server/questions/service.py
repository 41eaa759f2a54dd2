"""Questions through the journal: each public method is one command, and commands that arrive together share a transaction."""

from collections.abc import Sequence
from functools import partial

from server.access.roles import is_staff
from server.audit.trail import Actor
from server.db.engine import Database
from server.errors import RefusedError
from server.hub.crowd import Doubt
from server.journal.intents import Intent, read_stored
from server.journal.journal import Journal
from server.protocol.codes import Code
from server.protocol.question_commands import DismissReason, ManyAct
from server.questions.asking import Asked, AskedBefore, Asking, ask_many
from server.questions.lists import Lists
from server.questions.many import Many, Outcome, act_on_many, as_task
from server.questions.moderating import Follow, Leaving, follow_nothing, moderate_many, release_many
from server.questions.pseudonyms import Pseudonyms
from server.questions.rules import (
    ANSWER_CHARACTERS_MAX,
    TEXT_CHARACTERS_MAX,
    Answer,
    Approve,
    Begin,
    Dismiss,
    Hold,
    Merge,
    Restore,
    Undo,
    Withdraw,
)
from server.questions.standing import known
from server.questions.tasks import (
    Give,
    Label,
    Pin,
    Release,
    Standing,
    TakeClaim,
    TakeOff,
    Task,
    Unpin,
    labels_of,
)
from server.questions.telling import Push, tell_nobody
from server.questions.voting import Voting, vote_many
from server.screening.door import ByModeration, Screening
from server.text import clean_text
from server.viewers.alias_repository import read_guests_of


class Questions(Lists):
    """Asking, voting and moderating in any show; `watch_seconds` are those of `vote_many`.

    `pseudonyms` of anonymous askers; `screening` decides about what is written; `push` tells authors what becomes of their questions,
    and `follow` does what follows from that elsewhere.
    """

    def __init__(
        self,
        journal: Journal,
        database: Database,
        *,
        watch_seconds: float,
        pseudonyms: Pseudonyms,
        screening: Screening | None = None,
        push: Push = tell_nobody,
        follow: Follow = follow_nothing,
    ) -> None:
        super().__init__(database)
        self._journal = journal
        # The journal groups commands by their handler: it must be the same object each time.
        self._screening = screening or ByModeration()
        self._ask_many = partial(ask_many, screening=self._screening, pseudonyms=pseudonyms, push=push)
        self._vote_many = partial(vote_many, watch_seconds=watch_seconds)
        self._moderate_many = partial(moderate_many, push=push, follow=follow)
        self._release_many = partial(release_many, push=push)
        self._act_on_many = partial(act_on_many, push=push, follow=follow)

    async def ask(
        self,
        show_id: str,
        viewer_id: str,
        author: str,
        text: str,
        *,
        role: str = "viewer",
        product: str | None = None,
        anonymous: bool = False,
        replay_ms: int | None = None,
        intent: Intent | None = None,
    ) -> Asked:
        """Post a question of `author`, who is `role` in the channel, or hand it to the moderators where the show wants that first.

        `anonymous`: staff read a pseudonym; not for staff. `replay_ms`: which place of the show is seen, at a replay. Returns `AskedBefore`
        when the intent was carried out before. Raises `invalid` for a text that holds nothing visible and for a place that the replay
        does not have, `not_found` for a product that the channel does not sell, `show_not_live`, and what the screening refuses with.
        """
        if anonymous and is_staff(role):
            raise RefusedError(Code.INVALID, "Staff ask under their names.")
        clean = clean_text(text, characters_max=TEXT_CHARACTERS_MAX)
        looked = await self._screening.look(show_id, role, clean)
        asking = Asking(viewer_id, author, clean, role, product, anonymous, looked, replay_ms)
        ask, kind = self._ask_many, AskedBefore
        return await self._journal.commit(show_id, ask, asking, intent=intent, kind=kind, patient=True)

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

        A vote in doubt counts apart, which only staff see; its voter's own page counts it. Raises `not_found` for a question that viewers
        cannot see, `show_not_live` after the show's end.
        """
        voting = Voting(viewer_id, question_id, doubt, staff=role != "viewer")
        return await self._journal.commit(
            show_id, self._vote_many, voting, intent=intent, kind=int, repeatable=True, patient=True
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
        return known(await self._moderate(show_id, task, intent))

    async def answer(
        self,
        show_id: str,
        actor: Actor,
        question_id: str,
        version: int | None,
        *,
        text: str | None,
        live: bool,
        private: bool = False,
        intent: Intent | None = None,
    ) -> Standing:
        """Answer a question by `text`, `private` to those alone who asked or voted, or `live` in the video.

        Raises `invalid` unless it is one of the two, and `conflict`.
        """
        if (text is None) != live or (private and live):
            why = "An answer is either `text` or `live: true`; `private` goes with `text`."
            raise RefusedError(Code.INVALID, why)
        cleaned = None if text is None else clean_text(text, characters_max=ANSWER_CHARACTERS_MAX)
        task = Task(actor, Answer(cleaned, private), question_id, version)
        return known(await self._moderate(show_id, task, intent))

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
        return known(await self._moderate(show_id, task, intent))

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
        return known(await self._moderate(show_id, task, intent))

    async def pin(
        self, show_id: str, actor: Actor, question_id: str, *, intent: Intent | None = None
    ) -> Standing:
        """Show an open or answered question above all others; raises `conflict` in another state."""
        return known(await self._moderate(show_id, Task(actor, Pin(), question_id), intent))

    async def unpin(
        self, show_id: str, actor: Actor, question_id: str | None, *, intent: Intent | None = None
    ) -> Standing | None:
        """Unpin the question, or whichever is pinned; returns None when none was, and changes nothing when it was another."""
        return await self._moderate(show_id, Task(actor, Unpin(), question_id), intent)

    async def move(
        self,
        show_id: str,
        actor: Actor,
        question_id: str,
        version: int | None,
        move: Hold | Begin | Undo | Merge,
        *,
        intent: Intent | None = None,
    ) -> Standing:
        """Move a question by what needs no more words; raises `conflict`."""
        return known(await self._moderate(show_id, Task(actor, move, question_id, version), intent))

    async def withdraw(
        self,
        show_id: str,
        viewer_id: str,
        question_id: str,
        *,
        intent: Intent | None = None,
    ) -> Standing:
        """Take back the viewer's own question, also one that they asked as a guest of the show, while nobody answers it.

        Raises `not_found` for one that is not theirs, `conflict` when somebody works on it or it is no longer open.
        """
        async with self._database.read_soon() as connection:
            owners = (viewer_id, *await read_guests_of(connection, show_id, viewer_id))
        task = Task(Actor(viewer_id, "", "viewer"), Withdraw(), question_id, owners=owners)
        return known(await self._moderate(show_id, task, intent))

    async def claim(
        self,
        show_id: str,
        actor: Actor,
        question_id: str,
        *,
        connection_id: str = "",
        take_over: bool = False,
    ) -> Standing:
        """Work on a question, so that nobody else answers it, or go on to; raises `conflict` that names who does."""
        task = Task(actor, TakeClaim(connection_id, take_over), question_id)
        return known(await self._moderate(show_id, task))

    async def release(self, show_id: str, actor: Actor, question_id: str) -> Standing:
        """Work on it no longer; raises `conflict` when somebody else does."""
        return known(await self._moderate(show_id, Task(actor, Release(), question_id)))

    async def leave(self, show_id: str, actor: Actor, connection_id: str) -> None:
        """Release what a connection that is gone has claimed."""
        await self._journal.commit(show_id, self._release_many, Leaving(actor, connection_id), patient=True)

    async def label(
        self,
        show_id: str,
        actor: Actor,
        question_id: str,
        labels: Sequence[str],
        *,
        intent: Intent | None = None,
    ) -> Standing:
        """Give a question these labels, for staff alone, in the place of those that it had; raises `invalid`."""
        return known(
            await self._moderate(show_id, Task(actor, Label(labels_of(labels)), question_id), intent)
        )

    async def act_on_many(
        self, show_id: str, actor: Actor, acts: Sequence[ManyAct], *, intent: Intent | None = None
    ) -> list[Outcome]:
        """Do many acts, in order, in one transaction; each is done or refused by itself. Raises `invalid` for one that lacks something."""
        many = Many([as_task(actor, act) for act in acts])
        return await self._journal.commit(show_id, self._act_on_many, many, intent=intent, kind=list[Outcome])

    async def stage(
        self,
        show_id: str,
        actor: Actor,
        question_id: str,
        act: Give | TakeOff,
        *,
        intent: Intent | None = None,
    ) -> Standing:
        """Give a question to a host of the show, or take it off the stage on which it stands; raises as `Stages` does."""
        return known(await self._moderate(show_id, Task(actor, act, question_id), intent))

    async def _moderate(self, show_id: str, task: Task, intent: Intent | None = None) -> Standing | None:
        handler = self._moderate_many
        return await self._journal.commit(show_id, handler, task, intent=intent, kind=Standing | None)
