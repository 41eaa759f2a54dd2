"""Five hundred viewers stop reading: the server's memory stays flat, they leave, and a healthy viewer misses nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.conftest import MakeSettings
from tests.support.eventually import eventually
from tests.support.server_process import ServerProcess, server_processes
from tests.support.servers import SignFor
from tests.support.stuck_viewer import StuckViewer
from tests.support.visitor import Visitor, visiting

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("set_stage")]

STUCK = 500
UNSENT_BYTES_MAX = 32 * 1024
STUCK_SECONDS_MAX = 4.0
SHARED_BYTES = 8 * 1024 * 1024
"""More than the ring, the rounds' frames and the journal's batches take, which are there once for all."""
BOUND_BYTES = STUCK * (UNSENT_BYTES_MAX + 4 * 1024) + SHARED_BYTES
"""For each socket its limit and its objects."""
AT_ONCE = 50
PATIENCE_SECONDS = 90.0


@asynccontextmanager
async def stuck_at(address: str, count: int) -> AsyncIterator[list[StuckViewer]]:
    """So many viewers who have joined and read nothing from then on."""
    viewers = [StuckViewer(address) for _ in range(count)]
    for start in range(0, count, AT_ONCE):
        await asyncio.gather(*(viewer.join() for viewer in viewers[start : start + AT_ONCE]))
    yield viewers
    for viewer in viewers:
        viewer.socket.close()


async def announce_until_all_are_gone(server: ServerProcess, host: Visitor) -> int:
    """Announce until every stuck viewer has been dropped; return the most memory that the server had meanwhile."""
    most = 0
    deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while await server.metric("showfloor_evictions_total", reason="slow") < STUCK:
        assert asyncio.get_running_loop().time() < deadline, "they are still there"
        texts = ("x" * 480 + f"{number}" for number in range(AT_ONCE))
        await asyncio.gather(*(host.ask("announce", text=text) for text in texts))
        most = max(most, server.rss_bytes)
    return most


async def test_five_hundred_stuck_sockets_cost_their_limits_and_nobody_else(
    make_settings: MakeSettings, sign_for: SignFor
) -> None:
    settings = make_settings(
        limits="off",
        unsent_bytes_max=UNSENT_BYTES_MAX,
        unsent_seconds_max=STUCK_SECONDS_MAX,
        ring_length=200,
        ping_seconds=2.0,
    )
    async with server_processes(settings, 1) as (server,):
        host, healthy = (Visitor(lambda: [server.address], token=t) for t in (sign_for("host"), None))
        async with visiting(host, healthy), stuck_at(server.address, STUCK):
            await eventually(lambda: host.is_in and healthy.is_in)
            before = server.rss_bytes
            most = await announce_until_all_are_gone(server, host)
            await eventually(lambda: healthy.offset == host.offset, within_seconds=PATIENCE_SECONDS)
            assert healthy.joins == 1
            assert most - before < BOUND_BYTES, f"grew by {(most - before) / 2**20:.1f} MiB"
