"""uvicorn's HTTP class: answers a connection that begins with a plain request for the live socket, and leaves all else to HTTP.

A viewer's upgrade comes in one piece on a connection of its own, nearly always: it then costs no HTTP parser, no ASGI task and no
second parse of its handshake. Whatever is not so plain, requests that must be refused among it, goes to `HttpConnection`, which
knows the live socket too: what is answered does not depend on what the connection carried before, nor on how its bytes are cut.
"""

import asyncio
from typing import TYPE_CHECKING, Any, cast

from server.hub.entrance import enter
from server.hub.handshake import HEAD_BYTES_MAX, HEAD_END, LIVE_PATH, BadHeadError, parse_headers
from server.hub.http_connection import HttpConnection

if TYPE_CHECKING:
    from uvicorn.config import Config
    from uvicorn.server import ServerState

_PREFIX = b"GET " + LIVE_PATH


class LiveHttp(asyncio.Protocol):
    """One connection until its first bytes have come."""

    __slots__ = ("_arguments", "_state", "_transport")

    def __init__(
        self,
        config: "Config",
        server_state: "ServerState",
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._arguments = (config, server_state, app_state, _loop)
        self._state = app_state
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None, "data comes after the connection is made"
        end = data.find(HEAD_END, 0, HEAD_BYTES_MAX) if data.startswith(_PREFIX) else -1
        if end < 0 or data[len(_PREFIX)] not in b" ?":
            self._hand_over(self._transport, data)
            return
        try:
            headers = parse_headers(data[:end])
        except BadHeadError:
            self._hand_over(self._transport, data)
            return
        enter(self._state, self._transport, headers, data[end + len(HEAD_END) :])

    def _hand_over(self, transport: asyncio.Transport, data: bytes) -> None:
        config, server_state, app_state, loop = self._arguments
        http = HttpConnection(config=config, server_state=server_state, app_state=app_state, _loop=loop)
        http.connection_made(transport)
        transport.set_protocol(http)
        http.data_received(data)
