"""uvicorn's HTTP, on which any request may be the one for the live socket, and which refuses what RFC 9110 and 9112 want refused."""

import re
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote_to_bytes

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from server.hub.bodies import BODY_BYTES_MAX, BODY_WIRE_FACTOR, body_limits
from server.hub.entrance import end_with, enter, linger
from server.hub.handshake import HEAD_BYTES_MAX, LIVE_PATH, Answer, join_headers, refuse
from server.hub.patience import Patience

PIPELINED_MAX = 16
"""Requests of a connection that wait for their answers; behind so many it ends."""
PIECE_BYTES = 4096
"""What is parsed at a time: an endless head is seen to be one within so much of its limit."""
_ABSOLUTE = re.compile(rb"(?i:https?)://([^/?#]*)(.*)", re.DOTALL)
_LINE_BYTES = len(": \r\n")
_TOO_LARGE = refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "the head is over 16 KiB")
PEER = "showfloor.peer"
"""The extension of a request's scope that holds its transport."""
_TOO_LONG = refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "the body is too long")
_TOO_LATE = refuse(HTTPStatus.REQUEST_TIMEOUT, "the request did not come in time")
_TOO_MANY = refuse(HTTPStatus.TOO_MANY_REQUESTS, "too many requests before the first was answered")
_BROKEN = refuse(HTTPStatus.BAD_REQUEST, "this is no HTTP request")
_UPGRADE_HEADERS = frozenset({b"upgrade", b"http2-settings"})


class HttpConnection(HttpToolsProtocol):
    """One connection that speaks HTTP, until it ends or becomes a live socket.

    Answers go out in the order of the requests: what ends the connection, an upgrade among it, waits for those before it.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._in_head = self._in_body = False
        self._head_bytes = self._body_bytes = self._body_wire_bytes = 0
        self._body_bytes_max, self._body_seconds = BODY_BYTES_MAX, 0.0
        self._unanswered = self._requests = 0
        self._plain_head = b""
        """The head of the request that is being read, without an upgrade that nobody here speaks."""
        self._last: Callable[[], None] | None = None
        """What is done when all requests before are answered; nothing is parsed behind it."""
        self._rest = b""
        self.patience: Patience
        """Set by who makes the connection, which is counted before its first bytes come."""
        self._limits = self.app_state["hub"].admission.limits

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        for start in range(0, len(data), PIECE_BYTES):
            self._take(data[start : start + PIECE_BYTES])
        self._conclude()
        self._look(came=True)

    def _take(self, data: bytes) -> None:
        if self._last is not None:
            self._keep(data)
            return
        began_in_head, size = self._in_head, len(data)
        try:
            while data:
                data = self._feed(data)
        except httptools.HttpParserError:
            self._break_off(_BROKEN)
        if self._in_head and began_in_head:
            self._head_bytes += size
            if self._head_bytes > HEAD_BYTES_MAX:
                self._end(_TOO_LARGE)
        elif self._in_body:
            self._body_wire_bytes += size
            if self._body_wire_bytes > BODY_WIRE_FACTOR * self._body_bytes_max:
                self._break_off(_TOO_LONG)

    def _feed(self, data: bytes) -> bytes:
        """Parse `data`, and return what is to be parsed next in its place."""
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            rest = data[upgrade.args[0] :]
            if self._last is not None:
                self._rest = rest
                return b""
            # The parser leaves the body to the new protocol; we stay with HTTP, so the request is read again as if it had not asked.
            self.parser = httptools.HttpRequestParser(self)
            self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
            plain, self._plain_head = self._plain_head, b""
            return plain + rest
        return b""

    def _keep(self, data: bytes) -> None:
        """Hold what comes behind the last request while those before it are answered; reading is paused, so it is little."""
        self._rest += data
        self.flow.pause_reading()

    # What the parser calls.

    def on_message_begin(self) -> None:
        if self._last is None:
            super().on_message_begin()
            # Which connection it came on: a stream of events is heard by its TCP alone.
            self.scope["extensions"] = {PEER: {"transport": self.transport}}
            self._in_head, self._head_bytes = True, 0
            self._requests += 1

    def on_url(self, url: bytes) -> None:
        if self._last is None:
            super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._last is None and not self._in_body:  # what comes behind a body is of no use here
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head = False
        if self._last is not None:
            return
        refusal = _TOO_MANY if self._unanswered >= PIPELINED_MAX else self._refusal()
        if refusal is not None:
            self._end(refusal)
        elif _is_live(self._origin_form()):
            asked = self.parser.get_method(), self.parser.get_http_version(), join_headers(self.headers)
            self._last = partial(self._enter, *asked)
        elif self.parser.should_upgrade():
            self._plain_head = self._without_upgrade()
        else:
            super().on_headers_complete()
            self._body_bytes_max, self._body_seconds = body_limits(
                self._limits, self.parser.get_method(), self._origin_form()
            )
            self._in_body, self._body_bytes, self._body_wire_bytes = True, 0, 0
            self._unanswered += 1

    def on_body(self, body: bytes) -> None:
        if self._last is not None or self._plain_head:
            return
        self._body_bytes += len(body)
        if self._body_bytes > self._body_bytes_max and self.cycle.response_started:
            self._break_off(_TOO_LONG)
            return
        super().on_body(body)
        if self._body_bytes > self._body_bytes_max:  # whoever reads it refuses it, and nothing more is read
            self._last = partial(linger, self.transport)

    def on_message_complete(self) -> None:
        self._in_body = False
        if self._last is None and not self._plain_head:
            super().on_message_complete()

    def _should_upgrade(self) -> bool:
        """No: uvicorn is to answer every request that it is given."""
        return False

    def _refusal(self) -> Answer | None:
        """Return why this request, whose head is complete, is refused whatever it asks for."""
        size = len(self.url) + sum(len(name) + len(value) + _LINE_BYTES for name, value in self.headers)
        if size > HEAD_BYTES_MAX:
            return _TOO_LARGE
        if self.parser.get_http_version() not in ("1.0", "1.1"):
            return refuse(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED, "HTTP/1.1 is spoken here")
        if self.parser.get_method() == b"CONNECT":
            return refuse(HTTPStatus.NOT_IMPLEMENTED, "this is no proxy")
        return refuse(HTTPStatus.BAD_REQUEST, "a request has no fragment") if b"#" in self.url else None

    def _origin_form(self) -> bytes:
        """Return the target in origin form; an absolute one takes the place of the Host header (RFC 9112, section 3.2.2)."""
        absolute = _ABSOLUTE.fullmatch(self.url)
        if absolute is None:
            return self.url
        hosts = [place for place, (name, _) in enumerate(self.headers) if name == b"host"]
        if len(hosts) == 1:
            self.headers[hosts[0]] = (b"host", absolute[1])
        return absolute[2] if absolute[2].startswith(b"/") else b"/" + absolute[2]

    def _without_upgrade(self) -> bytes:
        lines = [
            self.parser.get_method() + b" " + self.url + b" HTTP/" + self.parser.get_http_version().encode()
        ]
        lines += [name + b": " + value for name, value in self.headers if name not in _UPGRADE_HEADERS]
        return b"\r\n".join(lines) + b"\r\n\r\n"

    # What comes last on a connection.

    def _end(self, refusal: Answer) -> None:
        if self._last is None:
            self._last = partial(end_with, self.transport, refusal)

    def _break_off(self, refusal: Answer) -> None:
        """End where no more is read; in the middle of a body, the request that it belongs to gets the refusal as its answer."""
        cycle = self.cycle
        if self._in_body and self._last is None:
            cycle.disconnected = (
                True  # nobody waits for the rest of its body, and nothing more is written for it
            )
            cycle.message_event.set()
            if cycle.response_started:
                self._last = partial(linger, self.transport)
            if not cycle.response_complete:
                self._unanswered -= 1
            if self.pipeline and self.pipeline[0][0] is cycle:
                self.pipeline.popleft()
        self._end(refusal)

    def _enter(self, method: bytes, version: str, headers: dict[bytes, bytes]) -> None:
        if method not in (b"GET", b"HEAD"):
            end_with(self.transport, refuse(HTTPStatus.METHOD_NOT_ALLOWED, "a WebSocket is opened by GET"))
            return
        if method == b"HEAD" or version != "1.1":
            # RFC 6455 wants GET, and RFC 9110, section 7.8, has an Upgrade in HTTP/1.0 ignored.
            headers.pop(b"upgrade", None)
        enter(
            self.app_state,
            self.transport,
            self.patience.host,
            headers,
            self._rest,
            head_only=method == b"HEAD",
        )

    def _conclude(self) -> None:
        """Do what comes last, once every request before it is answered."""
        if self._last is None or self.transport.is_closing():
            return
        if self._unanswered:
            self.flow.pause_reading()
            return
        last, self._last = self._last, _nothing
        self._let_go()
        self.connections.discard(self)
        self.flow.resume_reading()
        last()
        self.parser = None  # type: ignore[assignment]  # it holds this object

    def on_response_complete(self) -> None:
        self._unanswered -= 1
        super().on_response_complete()
        self._conclude()
        self._look(came=False)

    # How long the peer is waited for.

    def _look(self, *, came: bool) -> None:
        """See what the peer is waited for now; `came`: something has just come."""
        what: tuple[str, int] | None = None
        if self._last is not None or self.flow.read_paused or self.transport.is_closing():
            pass
        elif self._in_body:
            what = ("body", self._requests)
        elif self._in_head:
            what = ("head", self._requests)
        elif not self._unanswered:
            what = ("head" if came else "next", self._requests + 1)
        seconds = {"head": self._limits.head_seconds, "body": self._body_seconds}
        self.patience.wait(what, seconds.get(what[0], 0.0) if what else 0.0, self._give_up)

    def _give_up(self, what: str) -> None:
        if what == "body":
            self._break_off(_TOO_LATE)
        else:
            self._end(_TOO_LATE)
        self._conclude()

    def _let_go(self) -> None:
        """Wait for nothing any more: the connection is gone, or something else has it."""
        self._unset_keepalive_if_required()
        self.patience.stop()
        self.patience.resume()

    def pause_writing(self) -> None:
        super().pause_writing()
        self.patience.pause(self._limits.unread_seconds, self.transport)

    def resume_writing(self) -> None:
        self.patience.resume()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._let_go()
        super().connection_lost(exc)


def _is_live(target: bytes) -> bool:
    path = target.partition(b"?")[0]
    plain = unquote_to_bytes(path) if b"%" in path else path
    # nginx, which our configuration has in front, takes several slashes for one, and passes them on.
    return plain.endswith(LIVE_PATH) and plain.lstrip(b"/") == LIVE_PATH[1:]


def _nothing() -> None:
    """Nothing comes behind the last."""
