"""Making a channel's figures: one read transaction, one moment."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from server.clock import Clock
from server.db.engine import Database
from server.sealing.unsealing import facts_around, facts_of
from server.stats.channel import things_repository as things
from server.stats.channel.comparison import SideFacts, build_comparison
from server.stats.channel.cut import Cut
from server.stats.channel.facts import Part, PartFacts
from server.stats.channel.figure import Figure
from server.stats.channel.figures import build_figures
from server.stats.channel.look import Look, left_out_of, look_at, named
from server.stats.channel.moments import MINUTES, MomentsReport, build_moments, renew_moments
from server.stats.channel.moments_repository import read_moment_facts
from server.stats.channel.parts import BreakdownBy, build_breakdown, read_breakdown
from server.stats.channel.period import Asked, Days, StepOf, cut, is_whole, today_in
from server.stats.channel.report import Breakdown, ChannelReport, Comparison, PartOf, Side, Step
from server.stats.columns.shelf import Shelf
from server.stats.definitions import REPEAT_DAYS
from server.stats.final_repository import read_moments
from server.stats.repository import give_room, read_show
from server.stats.series_repository import count_suspects, read_marks

MIXES: Final = ("returning", "source")
"""What may explain a change."""
READS_AT_ONCE = 2
"""So many of one process are read at the same time; the pool's other connections stay for the shows."""


@dataclass(frozen=True, slots=True)
class ShowFigures:
    """The figures of one show as of a moment."""

    as_of: datetime
    provisional: bool
    figures: list[Figure]


class ChannelReports:
    """Reads the figures of channels. Days that are not named are the month so far, in the channel's time zone."""

    def __init__(self, database: Database, clock: Clock, shelf: Shelf | None = None) -> None:
        """`shelf` has the columns of shows whose rows no longer change; without one everything is read from SQL."""
        self._database = database
        self._clock = clock
        self._shelf = shelf or Shelf(None)
        self._reading = asyncio.Semaphore(READS_AT_ONCE)

    async def report(
        self, channel: str, days: Asked, by: StepOf | None, *, repeat_days: int = REPEAT_DAYS
    ) -> ChannelReport:
        """Return a channel's figures over a period, and in its steps; raises `invalid` for too many of these."""
        async with self._look(channel, repeat_days) as look:
            asked = days.resolve(_today(look))
            whole = look.within(asked)
            total, steps = await (
                _read_shows(look, whole) if by == "show" else _read_steps(look, asked, whole, by)
            )
        return ChannelReport(
            **look.about(whole),
            period=look.period(asked),
            by=by,
            left_out=left_out_of(total),
            figures=build_figures(total, look.terms),
            steps=steps,
        )

    async def figures_of(
        self, channel: str, shows: Sequence[str], *, repeat_days: int = REPEAT_DAYS
    ) -> list[ShowFigures]:
        """Return the figures of each of these shows of the channel, none before it has begun; raises `not_found`."""
        async with self._look(channel, repeat_days) as look:
            parts = [await look.alone(show) for show in shows]
            found = await look.facts(await look.audience(parts))
        return [
            ShowFigures(
                look.terms.as_of,
                facts.part.provisional,
                build_figures(facts, look.terms) if facts.part.shows else [],
            )
            for facts in found
        ]

    async def compare(
        self, channel: str, days: Asked, other: Asked, *, repeat_days: int = REPEAT_DAYS
    ) -> Comparison:
        """Return a period held against another one; raises `invalid`."""
        async with self._look(channel, repeat_days) as look:
            a = days.resolve(_today(look))
            periods = [a, other.resolve_beside(a)]
            sides = await _read_sides(look, [look.within(each) for each in periods])
        told = [
            Side(
                period=look.period(each),
                show=None,
                provisional=side.facts.part.provisional,
                left_out=left_out_of(side.facts),
            )
            for each, side in zip(periods, sides, strict=True)
        ]
        return build_comparison(look.about(*(side.facts.part for side in sides)), told, sides, look.terms)

    async def compare_shows(
        self, channel: str, a: str, b: str, *, repeat_days: int = REPEAT_DAYS
    ) -> Comparison:
        """Return a show held against another one of the channel; raises `not_found`."""
        async with self._look(channel, repeat_days) as look:
            sides = await _read_sides(look, [await look.alone(a), await look.alone(b)])
            curves = await things.read_curves(look.connection, [a, b])
        told = [
            Side(
                period=None,
                show=next((named(show, curves) for show in side.facts.part.shows), None),
                provisional=side.facts.part.provisional,
                left_out=left_out_of(side.facts),
            )
            for side in sides
        ]
        return build_comparison(look.about(*(side.facts.part for side in sides)), told, sides, look.terms)

    async def breakdown(
        self, channel: str, days: Asked, by: BreakdownBy, *, repeat_days: int = REPEAT_DAYS
    ) -> Breakdown:
        """Return a period in parts."""
        async with self._look(channel, repeat_days) as look:
            asked = days.resolve(_today(look))
            part = look.within(asked)
        found = await self._read_parts(look, part, by)
        return build_breakdown(look.about(part), look.period(asked), None, by, found)

    async def breakdown_of_show(
        self, channel: str, show: str, by: BreakdownBy, *, repeat_days: int = REPEAT_DAYS
    ) -> Breakdown:
        """Return a show of the channel in parts; raises `not_found`."""
        async with self._look(channel, repeat_days) as look:
            part = await look.alone(show)
        found = await self._read_parts(look, part, by)
        return build_breakdown(look.about(part), None, show, by, found)

    async def moments(self, show_id: str, *, minutes: int = MINUTES) -> MomentsReport:
        """Return what came of each moment of a show; raises `not_found`."""
        if minutes == MINUTES and (kept := await self._find_moments(show_id)):
            return kept
        async with self._reading, facts_around(self._database, show_id) as connection:
            facts = await read_moment_facts(connection, show_id, self._clock.now())
        return await asyncio.to_thread(build_moments, facts, minutes)

    async def _find_moments(self, show_id: str) -> MomentsReport | None:
        async with self._database.read() as connection:
            show = await read_show(connection, show_id, self._clock.now())
            kept = await read_moments(connection, show) if show and not show.provisional else None
            if show is None or kept is None:
                return None
            suspects, marks = await count_suspects(connection, show), await read_marks(connection, show)
        return renew_moments(MomentsReport.model_validate_json(kept), show, suspects, marks)

    async def _read_parts(self, look: Look, part: Part, by: BreakdownBy) -> tuple[PartOf, list[PartOf]]:
        # The wide rows do not tell products apart: that is in the entries, which may be sealed.
        shows = [show.id for show in part.shows] if by == "product" else []
        async with self._reading, facts_of(self._database, shows) as connection:
            await give_room(connection)
            look = replace(look, connection=connection)
            return await read_breakdown(await look.audience([part]), by, look)

    @asynccontextmanager
    async def _look(self, channel: str, repeat_days: int) -> AsyncIterator[Look]:
        async with self._reading, self._database.undone() as connection:
            yield await look_at(connection, channel, self._clock.now(), repeat_days, self._shelf)


def _today(look: Look) -> date:
    return today_in(look.zone, look.terms.as_of)


async def _read_steps(look: Look, days: Days, whole: Part, by: StepOf | None) -> tuple[PartFacts, list[Step]]:
    periods = [] if by is None else cut(days, by)
    total, *parts = await look.facts(await look.audience([whole, *map(look.within, periods)]))
    return total, [
        Step(
            period=look.period(period),
            whole=by is not None and is_whole(period, by),
            figures=build_figures(facts, look.terms),
        )
        for period, facts in zip(periods, parts, strict=True)
    ]


async def _read_shows(look: Look, whole: Part) -> tuple[PartFacts, list[Step]]:
    ids = [show.id for show in whole.shows]
    total, *parts = await look.facts(await look.audience([whole, *map(look.begun, whole.shows)]))
    curves = await things.read_curves(look.connection, ids)
    return total, [
        Step(
            period=None,
            whole=True,
            show=named(facts.part.shows[0], curves),
            figures=build_figures(facts, look.terms),
        )
        for facts in parts
    ]


async def _read_sides(look: Look, parts: Sequence[Part]) -> list[SideFacts]:
    audience = await look.audience(parts)
    facts = await look.facts(audience)
    mixes = {by: await audience.people(Cut((by,))) for by in MIXES}
    return [
        SideFacts(
            facts=each,
            figures=build_figures(each, look.terms),
            mixes={
                by: {words[0] or "": people for (part, words), people in found.items() if part == i}
                for by, found in mixes.items()
            },
        )
        for i, each in enumerate(facts)
    ]
