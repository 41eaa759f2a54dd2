"""Whether viewers are in a segment now: what an offer asks about its audience.

Who may not be recognised (a guest without standing consent) is in no segment. Ids are canonical ones.
"""

import asyncio
from collections.abc import Collection
from typing import Final

from server.clock import Clock
from server.db.engine import Database
from server.stats.columns.shelf import Shelf
from server.stats.lifetime.membership_repository import PersonNow, read_members_of, read_people_now
from server.stats.lifetime.names_repository import Members
from server.stats.lifetime.people_repository import read_scope
from server.stats.lifetime.segment_rules import Rule, conditions
from server.stats.lifetime.segment_service import Segments
from server.stats.lifetime.service import Lifetimes

SCORES: Final = frozenset({"recency", "frequency", "monetary", "rfm_group"})
"""Metrics that compare a viewer with all customers."""
KEPT_SECONDS: Final = 600.0
"""For so long it is remembered who is in a segment that asks for scores: these move by the day."""
ORDERS_OF_REPEAT_BUYER: Final = 2
_Place = tuple[str, str]


class Membership:
    """Answers for any saved or built-in segment of a channel, by its id or name.

    A segment whose rule asks for no scores of RFM is asked about the viewers in question alone: some milliseconds, as of this moment,
    consent that was taken back included. One that does is counted over the whole channel once in ten minutes, whoever asks.
    """

    def __init__(self, database: Database, clock: Clock, shelf: Shelf | None = None) -> None:
        """`shelf` has the columns of shows whose rows no longer change; without one everything is read from SQL."""
        self._database = database
        self._clock = clock
        self._segments = Segments(database, clock, Lifetimes(database, clock, shelf))
        self._kept: dict[_Place, asyncio.Task[Members]] = {}

    async def is_in(self, channel_id: str, segment: str, viewer_id: str) -> bool:
        """Whether a viewer is in the segment now; raises `not_found` for no segment of the channel."""
        return viewer_id in await self.who_is_in(channel_id, segment, [viewer_id])

    async def who_is_in(self, channel_id: str, segment: str, viewers: Collection[str]) -> frozenset[str]:
        """Return who of these viewers is in the segment now; raises `not_found` for no segment of the channel."""
        rule = await self._segments.rule_of(channel_id, segment)
        if any(one.metric in SCORES for one in conditions(rule)):
            everybody = await self._everybody((channel_id, segment), rule)
            async with self._database.read_soon() as connection:
                return await everybody.among(connection, viewers)
        async with self._database.read_soon() as connection:
            scope = await read_scope(connection, channel_id, self._clock.now())
            return frozenset(await read_members_of(connection, scope, rule, viewers))

    async def who_came_before(
        self, channel_id: str, show_id: str, viewers: Collection[str]
    ) -> frozenset[str]:
        """Return who of these viewers has watched another show of the channel than this one."""
        people = await self._people(channel_id, show_id, viewers)
        return frozenset(person.viewer_id for person in people if person.visits_before)

    async def who_bought_twice(
        self, channel_id: str, show_id: str, viewers: Collection[str]
    ) -> frozenset[str]:
        """Return who of these viewers has two paid orders of the channel or more, those of this show among them."""
        people = await self._people(channel_id, show_id, viewers)
        return frozenset(person.viewer_id for person in people if person.orders >= ORDERS_OF_REPEAT_BUYER)

    async def _people(self, channel_id: str, show_id: str, viewers: Collection[str]) -> list[PersonNow]:
        async with self._database.read_soon() as connection:
            scope = await read_scope(connection, channel_id, self._clock.now())
            return await read_people_now(connection, scope, show_id, viewers)

    async def _everybody(self, place: _Place, rule: Rule) -> Members:
        task = self._kept.get(place)
        if task is None:
            task = self._kept[place] = asyncio.create_task(
                self._segments.members(place[0], rule), name=f"segment {place[1]}"
            )
            task.add_done_callback(lambda done: self._forget_later(place, done))
        return await asyncio.shield(task)

    def _forget_later(self, place: _Place, done: asyncio.Task[Members]) -> None:
        failed = done.cancelled() or done.exception() is not None  # whoever still waits gets the error
        asyncio.get_running_loop().call_later(0 if failed else KEPT_SECONDS, self._kept.pop, place)
