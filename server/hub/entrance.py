"""From a request for the live socket to a socket in the hub: one way for every connection, whatever it carried before.

`state` is the lifespan's: `hub`, `dispatcher`, `origins`, `hosts`, `proxies` and `socket_class`.
"""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from server import security
from server.addresses import Proxies
from server.browsers import browser_of
from server.hub import metrics
from server.hub.connection import Connection
from server.hub.encoding import Encoding
from server.hub.handshake import Answer, answer_upgrade, refuse
from server.hub.hub import Hub

if TYPE_CHECKING:
    from server.hub.socket import LiveSocket

LINGER_SECONDS_MAX = 2.0
LOW_WATER_SHARE = 4
"""A slow viewer is read to again when a quarter of the limit is left; uvloop's own low mark is 16 bytes."""


def enter(
    state: Mapping[str, Any],
    transport: asyncio.Transport,
    own_host: str | None,
    headers: Mapping[bytes, bytes],
    rest: bytes,
    *,
    head_only: bool = False,
) -> None:
    """Answer an upgrade and, if it is accepted, give the transport to a new socket; `rest` is what came right behind the head.

    `own_host` is what the peer is counted by, None for a proxy of ours; `headers` are the request's, names in lower case, repeated
    ones joined. A refusal ends the connection; `head_only` leaves out its body.
    """
    hub: Hub = state["hub"]
    proxies: Proxies = state["proxies"]
    host: str | None = own_host
    scheme: str | None = "http"
    if host is None:
        peer = peer_of(transport.get_extra_info("peername"))
        host, scheme = proxies.caller_key(peer, headers.get(b"x-forwarded-for")), forwarded_scheme(headers)
    answer = _admit(hub, host, asyncio.get_running_loop().time()) or answer_upgrade(
        headers, state["origins"], state["hosts"], scheme
    )
    if not answer.accepted:
        if b" 403 " in answer.head[:16]:
            security.note("origin_refused", address=host)
        metrics.HANDSHAKES_REFUSED.labels("busy" if b" 503 " in answer.head[:16] else "bad").inc()
        end_with(transport, answer, head_only=head_only)
        return
    transport.write(answer.head)
    socket = _make_socket(state, transport, host, deflate=answer.deflate)
    socket.connection.page = state["origins"].page_of(headers, scheme)
    socket.connection.device = browser_of(headers).device
    transport.set_protocol(socket)
    if rest:
        socket.data_received(rest)


def end_with(transport: asyncio.Transport, refusal: Answer, *, head_only: bool = False) -> None:
    """Write a refusal, without its body where HEAD asked for it, and end the connection."""
    transport.write(refusal.head if head_only else refusal.head + refusal.body)
    linger(transport)


def linger(transport: asyncio.Transport) -> None:
    """End a connection behind an answer: nothing more is written, and what still comes is passed over for a moment."""
    transport.set_protocol(_Answered(transport))
    transport.write_eof()


class _Answered(asyncio.Protocol):
    """Takes what a peer still sends until it closes too: a reset would take our answer from it (RFC 9112, section 9.6)."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._timer = asyncio.get_running_loop().call_later(LINGER_SECONDS_MAX, transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        self._timer.cancel()


def peer_of(peername: object) -> str | None:
    """Return the address of a peer, None for one that has none, such as one on a Unix socket."""
    return str(peername[0]) if isinstance(peername, tuple) and peername else None


def forwarded_scheme(headers: Mapping[bytes, bytes]) -> str | None:
    """Return `http` or `https` as the proxy tells it, which some call `ws` and `wss` for sockets; None where it does not."""
    told = headers.get(b"x-forwarded-proto", b"").rpartition(b",")[2].strip().lower()
    return {b"http": "http", b"https": "https", b"ws": "http", b"wss": "https"}.get(told)


def _make_socket(
    state: Mapping[str, Any], transport: asyncio.Transport, host: str, *, deflate: bool
) -> "LiveSocket":
    hub: Hub = state["hub"]
    limits = hub.admission.limits
    transport.set_write_buffer_limits(limits.unsent_bytes_max, limits.unsent_bytes_max // LOW_WATER_SHARE)
    connection = Connection(
        hub.new_connection_id(),
        transport,
        host=host,
        encoding=Encoding.DEFLATED_FRAMES if deflate else Encoding.FRAMES,
        allowance=limits.commands_burst,
        now=asyncio.get_running_loop().time(),
    )
    hub.opened(connection)
    socket: LiveSocket = state["socket_class"](hub, state["dispatcher"], connection, deflate=deflate)
    return socket


def _admit(hub: Hub, host: str, now: float) -> Answer | None:
    if hub.draining:
        return refuse(HTTPStatus.SERVICE_UNAVAILABLE, "this process is going away", retry_after_seconds=1)
    reason = "waiting" if hub.waiting.is_full(host) else hub.admission.refusal(host, now)
    if reason is None:
        return None
    return refuse(HTTPStatus.SERVICE_UNAVAILABLE, f"too many sockets ({reason})", retry_after_seconds=5)
