"""uvicorn's HTTP class: answers a connection that begins with a plain request for the live socket, and leaves all else to HTTP.

A viewer's upgrade comes in one piece on a connection of its own, nearly always: it then costs no HTTP parser, no ASGI task and no
second parse of its handshake. Whatever is not so plain, requests that must be refused among it, goes to `HttpConnection`, which
knows the live socket too: what is answered does not depend on what the connection carried before, nor on how its bytes are cut.
"""

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from server.hub import metrics
from server.hub.entrance import end_with, enter, peer_of
from server.hub.handshake import HEAD_BYTES_MAX, HEAD_END, LIVE_PATH, BadHeadError, parse_headers, refuse
from server.hub.http_connection import HttpConnection
from server.hub.patience import Patience
from server.hub.waiting import Waiting

if TYPE_CHECKING:
    from uvicorn.config import Config
    from uvicorn.server import ServerState

    from server.hub.hub import Hub

_PREFIX = b"GET " + LIVE_PATH
_TOO_MANY = refuse(
    HTTPStatus.SERVICE_UNAVAILABLE, "too many connections of this address (waiting)", retry_after_seconds=5
)


class LiveHttp(asyncio.Protocol):
    """One connection until its first bytes have come."""

    __slots__ = ("_arguments", "_host", "_state", "_transport")

    def __init__(
        self,
        config: "Config",
        server_state: "ServerState",
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._arguments = (config, server_state, app_state, _loop)
        self._state = app_state
        self._host: str | None = None
        self._transport: asyncio.Transport | None = None
        """None from when on something else has it, or it is gone."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count it from its first moment: by its address, unless that is a proxy's, who speaks for many."""
        hub: Hub = self._state["hub"]
        waiting, proxies = hub.waiting, self._state["proxies"]
        peer = peer_of(transport.get_extra_info("peername"))
        self._host = None if proxies.believe(peer) else proxies.caller_key(peer, None)
        if waiting.is_full(self._host):
            metrics.HANDSHAKES_REFUSED.labels("busy").inc()
            end_with(cast("asyncio.Transport", transport), _TOO_MANY)
            return
        self._transport = cast("asyncio.Transport", transport)
        waiting.begin(self._host)
        waiting.expect(self, asyncio.get_running_loop().time())

    def drop(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._transport is not None:
            self._transport = None
            waiting: Waiting = self._state["hub"].waiting
            waiting.hear(self)
            waiting.end(self._host)

    def data_received(self, data: bytes) -> None:
        transport, self._transport = self._transport, None
        assert transport is not None, "the first data goes to what takes over"
        waiting: Waiting = self._state["hub"].waiting
        waiting.hear(self)
        end = data.find(HEAD_END, 0, HEAD_BYTES_MAX) if data.startswith(_PREFIX) else -1
        if end < 0 or data[len(_PREFIX)] not in b" ?":
            self._hand_over(transport, data)
            return
        try:
            headers = parse_headers(data[:end])
        except BadHeadError:
            self._hand_over(transport, data)
            return
        waiting.end(self._host)
        enter(self._state, transport, self._host, headers, data[end + len(HEAD_END) :])

    def _hand_over(self, transport: asyncio.Transport, data: bytes) -> None:
        config, server_state, app_state, loop = self._arguments
        http = HttpConnection(config=config, server_state=server_state, app_state=app_state, _loop=loop)
        http.patience = Patience(self._state["hub"].waiting, self._host)
        http.connection_made(transport)
        transport.set_protocol(http)
        http.data_received(data)
