"""Publications that the bus does not bring, or brings wrongly, reach every viewer within two seconds, in order, once."""

import asyncio
import os
import secrets
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
import redis.asyncio as redis

from server.bus.bus import Bus
from server.settings import Settings
from tests.conftest import MakeSettings
from tests.support.commands import free_port, listens
from tests.support.eventually import eventually
from tests.support.live_server import live_server
from tests.support.server_process import READY_SECONDS
from tests.support.servers import SignFor
from tests.support.stage import HOST, SHOW, Stage, open_stage
from tests.support.viewer import Viewer, joined_at

Two = tuple[str, str]
REPAIR_SECONDS = 2.0

pytestmark = pytest.mark.faults


@asynccontextmanager
async def silent_process(settings: Settings) -> AsyncIterator[Stage]:
    """A process that commits and publishes nothing, as if it died each time between the two."""
    assert settings.database_url is not None
    async with open_stage(settings.database_url, empty=True) as stage:
        yield stage


async def all_reach(viewers: tuple[Viewer, ...], offset: int) -> None:
    await eventually(lambda: all(v.offset == offset for v in viewers), within_seconds=REPAIR_SECONDS)
    for viewer in viewers:
        viewer.assert_nothing_missing()


async def test_what_was_committed_and_never_published_is_found(servers: Two, settings: Settings) -> None:
    async with silent_process(settings) as dead, joined_at(servers[0]) as one, joined_at(servers[1]) as two:
        for n in range(3):
            await dead.shows.announce(SHOW, HOST, f"unheard {n}")
        await all_reach((one, two), 3)
        assert [p["text"] for p in one.pushes] == ["unheard 0", "unheard 1", "unheard 2"]


async def test_messages_out_of_order_and_twice_are_put_right(servers: Two, settings: Settings) -> None:
    assert settings.redis_url is not None
    bus = Bus(
        settings.redis_url,
        prefix=settings.redis_prefix,
        process_id=secrets.token_hex(4),
        on_publications=lambda *_: None,
        on_gap_possible=lambda: None,
        seed_reactions=_nothing,
    )
    await bus.start()
    async with silent_process(settings) as other, joined_at(servers[0]) as one, joined_at(servers[1]) as two:
        for n in range(4):
            await other.shows.announce(SHOW, HOST, f"{n}")
        for index in (3, 1, 1, 2):  # the first never comes
            bus.publish(SHOW, "epoch-1", [other.delivered[index]])
        await all_reach((one, two), 4)
        assert [p["text"] for p in two.pushes] == ["0", "1", "2", "3"]
    await bus.close()


async def test_a_subscription_that_is_cut_silently_is_noticed(
    servers: Two, settings: Settings, sign_for: SignFor
) -> None:
    assert settings.redis_url is not None
    async with joined_at(servers[0], token=sign_for("host")) as host, joined_at(servers[1]) as far:
        await host.do("announce", text="before")
        await all_reach((far,), 1)
        async with redis.Redis.from_url(settings.redis_url) as client:
            await client.client_kill_filter(_type="pubsub")
        await host.do("announce", text="while nobody hears")
        await all_reach((host, far), 2)
        await host.do("announce", text="after")
        await all_reach((host, far), 3)


@pytest.mark.usefixtures("set_stage")
async def test_whoever_joins_ahead_of_the_next_round_gets_nothing_twice(
    make_settings: MakeSettings, sign_for: SignFor
) -> None:
    """A viewer may come with what another process has sent already, or get a snapshot that is ahead of this room's rounds."""
    async with (
        live_server(make_settings(fanout_share=1e-9, round_wait_ms=800, snapshot_ms=0)) as address,
        joined_at(address, token=sign_for("host")) as host,
    ):
        sent = (await host.do("announce", text="the room has a round, and waits"))["offset"]
        await host.expect_push("announce")
        await host.do("buy", product="p_apron", quantity=1, key="k-0123456789")
        assert host.offset == sent, "the round that carries the purchase's push is still to come"
        async with AsyncExitStack() as stack:
            ahead = {"epoch": host.epoch, "offset": sent + 1}
            back = await stack.enter_async_context(joined_at(address, position=ahead))
            assert back.lines[0]["recovered"] is True
            fresh = [await stack.enter_async_context(joined_at(address)) for _ in range(5)]
            last = (await host.do("announce", text="the last"))["offset"]
            everybody = [host, back, *fresh]
            await eventually(lambda: all(viewer.offset == last for viewer in everybody))
            for viewer in everybody:
                viewer.assert_nothing_missing()


async def test_a_server_killed_between_commit_and_publish_loses_nothing(
    server: str, settings: Settings, sign_for: SignFor
) -> None:
    async with joined_at(server) as viewer:
        port = free_port()
        dying = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.support.dying_server", str(port), env=_environment(settings)
        )
        try:
            await eventually(lambda: listens(port), within_seconds=READY_SECONDS)
            async with joined_at(f"127.0.0.1:{port}", token=sign_for("host")) as host:
                await host.send('{"id":77,"type":"announce","text":"my last words"}')
                assert await dying.wait() == -signal.SIGKILL
        finally:
            if dying.returncode is None:
                dying.kill()
        push = await viewer.expect_push("announce")
        assert push["text"] == "my last words"
        viewer.assert_nothing_missing()


async def _nothing(show_id: str) -> dict[str, int]:
    return {}


def _environment(settings: Settings) -> dict[str, str]:
    told = {
        "SHOWFLOOR_DATABASE_URL": settings.database_url,
        "SHOWFLOOR_REDIS_URL": settings.redis_url,
        "SHOWFLOOR_REDIS_PREFIX": settings.redis_prefix,
        "SHOWFLOOR_SECRET": settings.signing_secret(),
        "SHOWFLOOR_WORKER": "false",
    }
    return {**os.environ, **{name: str(value) for name, value in told.items()}}
