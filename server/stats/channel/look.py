"""One look at a channel: its shows, and the facts of any groups of them, all of one moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from server.errors import RefusedError
from server.protocol.codes import Code
from server.stats.channel import things_repository as things
from server.stats.channel.audience import Audience, read_audience
from server.stats.channel.facts import Part, PartFacts, People, Questions, ShowOf
from server.stats.channel.figures import Terms
from server.stats.channel.period import Days
from server.stats.channel.report import LeftOutOfPeriod, Period, StepShow
from server.stats.channel.repository import asked_for, read_shows
from server.stats.columns.shelf import Shelf
from server.stats.definitions import DEFINITION_VERSION
from server.stats.repository import give_room
from server.zones import find_zone


@dataclass(frozen=True, slots=True)
class Look:
    """What is known of the channel before any figure is made."""

    connection: AsyncConnection
    shelf: Shelf
    channel: str
    currency: str
    zone: tzinfo
    zone_name: str
    shows: Sequence[ShowOf]
    terms: Terms

    def within(self, days: Days) -> Part:
        """Return the shows that began on those days."""
        since, until = days.begin(self.zone), days.end(self.zone)
        shows = [show for show in self.shows if since <= show.started_at < until]
        return Part(shows, min(until, self.terms.as_of))

    def begun(self, show: ShowOf) -> Part:
        """Return one show that has begun."""
        return Part([show], show.ended_at or self.terms.as_of)

    async def alone(self, show_id: str) -> Part:
        """Return one show, no show at all before it has begun; raises `not_found` where the channel has none of that id."""
        for show in self.shows:
            if show.id == show_id:
                return self.begun(show)
        if not await things.is_show_of(self.connection, self.channel, show_id):
            raise RefusedError(Code.NOT_FOUND)
        return Part([], self.terms.as_of)

    def period(self, days: Days) -> Period:
        """Return the days as an answer names them."""
        return Period(
            first=days.first, last=days.last, since=days.begin(self.zone), until=days.end(self.zone)
        )

    def about(self, *parts: Part) -> dict[str, Any]:
        """Return what every answer says of itself."""
        return {
            "definition_version": DEFINITION_VERSION,
            "as_of": self.terms.as_of,
            "provisional": any(part.provisional for part in parts),
            "channel": self.channel,
            "time_zone": self.zone_name,
            "currency": self.currency,
            "window_days": self.terms.window.days,
        }

    def asked(self, parts: Sequence[Part]) -> dict[str, Any]:
        """Return the parameters of statements about `parts`."""
        return asked_for(self.channel, self.currency, parts, self.terms.window, self.terms.as_of)

    async def audience(self, parts: Sequence[Part]) -> Audience:
        """Read the people of each part, who may then be counted in whatever ways."""
        return await read_audience(self, self.shelf, parts, self.terms.window, self.terms.as_of)

    async def facts(self, audience: Audience) -> list[PartFacts]:
        """Return the facts of each part of an audience."""
        people = await audience.people()
        peaks = await things.read_peaks(self.connection, self.asked(audience.parts))
        questions, tills, left = audience.questions(), audience.tills(), audience.left()
        return [
            PartFacts(
                part=part,
                people=people.get((i, ()), People()),
                questions=questions.get((i, ()), Questions()),
                tills=tills[i],
                left=left[i],
                peak=peaks.get(i),
            )
            for i, part in enumerate(audience.parts)
        ]


async def look_at(
    connection: AsyncConnection, channel: str, as_of: datetime, repeat_days: int, shelf: Shelf | None = None
) -> Look:
    """Return a look at a channel; raises `not_found` where there is none."""
    await give_room(connection)
    row = await things.read_channel(connection, channel)
    if row is None:
        raise RefusedError(Code.NOT_FOUND)
    shows = await read_shows(connection, channel, as_of)
    terms = Terms(as_of, timedelta(days=repeat_days))
    return Look(
        connection,
        shelf or Shelf(None),
        channel,
        row.currency,
        find_zone(row.time_zone),
        row.time_zone,
        shows,
        terms,
    )


def left_out_of(facts: PartFacts) -> LeftOutOfPeriod:
    """Return who is not in the figures of a part."""
    looked = all(show.bots_looked_for for show in facts.part.shows)
    people = facts.people
    return LeftOutOfPeriod(
        suspected_bots=facts.left.suspects if looked or facts.left.suspects else None,
        staff=facts.left.staff,
        without_a_view=people.without_a_view,
        guests_without_consent=people.viewers - people.recognisable,
    )


def named(show: ShowOf, curves: Mapping[str, Sequence[int]]) -> StepShow:
    """Return a show as an answer names it."""
    return StepShow(
        id=show.id,
        title=show.title,
        state=show.state,
        started_at=show.started_at,
        ended_at=show.ended_at,
        watching=list(curves.get(show.id, ())),
    )
