"""One slow viewer harms nobody: the pulse alone, then what was missed or a gap, then out."""

import asyncio
import socket

import pytest
from prometheus_client import REGISTRY

from tests.conftest import MakeSettings
from tests.support.eventually import eventually
from tests.support.live_server import live_server
from tests.support.servers import SignFor
from tests.support.viewer import joined_at

pytestmark = pytest.mark.faults

HANDSHAKE = (
    "GET /v1/live HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


class StuckViewer:
    """Joins and then reads nothing until told to."""

    def __init__(self, address: str) -> None:
        host, _, port = address.partition(":")
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.setblocking(False)
        self.at = (host, int(port))

    async def join(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.sock_connect(self.socket, self.at)
        await loop.sock_sendall(self.socket, HANDSHAKE.encode())
        await loop.sock_recv(self.socket, 300)
        line = b'{"type":"join","show":"demo"}'
        await loop.sock_sendall(self.socket, bytes((0x81, 0x80 | len(line))) + bytes(4) + line)

    async def read_to_the_end(self) -> bytes:
        loop, read = asyncio.get_running_loop(), bytearray()
        try:
            async with asyncio.timeout(3.0):
                while chunk := await loop.sock_recv(self.socket, 1 << 20):
                    read += chunk
        except (TimeoutError, ConnectionError):
            pass
        return bytes(read)


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
        read = await stuck.read_to_the_end()
        assert b'{"type":"gap"}' in read
        stuck.socket.close()
