"""What shows came to, by the one source that the report and the channel's figures have."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from server.clock import Clock
from server.db.engine import Database
from server.plan.metrics import Metric
from server.stats.channel.figure import Figure
from server.stats.channel.service import ChannelReports, ShowFigures
from server.stats.service import Reports

LIVE_SECONDS: Final = 10.0
"""What a running show came to is told again for so long: pages of several people ask for it all the time."""


class Actuals:
    """Reads figures of single shows. Who asks for the same while it is being read gets that one."""

    def __init__(self, database: Database, clock: Clock, reports: ChannelReports | None = None) -> None:
        self._reports = reports or ChannelReports(database, clock)
        self._single = Reports(database, clock)
        self._kept: dict[tuple[str, ...], asyncio.Task[list[ShowFigures]]] = {}

    async def of_show(self, channel_id: str, show_id: str, metrics: Collection[Metric]) -> ShowFigures:
        """Return the figures of a show of the channel that has begun, these metrics among them."""
        found = (await self._share((channel_id, show_id)))[0]
        peak = next((each for each in found.figures if each.key == "peak"), None)
        if "peak" not in metrics or peak is None or peak.amount is not None:
            return found
        # A channel's figures have it once the show's curve is kept; until then the report reckons it.
        report = await self._single.report(show_id)
        known = peak.model_copy(update={"amount": report.audience.concurrency.peak})
        return replace(found, figures=[known if each is peak else each for each in found.figures])

    async def of_shows(self, channel_id: str, show_ids: Sequence[str]) -> list[list[Figure]]:
        """Return the figures of shows of the channel that have begun, in that order."""
        if not show_ids:
            return []
        return [found.figures for found in await self._share((channel_id, *show_ids))]

    async def _share(self, key: tuple[str, ...]) -> list[ShowFigures]:
        task = self._kept.get(key)
        if task is None:
            task = self._kept[key] = asyncio.create_task(
                self._reports.figures_of(key[0], key[1:]), name=f"figures of {key[0]}"
            )
            task.add_done_callback(lambda done: self._forget_later(key, done))
        return await asyncio.shield(task)

    def _forget_later(self, key: tuple[str, ...], done: asyncio.Task[list[ShowFigures]]) -> None:
        failed = done.cancelled() or done.exception() is not None  # whoever still waits gets the error
        asyncio.get_running_loop().call_later(0 if failed else LIVE_SECONDS, self._kept.pop, key)
