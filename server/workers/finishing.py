"""Making a settled show final: its curve, what viewers did in it and what came of its moments are counted once and kept, then its report.

What is counted is read without keeping anybody waiting. It is kept under a claim that every change takes away, and the curve only where
nothing that was watched has changed meanwhile.
"""

import asyncio
from dataclasses import dataclass, replace

from server.clock import Clock
from server.db.engine import Database
from server.ids import new_id
from server.ledger.derive_repository import lock_rows
from server.ledger.rows_repository import cut_rows
from server.sealing.unsealing import facts_around
from server.stats import final_repository as kept
from server.stats.acts_repository import read_acts
from server.stats.canonical import read_as_whose_it_is
from server.stats.channel.moments import MINUTES, MomentFacts, build_moments
from server.stats.channel.moments_repository import read_final_moment_facts
from server.stats.curve import ShowCurve
from server.stats.curve_repository import draw, keep_curve
from server.stats.facts import ShowHead
from server.stats.kept import KeptActs
from server.stats.repository import read_show
from server.stats.service import Reports


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted of a show at one moment, and sums over what had been watched until then."""

    show: ShowHead
    watched: str
    curve: ShowCurve
    acts: KeptActs
    moments: MomentFacts


class Finisher:
    """Makes one show final at a time."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._reports = Reports(database, clock)

    async def finish(self, show_id: str) -> bool:
        """Make a settled show's curve and acts, and return whether they are kept: not where something changed meanwhile."""
        claim_id = new_id("fa")
        async with self._database.write() as connection:
            await cut_rows(connection, show_id)
            if not await kept.claim_acts(connection, show_id, claim_id, self._clock.now()):
                return False
        counted = await self._count(show_id)
        moments = await asyncio.to_thread(build_moments, counted.moments, MINUTES)
        async with self._database.write() as connection:
            await lock_rows(connection, show_id)
            if await kept.read_watched(connection, show_id) != counted.watched:
                return False
            if not await kept.keep_acts(
                connection, show_id, claim_id, counted.acts, moments.model_dump_json()
            ):
                return False
            await keep_curve(connection, counted.show, replace(counted.curve, acts_claim=claim_id))
        return True

    async def report(self, show_id: str) -> bool:
        """Make the report that is asked for by default, and return whether it is stored."""
        report = await self._reports.report(show_id)
        return (await self._reports.final.look(show_id, report.repeat.window_days)).report is not None

    async def _count(self, show_id: str) -> Counted:
        async with facts_around(self._database, show_id) as connection:
            show = await read_show(connection, show_id, self._clock.now())
            assert show is not None, "it was found a moment ago, and shows with facts stay"
            await read_as_whose_it_is(connection, show_id)
            return Counted(
                show=show,
                watched=await kept.read_watched(connection, show_id),
                curve=await draw(connection, show),
                acts=await read_acts(connection, show),
                moments=await read_final_moment_facts(connection, show),
            )
