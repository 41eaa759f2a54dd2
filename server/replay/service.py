"""Reading replays: who may, and what was said and done along the recording's clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.entry import ShowTerms, require_entry
from server.access.repository import read_terms
from server.access.tokens import Identity
from server.clock import Clock
from server.comments.repository import read_shown_between
from server.comments.rules import Comment
from server.db.engine import Database
from server.errors import RefusedError
from server.protocol.codes import Code
from server.protocol.replayed import Replay
from server.replay import clock as replay_clock
from server.replay.clock import Moment, last_moment_of, place_of
from server.replay.repository import read_published, read_visible
from server.shows.recording import ends_ms, replay_of
from server.shows.repository import read_show
from server.shows.tables import ShowRow


@dataclass(frozen=True, slots=True)
class Watched:
    """A show that is watched again; the recording ends at the place `ends_ms` of the show. `open_to_all`: guests may watch it too."""

    replay: Replay
    ends_ms: int
    open_to_all: bool


@dataclass(frozen=True, slots=True)
class MomentPage:
    """Moments in their order; `next` is the offset behind which there are more, None where there are none."""

    watched: Watched
    moments: Sequence[Moment]
    next: int | None


@dataclass(frozen=True, slots=True)
class CommentPage:
    """Comments that viewers were shown, the oldest first, each with its place of the show; `next` as of a page of moments."""

    watched: Watched
    comments: Sequence[tuple[int, Comment]]
    next: int | None


@dataclass(frozen=True, slots=True)
class _Entered:
    watched: Watched
    started_at: datetime
    ended_at: datetime


class Replays:
    """Each method raises what the door does (`require_entry`), and `no_replay` for a show that has none."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def moments(self, show_id: str, identity: Identity | None, *, after: int, limit: int) -> MomentPage:
        """Return up to `limit` moments behind the offset `after`: what everybody could read then and may still read."""
        async with self._database.read_soon() as connection:
            entered = await self._enter(connection, show_id, identity)
            found = await read_published(connection, show_id, entered.ended_at, after=after, limit=limit + 1)
            decoded = replay_clock.decode(found[:limit])
            asked = replay_clock.questions_in(push for _, push in decoded)
            seen = await read_visible(connection, show_id, asked)
        moments = replay_clock.tell_again(decoded, entered.started_at, seen)
        return MomentPage(entered.watched, moments, found[limit - 1].offset if len(found) > limit else None)

    async def comments(
        self,
        show_id: str,
        identity: Identity | None,
        *,
        after: int | None,
        until_ms: int | None,
        limit: int,
    ) -> CommentPage:
        """Return up to `limit` comments behind the one with the number `after`; with `until_ms` the last ones until that place."""
        async with self._database.read_soon() as connection:
            entered = await self._enter(connection, show_id, identity)
            until = entered.ended_at
            if until_ms is not None:
                until = min(until, last_moment_of(until_ms, entered.started_at))
            found = await read_shown_between(
                connection, show_id, until, after=after, newest=until_ms is not None, limit=limit + 1
            )
        shown = found[-limit:] if until_ms is not None else found[:limit]
        more = len(found) > limit and until_ms is None
        placed = [(place_of(comment.at, entered.started_at), comment) for comment in shown]
        return CommentPage(entered.watched, placed, shown[-1].place if more else None)

    async def _enter(self, connection: AsyncConnection, show_id: str, identity: Identity | None) -> _Entered:
        viewer_id = None if identity is None else identity.viewer_id
        terms = await read_terms(connection, show_id, viewer_id, self._clock.now())
        row = await read_show(connection, show_id)
        if terms is None or row is None:
            raise RefusedError(Code.NOT_FOUND)
        require_entry(identity, terms)
        return _entered(row, terms)


def _entered(row: ShowRow, terms: ShowTerms) -> _Entered:
    replay = replay_of(row)
    if replay is None or row.started_at is None or row.ended_at is None:
        raise RefusedError(Code.NO_REPLAY)
    watched = Watched(replay, ends_ms(row, replay), terms.guests_allowed)
    return _Entered(watched, row.started_at, row.ended_at)
