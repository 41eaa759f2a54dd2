"""Autobahn's cases against the live socket's reader, handshake and closing, in an echo server of the same classes."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import kosoku
import uvicorn

from server.addresses import NO_PROXY
from server.hosts import ANY_HOST, OWN_ORIGIN
from server.hub.connection import Connection
from server.hub.dispatch import Dispatcher
from server.hub.frames import Opcode, Reader, binary_frame, deflated_frame, text_frame
from server.hub.hub import Hub
from server.hub.socket import LiveSocket
from server.hub.upgrade import LiveHttp
from server.running.limits import hub_for
from server.settings import Settings
from tests.support.eventually import eventually
from tests.support.live_server import without_signals

CASES_AT_ONCE = 8
"""Most cases wait: for a silence to be over, or for a close that must not come. Each has a connection of its own."""
MESSAGE_BYTES_MAX = 32 * 1024 * 1024
"""The cases send messages of up to 16 MiB; the product takes 16 KiB."""

WINDOW_DECLINED = {"13.3", "13.5"}
"""Cases that offer nothing but `server_max_window_bits=9`. RFC 7692, 7.1.2.1: "A server declines an extension negotiation offer with
this parameter if the server doesn't support it." One round is compressed once for everybody, in a window of 4 KiB."""

SLOW_CASES = ["9.*", "12.*", "13.*"]
"""Throughput cases: a thousand messages each; of these only the smallest of each kind run here."""
SLOW_CASES_CHOSEN = (
    ["9.1.1", "9.2.1", "9.3.1", "9.4.1", "9.5.1", "9.6.1", "9.7.1", "9.8.1"]
    + [f"{group}.{case}" for group in ("12.1", "12.2", "12.3", "12.4", "12.5") for case in (1, 4, 11)]
    + [f"13.{group}.{case}" for group in range(1, 8) for case in (1, 4)]
)


class EchoSocket(LiveSocket):
    """A live socket that sends every message back, compressed where that was agreed."""

    def __init__(self, hub: Hub, dispatcher: Dispatcher, connection: Connection, *, deflate: bool) -> None:
        super().__init__(hub, dispatcher, connection, deflate=deflate)
        self.deflate = deflate
        self._reader = Reader(deflate=deflate, bytes_max=MESSAGE_BYTES_MAX)

    def take(self, opcode: int, payload: bytes, now: float) -> None:
        if opcode not in (Opcode.TEXT, Opcode.BINARY):
            super().take(opcode, payload, now)
        elif self._reader is not None:
            plain = text_frame if opcode == Opcode.TEXT else binary_frame
            frame = deflated_frame(opcode, payload) if self.deflate else plain(payload)
            self.connection.transport.write(frame)


async def echo_app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    hub = hub_for(Settings(limits="off"))
    scope["state"].update(
        hub=hub,
        dispatcher=Dispatcher(hub, {}),
        origins=OWN_ORIGIN,
        hosts=ANY_HOST,
        proxies=NO_PROXY,
        socket_class=EchoSocket,
    )
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})


@asynccontextmanager
async def echo_server() -> AsyncIterator[str]:
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(echo_app, http=LiveHttp, ws="none", lifespan="on", log_level="warning")
    server = without_signals(uvicorn.Server(config))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        await eventually(lambda: server.started or serving.done())
        yield f"ws://127.0.0.1:{listening.getsockname()[1]}/v1/live"
    finally:
        server.should_exit = True
        await serving


async def run_cases(cases: list[str] | None, exclude: list[str] | None = None) -> dict[str, str]:
    """Run cases and return the verdict of each by its id; the closing's verdict is put behind it where it is not OK."""
    async with echo_server() as url:
        try:
            results = await kosoku.run_fuzzingclient(
                url, cases=cases, exclude_cases=exclude, concurrency=CASES_AT_ONCE
            )
        except kosoku.FailureError as failure:
            results = failure.results
    verdicts = {}
    for result in results:
        closing = result.behavior_close.value
        good_end = closing in {"OK", "INFORMATIONAL"}
        verdicts[result.case_id] = (
            result.behavior.value if good_end else f"{result.behavior.value}, {closing}"
        )
    return verdicts


async def test_every_case_of_the_protocol_is_green() -> None:
    verdicts = await run_cases(None, SLOW_CASES)
    assert len(verdicts) > 200
    assert set(verdicts.values()) <= {"OK", "NON-STRICT", "INFORMATIONAL"}, verdicts


async def test_long_and_compressed_messages_are_green_or_declined() -> None:
    verdicts = await run_cases(SLOW_CASES_CHOSEN)
    assert len(verdicts) == len(SLOW_CASES_CHOSEN)
    for case, verdict in verdicts.items():
        declined = case.rpartition(".")[0] in WINDOW_DECLINED
        assert verdict == ("UNIMPLEMENTED" if declined else "OK"), case
