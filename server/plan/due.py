"""What is due in a channel: shows without targets, open actions, figures that will be final, and how the last show did."""

from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from server.clock import Clock
from server.db.engine import Database
from server.plan import actions_repository, repository
from server.plan.actions import OPEN_MAX, Actions, as_body, today_in
from server.plan.bodies import Due, LastShow, Outlook, Settling
from server.plan.repository import Show
from server.plan.targets import Targets, as_planned
from server.stats.definitions import CONVERSION_WINDOWS, REPEAT_DAYS

NEXT_SHOWS: Final = 3
ACTIONS: Final = 20
SETTLING: Final = 5


class DueOf:
    """Reads what is due."""

    def __init__(self, database: Database, clock: Clock, targets: Targets) -> None:
        self._database = database
        self._clock = clock
        self._actions = Actions(database, clock)
        self._targets = targets

    async def read(self, channel_id: str) -> Due:
        """Return what is due in the channel now."""
        now = self._clock.now()
        async with self._database.read_soon() as connection:
            upcoming = await repository.read_next(connection, channel_id, now, NEXT_SHOWS)
            shows = [await self._outlook(connection, channel_id, show, n) for show, n in upcoming]
            known = await actions_repository.read_page(
                connection, channel_id, state="open", owner=None, after=None, limit=OPEN_MAX
            )
            today = today_in(await actions_repository.read_time_zone(connection, channel_id), now)
            since = now - timedelta(days=REPEAT_DAYS + 1)
            ended = await repository.read_ended_since(connection, channel_id, since)
            last = await repository.read_last(connection, channel_id, "", 1)
        known.sort(key=lambda each: (each.due_on or date.max, each.item.id))
        return Due(
            as_of=now,
            next_shows=shows,
            actions=[as_body(each, today) for each in known[:ACTIONS]],
            open_actions=len(known),
            settling=_settling(ended, now),
            last_show=await self._last(channel_id, last[0]) if last else None,
        )

    async def _outlook(
        self, connection: AsyncConnection, channel_id: str, show: Show, targets: int
    ) -> Outlook:
        actions = await self._actions.read_with_show(connection, channel_id, show.id)
        still = sum(each.state == "open" for each in actions.carried)
        return Outlook(show=as_planned(show), targets=targets, carried=still)

    async def _last(self, channel_id: str, show: Show) -> LastShow:
        found = await self._targets.of_show(channel_id, show.id)
        verdicts = [each.verdict for each in found.targets]
        reached, missed = verdicts.count("reached"), verdicts.count("missed")
        return LastShow(
            show=found.show,
            provisional=found.provisional,
            reached=reached,
            missed=missed,
            open=len(verdicts) - reached - missed,
            targets=found.targets,
        )


def _settling(shows: list[Show], now: datetime) -> list[Settling]:
    """Return the figures of these shows that will be final, the next first."""
    found = [
        Settling(show=as_planned(show), figure=figure, at=at)
        for show in shows
        for figure, at in _ends(show)
        if at > now
    ]
    return sorted(found, key=lambda each: (each.at, each.show.id))[:SETTLING]


def _ends(show: Show) -> list[tuple[Any, datetime]]:
    if show.ended_at is None or show.started_at is None:
        return []
    windows: list[tuple[Any, datetime]] = [
        (f"conversion_{name}", show.ended_at + after)
        for name, after in CONVERSION_WINDOWS.items()
        if name != "live"
    ]
    return [*windows, ("viewers_again", show.started_at + timedelta(days=REPEAT_DAYS))]
