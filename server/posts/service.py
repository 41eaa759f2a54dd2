"""Viewers' own posts: sent, moderated and taken back through the journal of the show in which they were sent, shown through any show's."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.tokens import Identity
from server.audit.trail import Actor
from server.db.engine import Database
from server.errors import RefusedError
from server.http.versions import ANY_VERSION, Match
from server.journal.intents import Intent
from server.journal.journal import Journal
from server.journal.transaction import ShowTransaction
from server.posts import reported, repository
from server.posts.faces import PseudonymOf, StaffFace
from server.posts.moderating import Moderating, Withdrawing, move_many
from server.posts.owners import read_ids_in
from server.posts.rules import Move, Post, require_consent, text_of
from server.posts.sending import Sending, Sent, send_many
from server.posts.showing import Placed, Showing, clear_many, show_many
from server.posts.showing_repository import read_left_over, read_places
from server.posts.telling import Push, tell_nobody
from server.protocol.codes import Code
from server.protocol.posted import PostState
from server.screening.door import NOT_LOOKED_AT, ByModeration, Screening
from server.shows.selling_repository import find_sold
from server.waking import Waking

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Draft:
    """What a viewer wants to be seen. `consent` names the words that they agreed to; `anonymous`: without their name."""

    product_id: str
    text: str
    picture_id: str | None
    consent: str
    anonymous: bool = False


@dataclass(frozen=True, slots=True)
class Queue:
    """Posts of a channel; `waiting`: how many of all of them wait, `places`: in which shows each is shown."""

    posts: list[Post]
    waiting: int
    places: dict[str, list[str]]


def name_nobody(channel_id: str, viewer_id: str) -> str:
    """For where no staff read posts."""
    return ""


class Posts:
    """What may be done with posts. `screening` looks at the words, `push` tells authors, who are known to staff as `pseudonym_of` says.

    Staff find none of other channels. `face` is how they see one.
    """

    def __init__(
        self,
        journal: Journal,
        database: Database,
        *,
        screening: Screening | None = None,
        push: Push = tell_nobody,
        pseudonym_of: PseudonymOf = name_nobody,
    ) -> None:
        self.face = StaffFace(pseudonym_of)
        self._journal = journal
        self._database = database
        self._push = push
        self._left_over = Waking()
        self._screening = screening or ByModeration()
        # The journal groups commands by their handler: it must be the same object each time.
        self._send_many = partial(send_many, screening=self._screening)
        self._move_many = partial(move_many, push=push, face=self.face)
        self._show_many = partial(show_many, face=self.face)

    async def send(
        self, show_id: str, viewer: Identity, draft: Draft, *, intent: Intent | None = None
    ) -> Post:
        """Keep a viewer's post about a product of the show; it waits for a moderator.

        Raises `consent_needed`, `invalid` for neither picture nor words and for too many, `not_found` for what the show does not sell and
        for a picture that is not theirs, `too_many`, `forbidden` for staff, `show_not_live` before a show is announced, and what the
        screening refuses with.
        """
        require_consent(draft.consent)
        text = text_of(draft.text, pictured=draft.picture_id is not None)
        looked = await self._screening.look(show_id, viewer.role, text) if text else NOT_LOOKED_AT
        async with self._database.read_soon() as connection:
            owners = await read_ids_in(connection, show_id, viewer)
        sending = Sending(
            viewer.viewer_id,
            owners,
            "" if draft.anonymous else viewer.name,
            draft.product_id,
            text,
            draft.picture_id,
            role=viewer.role,
            looked=looked,
        )
        sent = await self._journal.commit(show_id, self._send_many, sending, intent=intent, kind=Sent)
        async with self._database.read_soon() as connection:
            return await _find(connection, sent.post_id)

    async def moderate(
        self, channel_id: str, actor: Actor, post_id: str, move: Move, match: Match = ANY_VERSION
    ) -> Post:
        """Approve, reject, take down, or have a post wait again; where it is shown and is not approved any more it goes at once.

        Raises `not_found`, and `conflict` with `current` for another version (412) and for what its state does not allow.
        """
        async with self._database.read_soon() as connection:
            show_id = (await repository.find_post(connection, channel_id, post_id)).show_id
        task = Moderating(actor, channel_id, post_id, move, match)
        post = await self._journal.commit(show_id, self._move_many, task)
        await self._clear([post_id])
        return post

    async def withdraw(self, viewer: Identity, post_id: str) -> Post:
        """Take the viewer's own post back, for good; once or often, it is the same. Raises `not_found` for one that is not theirs."""
        async with self._database.read_soon() as connection:
            post = await _find(connection, post_id)
            owners = await read_ids_in(connection, post.show_id, viewer)
        withdrawing = Withdrawing(post_id, owners)
        taken = await self._journal.commit(post.show_id, self._move_many, withdrawing, repeatable=True)
        await self._clear([post_id])
        return taken

    async def show(self, show_id: str, showing: Showing, *, intent: Intent | None = None) -> Placed:
        """Put an approved post before the show's viewers, in the place of another one, or hide it; the same again changes nothing.

        Raises `not_found`, `show_not_live`, and `conflict` with `current` for a post that is not approved, or another version of it.
        """
        return await self._journal.commit(
            show_id, self._show_many, showing, intent=intent, kind=Placed, repeatable=True
        )

    async def erase(self, written: Sequence[tuple[str, Sequence[str]]], viewers: Collection[str]) -> int:
        """Take back all posts of a person, given by the show in which they were sent; return how many."""
        for show_id, posts in written:
            for post_id in posts:
                await self._journal.commit(show_id, self._move_many, Withdrawing(post_id, viewers))
        found = [post_id for _, posts in written for post_id in posts]
        await self._clear(found)
        return len(found)

    async def find_seen(self, tx: ShowTransaction, post_id: str) -> Post | None:
        """Return a post that the viewers of the transaction's show can see; None where they see no such post."""
        return await reported.find_seen(tx, post_id)

    async def hold(self, tx: ShowTransaction, post_id: str, actor: Actor) -> None:
        """Have a post wait again that enough viewers have reported; other shows that have it are cleared once that is committed."""
        await reported.hold(tx, post_id, actor, push=self._push)
        tx.afterwards.append(self._left_over.tell)

    async def clear_when_told(self, seconds: float) -> None:
        """Wait until something has to be taken out of other shows, at most so long, and do it."""
        await self._left_over.wait(seconds)
        await self.clear()

    async def clear(self) -> None:
        """Take out of all shows what is not approved any more; for what was cut short, or done in the journal of one of them."""
        await self._clear(None)

    async def approved(self, show_id: str, product_id: str, *, after: str | None, limit: int) -> list[Post]:
        """Return what everybody reads about a product of the show, the newest first; raises `not_found`."""
        async with self._database.read_soon() as connection:
            sold = await find_sold(connection, show_id, product_id)
            if sold is None:
                raise RefusedError(Code.NOT_FOUND)
            return await repository.read_approved(connection, sold.product_id, after=after, limit=limit)

    async def own(
        self, viewer: Identity, product_id: str | None = None, *, after: str | None = None, limit: int = 100
    ) -> list[Post]:
        """Return the viewer's posts, the newest first, whatever became of them, but those that they took back."""
        async with self._database.read_soon() as connection:
            return await repository.read_own(
                connection, viewer.viewer_id, product_id, after=after, limit=limit
            )

    async def find(self, channel_id: str, post_id: str) -> tuple[Post, list[str]]:
        """Return a post of the channel, and in which shows it is shown; raises `not_found`, also for one that was taken back."""
        async with self._database.read_soon() as connection:
            post = await repository.find_post(connection, channel_id, post_id)
            if post.state == "withdrawn":
                raise RefusedError(Code.NOT_FOUND, "Its author has taken it back.")
            return post, (await read_places(connection, [post_id])).get(post_id, [])

    async def queue(
        self,
        channel_id: str,
        state: PostState | None,
        product_id: str | None,
        *,
        after: str | None,
        limit: int,
    ) -> Queue:
        """Return the channel's posts, the newest first."""
        async with self._database.read_soon() as connection:
            posts = await repository.read_queue(
                connection, channel_id, state, product_id, after=after, limit=limit
            )
            waiting = await repository.count_waiting(connection, channel_id=channel_id)
            return Queue(posts, waiting, await read_places(connection, [post.id for post in posts]))

    async def _clear(self, posts: Collection[str] | None) -> None:
        async with self._database.read_soon() as connection:
            left_over = await read_left_over(connection, posts)
        shows = [self._journal.commit(show_id, clear_many, None) for show_id in left_over]
        for failed in await asyncio.gather(*shows, return_exceptions=True):
            if isinstance(failed, BaseException):  # the loop tries again
                log.warning("posts.not_cleared", error=type(failed).__name__)


async def _find(connection: AsyncConnection, post_id: str) -> Post:
    """Return a post, whoever asks; raises `not_found`, as for one whose author was erased a moment ago."""
    post = (await repository.read_posts(connection, [post_id])).get(post_id)
    if post is None:
        raise RefusedError(Code.NOT_FOUND, "There is no such post here.")
    return post
