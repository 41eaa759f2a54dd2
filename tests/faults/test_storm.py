"""A server dies with all its viewers: they come back elsewhere, each gets its gap or an honest snapshot, and SQL hardly notices."""

import asyncio
import time

import pytest

from tests.conftest import MakeSettings
from tests.support.eventually import eventually
from tests.support.server_process import ServerProcess, server_processes
from tests.support.servers import SignFor
from tests.support.show_load import crowd
from tests.support.visitor import Visitor, visiting

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("set_stage")]

VIEWERS = 300
LATE = 40
RING = 60
SNAPSHOT_SECONDS = 2.0
PATIENCE_SECONDS = 60.0


async def sql_reads(server: ServerProcess) -> tuple[float, float]:
    """Return how many journal tails and how many snapshots a server has read from SQL."""
    tails = await server.metric("showfloor_journal_tail_reads_total")
    return tails, await server.metric("showfloor_journal_snapshot_reads_total")


async def announce(host: Visitor, times: int) -> None:
    """Announce so often, all at once."""
    replies = await asyncio.gather(*(host.ask("announce", text=f"{number}") for number in range(times)))
    assert {reply["type"] for reply in replies} == {"ok"}


async def test_a_storm_of_returning_viewers_is_served_from_memory(
    make_settings: MakeSettings, sign_for: SignFor
) -> None:
    settings = make_settings(ring_length=RING, snapshot_ms=int(SNAPSHOT_SECONDS * 1000), limits="off")
    async with server_processes(settings, 2) as (doomed, haven):
        alive = [doomed.address]
        host = Visitor(lambda: [haven.address], token=sign_for("host"))
        viewers = crowd(VIEWERS, lambda: alive)
        late = viewers[:LATE]
        async with visiting(host, *viewers):
            await eventually(
                lambda: all(v.is_in for v in viewers) and host.is_in, within_seconds=PATIENCE_SECONDS
            )
            await announce(host, 20)
            await eventually(
                lambda: all(v.offset == host.offset for v in viewers), within_seconds=PATIENCE_SECONDS
            )
            before, began = await sql_reads(haven), time.monotonic()
            for viewer in late:
                viewer.may_return.clear()
            alive[:] = [haven.address]
            await asyncio.gather(doomed.kill(), announce(host, RING // 2))
            await eventually(lambda: all(v.is_in for v in viewers[LATE:]), within_seconds=PATIENCE_SECONDS)
            await announce(host, RING)
            for viewer in late:
                viewer.may_return.set()
            await eventually(
                lambda: all(v.is_in and v.offset == host.offset for v in viewers),
                within_seconds=PATIENCE_SECONDS,
            )
            after, took = await sql_reads(haven), time.monotonic() - began
        assert [v.recovered for v in viewers[LATE:]] == [1] * (VIEWERS - LATE), "their gaps were in the ring"
        assert [(v.recovered, v.snapshots) for v in late] == [(0, 2)] * LATE, "their gaps were not"
        assert after[0] - before[0] <= 3, "the room was open, so that no gap needed SQL, but for a top check"
        assert after[1] - before[1] <= 2 + took / SNAPSHOT_SECONDS, "snapshots are single flights"


async def test_a_storm_on_a_process_that_has_no_room_yet_opens_it_once(
    make_settings: MakeSettings, sign_for: SignFor
) -> None:
    async with server_processes(make_settings(), 2) as (doomed, haven):
        alive = [doomed.address]
        host = Visitor(lambda: alive, token=sign_for("host"))
        viewers = crowd(VIEWERS, lambda: alive)
        async with visiting(host, *viewers):
            await eventually(
                lambda: all(v.is_in for v in viewers) and host.is_in, within_seconds=PATIENCE_SECONDS
            )
            await announce(host, 5)
            alive[:] = [haven.address]
            await doomed.kill()
            await eventually(
                lambda: all(v.joins == 2 and v.offset == 5 for v in viewers), within_seconds=PATIENCE_SECONDS
            )
            tails, snapshots = await sql_reads(haven)
        assert all(v.recovered == 1 for v in viewers), "the ring is loaded with the room"
        assert (tails, snapshots) == (1, 0)


async def test_too_many_at_once_are_told_to_wait_and_all_get_in(make_settings: MakeSettings) -> None:
    async with server_processes(make_settings(accepts_per_second_max=60), 1) as (server,):
        viewers = crowd(120, lambda: [server.address])
        async with visiting(*viewers):
            await eventually(lambda: all(v.is_in for v in viewers), within_seconds=PATIENCE_SECONDS)
        assert sum(v.refused[503] for v in viewers) > 0
        assert await server.metric("showfloor_handshakes_refused_total", reason="busy") == sum(
            v.refused[503] for v in viewers
        )
