"""`showfloor stats --channel`: the figures that the page has, in a terminal."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

from server.db.engine import Database
from tests.integration.stats.channel.channel_world import Came, Person, write
from tests.integration.stats.hand_made import CHANNEL
from tests.support.commands import showfloor

NOTHING = {"reactions": 0, "shares": 0, "votes": 0, "questions": 0}


async def test_a_channel_is_asked_for_by_its_days(database_url: str, redis_url: str, tmp_path: Path) -> None:
    database = Database(database_url)
    came = Came(1, 600, 0, False, False, True, timedelta(0), None, NOTHING, [], [])
    async with database.write() as connection:
        await write(connection, {"anna": Person(False, [], {"a": came, "b": came})})
    await database.close()

    async def run(*words: str) -> tuple[int, str]:
        urls = {"database_url": database_url, "redis_url": redis_url}
        result = await asyncio.to_thread(showfloor, "stats", *words, data=tmp_path, **urls)
        return result.returncode, result.stdout + result.stderr

    days = ("--channel", CHANNEL, "--from", "2026-01-01", "--to", "2026-01-31", "--by", "day")
    code, told = await run(*days, "--json")
    report = json.loads(told)
    assert code == 0
    assert {each["key"]: each["amount"] for each in report["figures"]}["viewers"] == 1
    assert len(report["steps"]) == 31
    code, told = await run(*days)
    assert code == 0
    assert "Viewer repeat rate" in told
    for refused in (
        ("--channel", "nowhere"),
        ("--channel", CHANNEL, "--from", "soon"),
        ("--channel", CHANNEL, "--from", "2026-02-01", "--to", "2026-01-01"),
        ("a", "--channel", CHANNEL),
        (),
    ):
        assert (await run(*refused))[0] != 0
