"""Reviews of products: written by viewers, moderated by staff, shown once they are approved."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.roles import role_in
from server.access.tokens import Identity
from server.audit.actions import Action
from server.audit.trail import Actor, audit_beside
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.http.versions import Match
from server.ids import new_id
from server.protocol.codes import Code
from server.screening.door import NOT_LOOKED_AT, Door, Looked
from server.shows.selling_repository import find_sold
from server.surveys import review_repository as repository
from server.surveys.review_repository import Rating
from server.surveys.review_rules import STATE_AFTER, Move, Opinion, RefusalReason, Review, ReviewState
from server.viewers.aliases import Aliases


@dataclass(frozen=True, slots=True)
class _Written:
    """A review as the door sees it: its words, with the name that its author chose."""

    viewer_id: str
    role: str
    text: str
    looked: Looked


@dataclass(frozen=True, slots=True)
class ReviewsPage:
    """What everybody reads of a product's reviews, and `own`, what the reader wrote, whatever became of it."""

    rating: Rating
    reviews: list[Review]
    own: Review | None


class Reviews:
    """Writing, reading and moderating. One person has one review of a product; it is written anew when they change it."""

    def __init__(self, database: Database, clock: Clock, aliases: Aliases, door: Door) -> None:
        self._door = door
        self._database = database
        self._clock = clock
        self._aliases = aliases

    async def write(self, show_id: str, product_id: str, viewer: Identity, opinion: Opinion) -> Review:
        """Keep what the viewer says of a product of the show; it waits for moderation. The same once more changes nothing.

        Raises `not_found` for what the show does not sell, `forbidden` for whoever works for the channel, and as the door for viewers'
        words does.
        """
        viewers = await self._ids_of(show_id, viewer)
        text = "\n".join(filter(None, (opinion.author, opinion.words)))
        looked = await self._door.look(show_id, viewer.role, text) if text else NOT_LOOKED_AT
        written_by = _Written(viewer.viewer_id, viewer.role, text, looked)
        async with self._database.write_soon() as connection:
            product, channel_id = await self._product(connection, show_id, product_id)
            if role_in(viewer.role, viewer.channel_id, channel_id) != "viewer":
                raise RefusedError(Code.FORBIDDEN, "Who works for the channel reviews nothing of it.")
            place = {"product": product, "show": show_id, "channel": channel_id}
            now = self._clock.now()
            await self._door.admit(connection, show_id, channel_id, written_by, now)
            await repository.write_review(connection, opinion, viewers, id=new_id("rv"), at=now, **place)
            written = await repository.read_own(connection, product, viewers[:1])
        assert written is not None, "written in this transaction"
        return written

    async def take_back(self, show_id: str, product_id: str, viewer: Identity) -> None:
        """Delete what the viewer said of the product; done once or often, it is the same."""
        viewers = await self._ids_of(show_id, viewer)
        async with self._database.write_soon() as connection:
            product, _ = await self._product(connection, show_id, product_id)
            await repository.take_back(connection, product, viewers)

    async def page(
        self, show_id: str, product_id: str, reader: Identity | None, *, after: str | None, limit: int
    ) -> ReviewsPage:
        """Return the approved reviews of a product of the show, the newest first; raises `not_found`."""
        viewers = [] if reader is None else await self._ids_of(show_id, reader)
        async with self._database.read_soon() as connection:
            product, _ = await self._product(connection, show_id, product_id)
            found = await repository.read_approved(connection, product, after=after, limit=limit)
            own = await repository.read_own(connection, product, viewers) if viewers else None
            return ReviewsPage(await repository.read_rating(connection, product), found, own)

    async def ratings(self, show_id: str) -> dict[str, Rating]:
        """Return the ratings of the products that have any."""
        async with self._database.read_soon() as connection:
            return await repository.read_ratings(connection, show_id)

    async def queue(
        self,
        channel_id: str,
        state: ReviewState | None,
        product_id: str | None,
        *,
        after: str | None,
        limit: int,
    ) -> list[Review]:
        """Return the channel's reviews, the newest first."""
        async with self._database.read_soon() as connection:
            return await repository.read_queue(
                connection, channel_id, state, product_id, after=after, limit=limit
            )

    async def moderate(
        self,
        channel_id: str,
        actor: Actor,
        review_id: str,
        move: Move,
        match: Match,
        *,
        reason: RefusalReason | None = None,
    ) -> Review:
        """Approve, refuse, or undo either; what stands so already stays. Raises `not_found`, and `conflict` for another version."""
        state = STATE_AFTER[move]
        async with self._database.write_soon() as connection:
            review = await repository.hold_review(connection, channel_id, review_id)
            if review is None:
                raise RefusedError(Code.NOT_FOUND)
            match.require(review.version, review)
            if review.state == state and review.reason == reason:
                return review
            now = self._clock.now()
            await repository.update_moved(connection, review, state, by=actor.name, at=now, reason=reason)
            details = {"channel": channel_id, "from": review.state, "to": state, "reason": reason}
            await audit_beside(connection, actor, _ACTIONS[move], review_id, now, **details)
            moved = await repository.hold_review(connection, channel_id, review_id)
        assert moved is not None, "it is held"
        return moved

    async def _ids_of(self, show_id: str, viewer: Identity) -> list[str]:
        return [viewer.viewer_id, *await self._aliases.guests_of(show_id, viewer)]

    async def _product(self, connection: AsyncConnection, show_id: str, product_id: str) -> tuple[str, str]:
        found = await find_sold(connection, show_id, product_id)
        if found is None:
            raise RefusedError(Code.NOT_FOUND)
        return found.product_id, found.channel_id


_ACTIONS: dict[Move, Action] = {
    "approve": "review.approve",
    "refuse": "review.refuse",
    "restore": "review.restore",
}
