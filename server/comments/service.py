"""Comments through the journal: each public method is one command, and commands that arrive together share a transaction."""

from collections.abc import Sequence
from functools import partial

from server.access.entry import ShowTerms
from server.access.repository import read_terms
from server.access.roles import is_staff
from server.audit.trail import Actor
from server.comments.moderating import (
    MakeQuestion,
    Push,
    Standing,
    Task,
    ToQuestion,
    moderate_many,
    tell_nobody,
)
from server.comments.posting import Commenting, Kept, KeptBefore, comment_many
from server.comments.reacting import Reacting, react_many
from server.comments.repository import (
    Reaction,
    read_all_comments,
    read_reactions_by,
    read_shown,
    read_written_by,
)
from server.comments.rules import TEXT_CHARACTERS_MAX, Comment, Move, Withdraw
from server.comments.switching import Switching, switch_many
from server.comments.ticking import Ticks
from server.db.engine import Database
from server.errors import RefusedError
from server.journal.intents import Intent, read_stored
from server.journal.journal import Journal
from server.protocol.codes import Code
from server.protocol.commented import CommentsFor, CommentState
from server.screening.door import ByModeration, Screening
from server.text import clean_text
from server.viewers.alias_repository import read_guests_of

OWN_MAX = 100
"""Of a viewer's own comments and reactions, so many of the newest are given back to them."""


class Comments:
    """Commenting, reacting and moderating in any show.

    `make_question` is the questions' part of a comment that becomes one; `screening` decides about what is written; `push` tells writers
    what becomes of their comments.
    """

    def __init__(
        self,
        journal: Journal,
        database: Database,
        *,
        make_question: MakeQuestion,
        screening: Screening | None = None,
        push: Push = tell_nobody,
        ticks: Ticks | None = None,
    ) -> None:
        self._journal = journal
        self._database = database
        self._ticks = ticks or Ticks()
        # The journal groups commands by their handler: it must be the same object each time.
        self._screening = screening or ByModeration()
        self._comment_many = partial(comment_many, screening=self._screening)
        self._moderate_many = partial(moderate_many, make_question=make_question, push=push)

    async def write(
        self,
        show_id: str,
        viewer_id: str,
        author: str,
        text: str,
        *,
        role: str = "viewer",
        known: bool = True,
        intent: Intent | None = None,
    ) -> Kept:
        """Keep a comment of `author`, who is `role` in the channel, and `known` unless a guest; returns once it is committed.

        In a busy show viewers' comments wait for one another, those of staff for nobody. Returns `KeptBefore` when the intent was carried
        out before. Raises `invalid` for a text that is too long or holds nothing visible, `comments_closed`, `show_not_live`, and what
        the screening refuses with.
        """
        clean = clean_text(text, characters_max=TEXT_CHARACTERS_MAX)
        looked = await self._screening.look(show_id, role, clean)
        crowd = not is_staff(role)
        if crowd:
            await self._ticks.turn(show_id)
        commenting = Commenting(viewer_id, author, clean, role, known, looked)
        return await self._journal.commit(
            show_id, self._comment_many, commenting, intent=intent, kind=KeptBefore, patient=crowd
        )

    async def written_before(self, intent: Intent) -> Kept | None:
        """Return what the intent came to when it was carried out before; raises `key_reused`."""
        async with self._database.read_soon() as connection:
            stored = (await read_stored(connection, [intent])).get(intent.place)
        if stored is None:
            return None
        answer: Kept | RefusedError = stored.answer(intent, KeptBefore)
        if isinstance(answer, RefusedError):
            raise answer
        return answer

    async def react(
        self,
        show_id: str,
        viewer_id: str,
        comment_id: str,
        kind: str,
        *,
        on: bool,
        intent: Intent | None = None,
    ) -> dict[str, int]:
        """React once with each kind to a comment that viewers see, or take that back (`on` False); return its newest counts.

        The same again changes nothing. Raises `not_found`, `show_not_live`.
        """
        await self._ticks.turn(show_id)
        reacting = Reacting(viewer_id, comment_id, kind, on)
        return await self._journal.commit(
            show_id, react_many, reacting, intent=intent, kind=dict[str, int], repeatable=True, patient=True
        )

    async def move(
        self,
        show_id: str,
        actor: Actor,
        comment_id: str,
        version: int | None,
        move: Move | ToQuestion,
        *,
        intent: Intent | None = None,
    ) -> Standing:
        """Do what staff may do with a comment; raises `not_found`, and `conflict` with `current`."""
        return await self._moderate(show_id, Task(actor, move, comment_id, version), intent)

    async def withdraw(
        self, show_id: str, viewer_id: str, comment_id: str, *, intent: Intent | None = None
    ) -> Standing:
        """Take back the viewer's own comment, also one that they wrote as a guest of the show.

        Raises `not_found` for one that is not theirs, `conflict` for one that is gone already.
        """
        async with self._database.read_soon() as connection:
            owners = (viewer_id, *await read_guests_of(connection, show_id, viewer_id))
        task = Task(Actor(viewer_id, "", "viewer"), Withdraw(), comment_id, owners=owners)
        return await self._moderate(show_id, task, intent)

    async def switch(
        self, show_id: str, actor: Actor, setting: CommentsFor, *, intent: Intent | None = None
    ) -> CommentsFor:
        """Say who may comment in the show from now on; the same again changes nothing."""
        switching = Switching(actor, setting)
        return await self._journal.commit(
            show_id, switch_many, switching, intent=intent, kind=CommentsFor, repeatable=True
        )

    async def list_shown(self, show_id: str, *, before: int | None, limit: int) -> list[Comment]:
        """Return up to `limit` of the comments that viewers were shown, the newest first, at places under `before`."""
        async with self._database.read_soon() as connection:
            return await read_shown(connection, show_id, before=before, limit=limit)

    async def list_all(
        self, show_id: str, state: CommentState | None, *, after: str | None, limit: int
    ) -> list[Comment]:
        """Return up to `limit` of all comments of the show, the newest first, behind the comment `after`; raises `invalid`."""
        async with self._database.read_soon() as connection:
            return await read_all_comments(connection, show_id, state, after=after, limit=limit)

    async def list_own(self, show_id: str, viewers: Sequence[str]) -> tuple[list[Comment], list[Reaction]]:
        """Return the newest of what the viewer, by all their ids, wrote and reacted to in the show, newest first."""
        async with self._database.read_soon() as connection:
            written = await read_written_by(connection, show_id, viewers, limit=OWN_MAX)
            return written, await read_reactions_by(connection, show_id, viewers, limit=OWN_MAX)

    async def terms_of(self, show_id: str, viewer_id: str | None) -> ShowTerms:
        """Return who may enter the show; raises `not_found`."""
        async with self._database.read_soon() as connection:
            terms = await read_terms(connection, show_id, viewer_id or "")
        if terms is None:
            raise RefusedError(Code.NOT_FOUND)
        return terms

    async def _moderate(self, show_id: str, task: Task, intent: Intent | None) -> Standing:
        return await self._journal.commit(show_id, self._moderate_many, task, intent=intent, kind=Standing)
