"""uvicorn's HTTP class: looks at a connection's first bytes, answers an upgrade to the live socket, and leaves all else to uvicorn.

A live socket thus costs no HTTP parser, no ASGI task and no second parse of its handshake; FastAPI keeps all of HTTP.
"""

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from server.hub import metrics
from server.hub.connection import Connection
from server.hub.encoding import Encoding
from server.hub.handshake import LIVE_PATH, Answer, BadHeadError, answer_upgrade, parse_headers, refuse
from server.hub.hub import Hub

if TYPE_CHECKING:
    from uvicorn.config import Config
    from uvicorn.server import ServerState

    from server.hub.socket import LiveSocket

HEAD_BYTES_MAX = 16 * 1024
LOW_WATER_SHARE = 4
"""A slow viewer is read to again when a quarter of the limit is left; uvloop's own low mark is 16 bytes."""
_PREFIX = b"GET " + LIVE_PATH
_END = b"\r\n\r\n"


class LiveHttp(asyncio.Protocol):
    """One connection until it is known what it is.

    The lifespan's state holds `hub`, `dispatcher`, `origins`, `trust_proxy` and `socket_class`.
    """

    __slots__ = ("_arguments", "_head", "_loop", "_state", "_transport")

    def __init__(
        self,
        config: "Config",
        server_state: "ServerState",
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._arguments = (config, server_state, app_state, _loop)
        self._loop = _loop or asyncio.get_running_loop()
        self._state = app_state
        self._head = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        head = self._head = self._head + data
        if not _may_be_live(head):
            self._hand_over(head)
            return
        end = head.find(_END)
        if end >= 0:
            self._open(head[:end], head[end + len(_END) :])
        elif len(head) > HEAD_BYTES_MAX:
            self._answer(refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "the head is over 16 KiB"))

    def _hand_over(self, data: bytes) -> None:
        assert self._transport is not None, "data comes after the connection is made"
        config, server_state, app_state, loop = self._arguments
        http = HttpToolsProtocol(config=config, server_state=server_state, app_state=app_state, _loop=loop)
        http.connection_made(self._transport)
        self._transport.set_protocol(http)
        http.data_received(data)

    def _open(self, head: bytes, rest: bytes) -> None:
        """Answer an upgrade whose head is complete; `rest` is what the peer sent right behind it."""
        hub, transport = cast("Hub", self._state["hub"]), self._transport
        assert transport is not None, "data comes after the connection is made"
        try:
            headers = parse_headers(head)
        except BadHeadError:
            self._answer(refuse(HTTPStatus.BAD_REQUEST, "this is no HTTP request"))
            return
        host, now = self._viewer_host(headers), self._loop.time()
        answer = _admit(hub, host, now) or answer_upgrade(headers, self._state["origins"])
        self._answer(answer)
        if answer.accepted:
            socket = self._make_socket(hub, host, now, answer)
            transport.set_protocol(socket)
            if rest:
                socket.data_received(rest)

    def _answer(self, answer: Answer) -> None:
        assert self._transport is not None, "data comes after the connection is made"
        self._transport.write(answer.head)
        if not answer.accepted:
            metrics.HANDSHAKES_REFUSED.labels("busy" if b" 503 " in answer.head[:16] else "bad").inc()
            self._transport.close()

    def _make_socket(self, hub: Hub, host: str, now: float, answer: Answer) -> "LiveSocket":
        limits, transport = hub.admission.limits, cast("asyncio.Transport", self._transport)
        transport.set_write_buffer_limits(limits.unsent_bytes_max, limits.unsent_bytes_max // LOW_WATER_SHARE)
        connection = Connection(
            hub.new_connection_id(),
            transport,
            host=host,
            encoding=Encoding.DEFLATED_FRAMES if answer.deflate else Encoding.FRAMES,
            allowance=limits.commands_burst,
            now=now,
        )
        hub.opened(connection)
        socket: LiveSocket = self._state["socket_class"](
            hub, self._state["dispatcher"], connection, deflate=answer.deflate
        )
        return socket

    def _viewer_host(self, headers: dict[bytes, bytes]) -> str:
        if self._state["trust_proxy"]:
            forwarded = headers.get(b"x-forwarded-for", b"").decode("latin-1")
            return forwarded.rpartition(",")[2].strip() or "unknown"
        peer = cast("asyncio.Transport", self._transport).get_extra_info("peername")
        return str(peer[0]) if peer else "local"


def _may_be_live(head: bytes) -> bool:
    """Whether these first bytes are, or may become, a request for the live socket."""
    if len(head) <= len(_PREFIX):
        return _PREFIX.startswith(head)
    return head.startswith(_PREFIX) and head[len(_PREFIX)] in b" ?"


def _admit(hub: Hub, host: str, now: float) -> Answer | None:
    if hub.draining:
        return refuse(HTTPStatus.SERVICE_UNAVAILABLE, "this process is going away", retry_after_seconds=1)
    reason = hub.admission.refusal(host, now)
    if reason is None:
        return None
    return refuse(HTTPStatus.SERVICE_UNAVAILABLE, f"too many sockets ({reason})", retry_after_seconds=5)
