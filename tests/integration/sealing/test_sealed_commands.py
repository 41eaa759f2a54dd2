"""Sealing by commands: moved out, backed up, restored elsewhere and brought back; in a folder and in a bucket."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.clock import SystemClock
from server.db.engine import Database
from server.ledger.derive_repository import derive_rows
from server.ledger.repository import read_reaction_totals, settled
from server.sealing.service import Sealer
from server.stats.export import ExportOf
from server.stats.final import differing
from server.stats.service import Reports
from tests.integration.stats.hand_made import HandMade, make_the_show
from tests.support.bucket import open_bucket
from tests.support.commands import showfloor

SHOWS = ("s", "earlier", "later")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    async with opened.write() as connection:
        await make_the_show(connection)
        await HandMade(connection, "live", length=None).open()
        for show in SHOWS:
            await derive_rows(connection, show)
    yield opened
    await opened.close()


async def test_sealed_shows_are_backed_up_and_restored_elsewhere(
    database: Database, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    async def say(*words: str, data: str = "here") -> tuple[int, str]:
        urls = {"database_url": database_url, "redis_url": redis_url}
        done = await asyncio.to_thread(showfloor, *words, data=tmp_path / data, **urls)
        return done.returncode, done.stdout + done.stderr

    before = await Reports(database, SystemClock()).recompute("s")
    code, told = await say("seal", "s", "earlier")
    assert (code, "s: 17 entries" in told, "viewers" in told) == (0, True, True), told
    for show, word in (("live", "not over"), ("none", "no show")):
        code, told = await say("seal", show)
        assert (code, word in told) == (1, True), told
    assert (await say("rollup", "--verify"))[0] == 0
    file = tmp_path / "x.backup"
    code, told = await say("backup", str(file))
    assert (code, "6 sealed files" in told) == (0, True), told
    await database.close()
    code, told = await say("restore", str(file), "--replace", data="there")
    assert (code, "6 sealed files" in told, "missing" in told) == (0, True, False), told
    for each in (tmp_path / "here" / "sealed").rglob("*.parquet"):
        each.unlink()
    assert differing(await Reports(database, SystemClock()).recompute("s"), before) == []
    assert (await say("stats", "s", "--recompute", data="there"))[0] == 0
    code, told = await say("unseal", "s", "later", data="there")
    assert (code, "s: back in SQL" in told, "later: was not sealed" in told) == (0, True, True)
    (tmp_path / "x.backup.sealed.tar").unlink()
    await database.close()
    code, told = await say("restore", str(file), "--replace", data="nowhere")
    assert (code, "6 sealed files are missing" in told) == (0, True), told
    code, told = await say("unseal", "s", data="nowhere")
    assert (code, "is not there" in told) == (1, True), told


async def test_a_bucket_keeps_them_too(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    kinds: tuple[ExportOf, ...] = ("viewers", "series")
    async with open_bucket() as bucket:
        for name, value in bucket.environment.items():
            monkeypatch.setenv(name, value)
        sealer = Sealer(
            database, SystemClock(), "s3://facts/live", settled=settled, reactions=read_reaction_totals
        )
        reports = Reports(database, SystemClock())
        before = await reports.recompute("s")
        tables = [[list(row) for row in (await reports.table("s", of)).rows] for of in kinds]
        await sealer.seal("s")
        names = [f"/facts/live/channel/s/{kind}-1.parquet" for kind in ("entries", "playing", "rollup")]
        assert sorted(bucket.objects) == names
        assert differing(await reports.recompute("s"), before) == []
        assert [[list(row) for row in (await reports.table("s", of)).rows] for of in kinds] == tables
        assert await sealer.unseal("s")
        assert bucket.objects == {}
        assert differing(await reports.recompute("s"), before) == []
