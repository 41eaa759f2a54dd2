"""One slow viewer harms nobody: the pulse alone, then what was missed or a gap, then out."""

import asyncio

import pytest
from prometheus_client import REGISTRY

from tests.conftest import MakeSettings
from tests.support.eventually import eventually
from tests.support.live_server import live_server
from tests.support.servers import SignFor
from tests.support.stuck_viewer import StuckViewer
from tests.support.viewer import joined_at

pytestmark = pytest.mark.faults


def _read(name: str, **labels: str) -> float:
    """Return a metric's value in this process."""
    return REGISTRY.get_sample_value(name, labels) or 0.0


def _evicted() -> float:
    return _read("showfloor_evictions_total", reason="slow")


@pytest.mark.usefixtures("set_stage")
async def test_a_viewer_that_stops_reading_leaves_and_others_notice_nothing(
    make_settings: MakeSettings, sign_for: SignFor
) -> None:
    settings = make_settings(limits="off", unsent_seconds_max=1.0)
    async with (
        live_server(settings) as address,
        joined_at(address, token=sign_for("host")) as host,
        joined_at(address) as healthy,
    ):
        stuck = StuckViewer(address)
        await stuck.join()
        before = _evicted()
        while _evicted() == before and host.offset < 40_000:
            await asyncio.gather(*(host.do("announce", text="x" * 500) for _ in range(50)))
        assert _evicted() == before + 1
        await eventually(lambda: healthy.offset == host.offset)
        healthy.assert_nothing_missing()
        stuck.socket.close()


@pytest.mark.usefixtures("set_stage")
async def test_a_viewer_that_reads_again_is_told_of_its_gap(
    make_settings: MakeSettings, sign_for: SignFor
) -> None:
    settings = make_settings(limits="off", unsent_seconds_max=60.0, ring_length=100)
    async with live_server(settings) as address, joined_at(address, token=sign_for("host")) as host:
        stuck = StuckViewer(address)
        await stuck.join()
        await eventually(lambda: not _read("showfloor_slow_connections"))  # of the server before this one
        while not _read("showfloor_slow_connections"):
            await asyncio.gather(*(host.do("announce", text="x" * 500) for _ in range(50)))
        for _ in range(4):
            await asyncio.gather(*(host.do("announce", text="y" * 500) for _ in range(50)))
        assert await stuck.reads(b'{"type":"gap"}')
        stuck.socket.close()
