"""Whatever is done at a replay changes no figure of the show itself, nor of its period: it is the replay's own."""

from datetime import timedelta
from typing import Any

from server.clock import ManualClock
from server.db.engine import Database
from server.ledger.derive_repository import derive_rows
from server.ledger.rollup_repository import verify_rollups
from server.stats.channel.period import Asked
from server.stats.channel.service import ChannelReports
from server.stats.report import ShowReport
from server.stats.service import Reports
from server.workers.finishing import Finisher
from tests.integration.stats.hand_made import CHANNEL, START, make_the_show
from tests.integration.stats.replay_deeds import ALL, PEOPLE, Replay

LONG_AFTER = ManualClock(START + timedelta(days=200))


async def test_nothing_of_a_replay_is_in_the_shows_own_figures(database_url: str) -> None:
    """Everybody does everything that can be done at one."""
    database = Database(database_url)
    async with database.write() as connection:
        for show in await make_the_show(connection):
            await derive_rows(connection, show.id)
    finisher = Finisher(database, LONG_AFTER)
    assert await finisher.finish("s")
    before = await _live(database)
    replay = Replay(database)
    for deed in ALL:
        await replay.do(deed)
    async with database.read() as connection:
        assert await verify_rollups(connection, "s") == []
    by_turns = (await Reports(database, LONG_AFTER).report("s")).replay
    assert await finisher.finish("s")
    assert _differing(before, await _live(database)) == []
    told = (await Reports(database, LONG_AFTER).report("s")).replay
    assert told is not None
    assert told == by_turns
    honest = len(PEOPLE) - 1  # eve is a suspect
    counts = (told.viewers, told.questions, told.answered, told.reactions, told.impressions)
    assert counts == (honest, honest, honest, 2 * honest, 2 * honest)
    assert (told.clicks, told.shares, told.engaged.part) == (2 * honest, 2 * honest, honest)
    sold = [(each.orders, each.gmv_minor) for each in told.money]
    assert sold == [(2 * len(PEOPLE), 1_800 * len(PEOPLE))]
    await database.close()


async def _live(database: Database) -> dict[str, Any]:
    """All that is told of the show itself, of the days on which it was, and of those who came from somewhere; counted twice."""
    reports, channel = Reports(database, LONG_AFTER), ChannelReports(database, LONG_AFTER)
    day = Asked(START.date(), START.date())
    whole = await channel.report(CHANNEL, day, None)
    parts = await channel.breakdown(CHANNEL, day, "source")
    products = await channel.breakdown(CHANNEL, day, "product")
    return {
        "report": _own(await reports.report("s")),
        "recomputed": _own(await reports.recompute("s")),
        "later": _of_the_next_show(await reports.report("later")),
        "channel": {each.key: each.model_dump() for each in whole.figures if each.key not in OF_BOTH},
        "left out": whole.left_out.model_dump(),
        "by source": [
            (part.label, each.model_dump())
            for part in parts.parts
            for each in part.figures
            if each.key not in OF_BOTH
        ],
        "by product": [part.model_dump() for part in products.parts],
        "series": (await reports.series("s")).model_dump(exclude={"as_of"}),
    }


def _differing(one: Any, other: Any, path: str = "") -> list[str]:
    """Return what is not the same, by its path."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return [each for name in one for each in _differing(one[name], other[name], f"{path}/{name}")]
    return [] if one == other else [f"{path}: {one} {other}"]


OF_BOTH = {"replay_viewers", "viewers_in_all", "replay_sales", "buyers_in_period"}
"""Figures of a period about the replay, and about the channel's customers, who may have bought at one."""


def _of_the_next_show(report: ShowReport) -> dict[str, Any]:
    """Who buys at a replay is a customer of the channel from then on."""
    told = _own(report)
    told["headlines"] = [each for each in told["headlines"] if each["key"] != "bought_again"]
    for name in ("buyers_before", "buyers_in_period"):
        told["repeat"].pop(name)
    return told


def _own(report: ShowReport) -> dict[str, Any]:
    told = report.model_dump(exclude={"as_of", "replay"})
    for name in ("replay_viewers", "viewers_in_all"):
        told["audience"].pop(name)
    return told
