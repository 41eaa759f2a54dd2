"""Making the figures of how people came: one read transaction, one moment."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Row

from server.clock import Clock
from server.db.engine import Database
from server.stats.channel.facts import Part
from server.stats.channel.look import Look, look_at
from server.stats.channel.period import Asked, Days, today_in
from server.stats.definitions import REPEAT_DAYS
from server.stats.visits import word_repository as words
from server.stats.visits.visits_report import LeftOutOfVisits, Steps, VisitBreakdown, VisitPart, VisitsReport
from server.stats.visits.visits_repository import Scope, read_parts, read_totals
from server.stats.visits.word_figures import WordFacts, build_word
from server.stats.visits.word_of_mouth import spread
from server.stats.visits.word_report import WordOfMouthReport

READS_AT_ONCE = 2
_STEPS = ("visitors", "joined", "viewed", "bought")


class Visits:
    """Reads page views and word of mouth of a show, or of a channel's days: without any, of the month so far in its time zone."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._reading = asyncio.Semaphore(READS_AT_ONCE)

    async def visits(self, channel: str, asked: Asked | str) -> VisitsReport:
        """Return the page views of days, or of the show of this id; raises `not_found` and `invalid`."""
        async with self._look(channel) as look:
            days, part = await _part(look, asked)
            scope = _scope(look, days, part, asked)
            totals = await read_totals(look.connection, scope)
            parts = await read_parts(look.connection, scope)
        return _visits_report(_about(look, days, part, asked), totals, parts)

    async def word_of_mouth(
        self, channel: str, asked: Asked | str, *, named: bool = False
    ) -> WordOfMouthReport:
        """Return who brought whom in the shows of days, or in one show, with names if `named`; raises `not_found` and `invalid`."""
        async with self._look(channel) as look:
            days, part = await _part(look, asked)
            links = await words.read_links(look.connection, channel)
            arrivals = await words.read_arrivals(look.connection, channel)
            suspects, staff = await words.read_beside(
                look.connection, channel, {link.sharer for link in links.values()}
            )
            found = await asyncio.to_thread(spread, links, arrivals, suspects, staff)
            shows = [asked] if isinstance(asked, str) else [show.id for show in part.shows]
            brought = {edge.viewer for edge in found.edges if edge.show in set(shows)}
            facts = WordFacts(
                frozenset(shows),
                links,
                suspects | staff,
                found,
                await words.read_came_to(look.connection, brought, shows),
                await words.read_faults(look.connection, shows),
            )
        report = await asyncio.to_thread(build_word, _about(look, days, part, asked), facts)
        return await self._with_names(report) if named else report

    async def _with_names(self, report: WordOfMouthReport) -> WordOfMouthReport:
        people = {row.sharer for row in report.by_sharer}
        people |= {each for link in report.links for each in (link.sharer, link.viewer)}
        async with self._database.read() as connection:
            names = await words.read_names(connection, report.channel, people)
        return report.model_copy(update={"names": names})

    async def brought_by(self, channel: str, show: str, viewer: str) -> int:
        """Return how many people a viewer has brought to a show of the channel, as the report counts them."""
        async with self._database.read_soon() as connection:
            links = await words.read_own_links(connection, show, viewer)
            if not links:
                return 0
            arrivals = await words.read_arrivals_by(connection, channel, show, links)
            sharers = {link.sharer for link in links.values()}
            suspects, staff = await words.read_beside(connection, channel, sharers)
        return len(spread(links, arrivals, suspects, staff).edges)

    @asynccontextmanager
    async def _look(self, channel: str) -> AsyncIterator[Look]:
        async with self._reading, self._database.read() as connection:
            yield await look_at(connection, channel, self._clock.now(), REPEAT_DAYS)


async def _part(look: Look, asked: Asked | str) -> tuple[Days | None, Part]:
    if isinstance(asked, str):
        return None, await look.alone(asked)
    days = asked.resolve(today_in(look.zone, look.terms.as_of))
    return days, look.within(days)


def _scope(look: Look, days: Days | None, part: Part, asked: Asked | str) -> Scope:
    if days is None:
        assert isinstance(asked, str), "what is no period is a show"
        return Scope(look.channel, asked, [asked])
    return Scope(
        look.channel, None, [show.id for show in part.shows], days.begin(look.zone), days.end(look.zone)
    )


def _about(look: Look, days: Days | None, part: Part, asked: Asked | str) -> dict[str, Any]:
    about = look.about(part)
    del about["window_days"]
    unfinished = days is None or days.end(look.zone) > look.terms.as_of
    return {
        **about,
        "provisional": about["provisional"] or (unfinished and _may_grow(part, look.terms.as_of)),
        "show": asked if isinstance(asked, str) else None,
        "period": None if days is None else look.period(days),
    }


def _may_grow(part: Part, as_of: datetime) -> bool:
    """Whether a show of it has not ended, or has none yet."""
    return not part.shows or any(show.ended_at is None or show.ended_at > as_of for show in part.shows)


def _visits_report(about: dict[str, Any], totals: Row[Any], parts: Sequence[Row[Any]]) -> VisitsReport:
    counts = ("page_views", "without_an_id", "before", "live", "after", "visits")
    return VisitsReport(
        **about,
        **{name: getattr(totals, name) for name in counts},
        steps=Steps(**{name: getattr(totals, name) for name in _STEPS}),
        everybody=Steps(
            visitors=0, joined=totals.all_joined, viewed=totals.all_viewed, bought=totals.all_bought
        ),
        breakdowns=[
            VisitBreakdown(by=by, parts=[_part_of(row) for row in rows])
            for by, rows in groupby(parts, key=lambda row: row.by)
        ],
        left_out=LeftOutOfVisits(crawlers=totals.crawlers, suspects_and_staff=totals.beside),
    )


def _part_of(row: Row[Any]) -> VisitPart:
    return VisitPart(
        label=row.label,
        others=row.others,
        page_views=row.page_views,
        visits=row.visits,
        **{name: getattr(row, name) for name in _STEPS},
    )
