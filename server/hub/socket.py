"""uvicorn's protocol classes: HTTP as it is, and the live socket without an ASGI task, queue or second parse per connection.

FastAPI keeps all of HTTP. A WebSocket upgrade is answered here from the headers that uvicorn has parsed, and from then on bytes
go from the transport to the reader to the dispatcher, and prepared frames go back.
"""

import asyncio
import secrets
from http import HTTPStatus
from typing import Any, cast

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from server.hub import metrics
from server.hub.connection import Connection
from server.hub.dispatch import Dispatcher
from server.hub.encoding import Encoding
from server.hub.frames import FrameError, Opcode, Reader, answer_to_close, close_frame, pong_frame
from server.hub.handshake import Answer, answer_upgrade, refuse
from server.hub.hub import Hub

LOW_WATER_SHARE = 4
"""A slow viewer is read to again when a quarter of the limit is left; uvloop's own low mark is 16 bytes."""

_TEXT, _PING, _PONG, _CLOSE = int(Opcode.TEXT), int(Opcode.PING), int(Opcode.PONG), int(Opcode.CLOSE)


class LiveSocket(asyncio.Protocol):
    """One live socket: feeds the reader, answers control frames, tells the hub when it stalls or goes."""

    __slots__ = ("_dispatcher", "_hub", "_loop", "_reader", "connection")

    def __init__(self, hub: Hub, dispatcher: Dispatcher, connection: Connection, *, deflate: bool) -> None:
        self._hub = hub
        self._dispatcher = dispatcher
        self._loop = asyncio.get_running_loop()
        self._reader: Reader | None = Reader(deflate=deflate)
        self.connection = connection

    def data_received(self, data: bytes) -> None:
        reader, connection = self._reader, self.connection
        if reader is None:  # the closing handshake is under way; what still comes is not read
            return
        connection.heard_at = now = self._loop.time()
        try:
            for opcode, payload in reader.feed(data):
                self.take(opcode, payload, now)
        except FrameError as error:
            self._close(close_frame(error.code, error.reason), "protocol")

    def take(self, opcode: int, payload: bytes, now: float) -> None:
        """Take one whole message."""
        if self._reader is None:
            return
        if opcode == _TEXT:
            self._dispatcher.receive(self.connection, payload, now)
        elif opcode == _PING:
            self.connection.transport.write(pong_frame(payload))
        elif opcode == _CLOSE:
            self._close(answer_to_close(payload), None)
        elif opcode != _PONG:
            self._close(close_frame(1003, "only text frames"), "binary")

    def _close(self, frame: bytes, reason: str | None) -> None:
        self._reader = None
        if reason is not None:
            metrics.EVICTIONS.labels(reason).inc()
        transport = self.connection.transport
        if not transport.is_closing():
            transport.write(frame)
            transport.close()

    def eof_received(self) -> None:
        """A peer that has closed its half gets nothing more: returning None closes the transport."""

    def pause_writing(self) -> None:
        self._hub.paused(self.connection)

    def resume_writing(self) -> None:
        self._hub.resumed(self.connection)

    def connection_lost(self, exc: Exception | None) -> None:
        self._reader = None
        self._hub.closed(self.connection)
        self._hub.admission.leave(self.connection.host)


class LiveHttp(HttpToolsProtocol):
    """uvicorn's HTTP protocol, which hands upgrades to `LiveSocket`.

    The lifespan's state holds `hub`, `dispatcher`, `origins`, `trust_proxy` and `socket_class`.
    """

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            if self._should_upgrade():
                self._open_socket(data[upgrade.args[0] :])
            else:
                self._unsupported_upgrade_warning()
        except httptools.HttpParserError:
            self.send_400_response("Invalid HTTP request received.")

    def _should_upgrade_to_ws(self) -> bool:
        return True  # whatever `ws=` says: sockets are ours

    def _open_socket(self, rest: bytes) -> None:
        """Answer the upgrade; `rest` is what the peer sent right behind it."""
        hub = cast("Hub", self.app_state["hub"])
        headers = dict(self.headers)
        host = self._viewer_host(headers)
        now = self.loop.time()
        answer = self._admit(hub, host, now) or answer_upgrade(
            self.url.partition(b"?")[0], self.scope["method"], headers, self.app_state["origins"]
        )
        transport = self.transport
        self.connections.discard(self)
        transport.write(answer.head)
        if not answer.accepted:
            metrics.HANDSHAKES_REFUSED.labels("busy" if b" 503 " in answer.head[:16] else "bad").inc()
            transport.close()
            return
        socket = self._make_socket(hub, host, now, answer)
        self._let_go()
        transport.set_protocol(socket)
        if rest:
            socket.data_received(rest)

    def _make_socket(self, hub: Hub, host: str, now: float, answer: Answer) -> LiveSocket:
        limits = hub.admission.limits
        self.transport.set_write_buffer_limits(
            limits.unsent_bytes_max, limits.unsent_bytes_max // LOW_WATER_SHARE
        )
        connection = Connection(
            secrets.token_hex(8),
            cast("Any", self.transport),
            host=host,
            encoding=Encoding.DEFLATED_FRAMES if answer.deflate else Encoding.FRAMES,
            allowance=limits.commands_burst,
            now=now,
        )
        hub.admission.enter(host)
        hub.opened(connection)
        return cast("type[LiveSocket]", self.app_state["socket_class"])(
            hub, self.app_state["dispatcher"], connection, deflate=answer.deflate
        )

    def _admit(self, hub: Hub, host: str, now: float) -> Answer | None:
        if hub.draining:
            return refuse(HTTPStatus.SERVICE_UNAVAILABLE, "this process is going away", retry_after_seconds=1)
        reason = hub.admission.refusal(host, now)
        if reason is None:
            return None
        return refuse(HTTPStatus.SERVICE_UNAVAILABLE, f"too many sockets ({reason})", retry_after_seconds=5)

    def _viewer_host(self, headers: dict[bytes, bytes]) -> str:
        if self.app_state["trust_proxy"]:
            forwarded = headers.get(b"x-forwarded-for", b"").decode("latin-1")
            return forwarded.rpartition(",")[2].strip() or "unknown"
        return self.client[0] if self.client else "local"

    def _let_go(self) -> None:
        """Break this object's cycles: it has done its work, and would otherwise live until the next full collection."""
        self.parser = None  # type: ignore[assignment]
        self.flow = None  # type: ignore[assignment]
        self.scope = None  # type: ignore[assignment]
        self.headers = []
        self.transport = None  # type: ignore[assignment]
