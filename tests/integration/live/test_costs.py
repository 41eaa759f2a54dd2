"""What grows with what: Redis with ticks, compression with rounds, SQL with rooms; never with viewers or taps. Counted, not timed."""

import asyncio
from contextlib import AsyncExitStack

import pytest
import redis.asyncio as redis
from prometheus_client import REGISTRY

from server.hub import encoding
from server.hub.frames import deflated_text_frame
from server.settings import Settings
from tests.conftest import MakeSettings
from tests.support.eventually import eventually
from tests.support.live_server import live_server
from tests.support.servers import SignFor
from tests.support.viewer import joined_at

VIEWERS = 40
TAPS = 25


async def scripts_run(client: redis.Redis) -> int:
    stats = await client.info("commandstats")
    return sum(s["calls"] for name, s in stats.items() if name.startswith(("cmdstat_eval", "cmdstat_fcall")))


def value_of(metric: str) -> float:
    return REGISTRY.get_sample_value(metric) or 0.0


@pytest.mark.usefixtures("set_stage")
async def test_redis_works_per_show_and_tick_and_not_per_viewer_or_tap(make_settings: MakeSettings) -> None:
    settings: Settings = make_settings(limits="off", tick_ms=100)
    assert settings.redis_url is not None
    async with live_server(settings) as address, AsyncExitStack() as stack:
        client = await stack.enter_async_context(redis.Redis.from_url(settings.redis_url))
        viewers = [await stack.enter_async_context(joined_at(address)) for _ in range(VIEWERS)]
        begun = value_of_ticks()
        await eventually(lambda: value_of_ticks() > begun + 1)  # the first one seeds the counters
        ticks, scripts = value_of_ticks(), await scripts_run(client)
        for viewer in viewers:
            await viewer.send("\n".join(['{"type":"react","kind":"heart"}'] * TAPS))
        await viewers[0].expect_push("pulse", lambda p: p.get("reactions", {}).get("heart") == VIEWERS * TAPS)
        ticks, scripts = value_of_ticks() - ticks, await scripts_run(client) - scripts
        assert scripts <= ticks + 1, "one script per room and tick"
        assert scripts < VIEWERS


def value_of_ticks() -> float:
    return sum(
        sample.value
        for metric in REGISTRY.collect()
        if metric.name == "showfloor_bus_ticks"
        for sample in metric.samples
        if sample.name.endswith("_total")
    )


@pytest.mark.usefixtures("set_stage")
async def test_a_round_is_compressed_once_whatever_the_number_of_viewers(
    make_settings: MakeSettings, sign_for: SignFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed: list[int] = []

    def counted(payload: bytes) -> bytes:
        packed.append(len(payload))
        return deflated_text_frame(payload)

    async with live_server(make_settings(limits="off")) as address, AsyncExitStack() as stack:
        host = await stack.enter_async_context(joined_at(address, token=sign_for("host")))
        viewers = [await stack.enter_async_context(joined_at(address)) for _ in range(VIEWERS)]
        await host.do("announce", text="warm up")
        await eventually(lambda: all(v.offset == 1 for v in viewers))
        monkeypatch.setattr(encoding, "deflated_text_frame", counted)
        await host.do("announce", text="long enough to be worth it, " * 15 + "really")
        await eventually(lambda: all(v.offset == 2 for v in viewers))
        long_ones = [size for size in packed if size > 400]
        assert len(long_ones) <= 2, "once for viewers, once for staff"


@pytest.mark.usefixtures("set_stage")
async def test_a_storm_of_joins_costs_no_sql(make_settings: MakeSettings) -> None:
    async with live_server(make_settings(limits="off")) as address, AsyncExitStack() as stack:
        before = (
            value_of("showfloor_journal_tail_reads_total"),
            value_of("showfloor_journal_snapshot_reads_total"),
        )
        joins = (stack.enter_async_context(joined_at(address)) for _ in range(VIEWERS))
        await asyncio.gather(*joins)
        after = (
            value_of("showfloor_journal_tail_reads_total"),
            value_of("showfloor_journal_snapshot_reads_total"),
        )
        assert (after[0] - before[0], after[1] - before[1]) == (1, 0), (
            "one read opens the room, for all of them"
        )
