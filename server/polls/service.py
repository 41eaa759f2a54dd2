"""Polls of shows: prepared beside the journal, changed, opened, voted in and closed through it."""

import time
from collections.abc import Sequence
from functools import partial

from sqlalchemy.ext.asyncio import AsyncConnection

from server.audit.tables import AuditRow
from server.audit.trail import Actor, insert_audit
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.http.versions import ANY_VERSION, Match
from server.ids import new_id
from server.journal.intents import Intent, carry_out_once
from server.journal.journal import Journal
from server.polls import repository
from server.polls.moving import Moving, Rewording, move_many, reword_many, settle_many
from server.polls.repository import Own
from server.polls.rules import PER_SHOW_MAX, Poll, Tally, Wording
from server.polls.seeing import Seeing
from server.polls.voting import Voted, Voting, vote_many
from server.protocol.codes import Code
from server.shows.repository import read_show


class Polls:
    """What may be done with polls; of other channels none is found.

    Guests who have not watched for `watch_seconds` count apart, as in votes for questions.
    """

    def __init__(self, journal: Journal, database: Database, clock: Clock, *, watch_seconds: float) -> None:
        self._journal = journal
        self._database = database
        self._clock = clock
        # The journal groups commands by their handler: it must be the same object each time.
        self._vote_many = partial(vote_many, watch_seconds=watch_seconds)
        self.seeing = Seeing(database, time.monotonic)

    async def vote(self, show_id: str, voting: Voting, *, intent: Intent | None = None) -> Voted:
        """Keep and count a vote, and return how the poll stands with it. Once this returns, it is committed.

        The same choices again change nothing. Raises `not_found`, `poll_closed` once it takes no more, `invalid` for choices that it
        does not have or ask for, and `already_voted` with `choices` where a vote stays.
        """
        voted = await self._journal.commit(
            show_id, self._vote_many, voting, intent=intent, kind=Voted, repeatable=True, patient=True
        )
        self.seeing.note(voting.poll_id, voting.viewer_id)
        return voted

    async def move(self, show_id: str, moving: Moving, *, intent: Intent | None = None) -> Poll:
        """Open, close or hide a poll, and return it; to open one closes whichever was open.

        Raises `not_found`, `show_not_live`, `poll_closed` for opening a closed one, and `conflict` with `current` for a stale version,
        for closing what was never open, and for hiding what takes votes.
        """
        return await self._journal.commit(
            show_id, move_many, moving, intent=intent, kind=Poll, repeatable=True
        )

    async def settle(self) -> None:
        """Close in every show what is over by now, and publish counts. Whether a vote still counts is never asked of this."""
        async with self._database.read_soon() as connection:
            due = await repository.read_due(connection, self._clock.now())
        for show_id in due:
            await self._journal.commit(show_id, settle_many, None, repeatable=True, patient=True)

    async def prepare(
        self,
        show_id: str,
        channel_id: str,
        actor: Actor,
        wording: Wording,
        *,
        intent: Intent | None = None,
    ) -> Poll:
        """Keep a poll of the show, to be opened by its staff; raises `not_found`, and `invalid` for more than `PER_SHOW_MAX`."""

        async def write(connection: AsyncConnection) -> Poll:
            if len(await self._own(connection, show_id, channel_id)) >= PER_SHOW_MAX:
                raise RefusedError(Code.INVALID, f"A show has at most {PER_SHOW_MAX} polls.")
            empty = Tally((0,) * len(wording.choices))
            now = self._clock.now()
            poll = Poll(new_id("po"), channel_id, show_id, wording, "ready", 1, now, empty, empty)
            await repository.insert_poll(connection, poll)
            await insert_audit(connection, _prepared(poll, actor))
            return poll

        return await carry_out_once(self._database, self._clock, intent, Poll, write)

    async def change(
        self,
        poll_id: str,
        channel_id: str,
        actor: Actor,
        wording: Wording | None,
        *,
        match: Match = ANY_VERSION,
    ) -> Poll:
        """Let a poll ask something else, which it may until the first vote; without a `wording` remove it, before it was open.

        Raises `not_found`, and `conflict` with `current` once somebody has voted, or was asked; with 412 where `match` does not admit
        the version that is there.
        """
        async with self._database.read_soon() as connection:
            poll = await repository.read_poll(connection, poll_id)
        if poll is None or poll.channel_id != channel_id:
            raise RefusedError(Code.NOT_FOUND, "There is no such poll here.")
        rewording = Rewording(actor, channel_id, poll_id, wording, match)
        return await self._journal.commit(poll.show_id, reword_many, rewording)

    async def list_of(self, show_id: str, channel_id: str) -> list[Poll]:
        """Return the show's polls, the oldest first, with their exact counts; raises `not_found`."""
        async with self._database.read_soon() as connection:
            return await self._own(connection, show_id, channel_id)

    async def own(self, show_id: str, viewers: Sequence[str]) -> list[Own]:
        """Return what the viewer, by any of their ids, has voted in the show."""
        async with self._database.read_soon() as connection:
            return await repository.read_own(connection, show_id, viewers)

    async def _own(self, connection: AsyncConnection, show_id: str, channel_id: str) -> list[Poll]:
        show = await read_show(connection, show_id)
        if show is None or show.channel_id != channel_id:
            raise RefusedError(Code.NOT_FOUND, "There is no such show here.")
        return await repository.read_polls(connection, show_id)


def _prepared(poll: Poll, actor: Actor) -> AuditRow:
    return AuditRow(
        id=new_id("a"),
        show_id=poll.show_id,
        at=poll.created_at,
        actor=actor.viewer_id,
        name=actor.name,
        role=actor.role,
        action="poll.prepare",
        subject=poll.id,
        details={"kind": poll.wording.kind},
    )
