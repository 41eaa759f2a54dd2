"""One viewer's socket, blocking: lines of JSON out, lines of JSON in. Under locust `socket` is gevent's, so it blocks one greenlet.

The framing is the websockets library's sans-I/O client; locust's own client costs more per frame than the server does.
"""

import json
import socket
import ssl
from typing import Any
from urllib.parse import urlsplit

from websockets.client import ClientProtocol
from websockets.frames import CloseCode, Frame, Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

RECEIVE_BYTES = 64 * 1024
CONNECT_SECONDS = 10.0

GONE = (OSError, ValueError)
"""What a socket raises that ended, or that another greenlet has closed (a TLS socket says `ValueError`)."""

Line = dict[str, Any]


class SocketClosed(Exception):
    """The socket is closed; `code` is the closing code, None where the connection just ended."""

    def __init__(self, code: int | None) -> None:
        super().__init__(f"closed with {code}" if code else "the connection ended")
        self.code = code


class LiveSocket:
    """`open()`, then `send()` and `receive()` until `SocketClosed`; at last `close()`, or `cut()` to leave without a word."""

    def __init__(self, base_url: str) -> None:
        """Take the server's address as `http://host:port` or `https://…`."""
        parts = urlsplit(base_url)
        self._secure = parts.scheme == "https"
        self._host = parts.hostname or "127.0.0.1"
        self._port = parts.port or (443 if self._secure else 80)
        scheme = "wss" if self._secure else "ws"
        self._protocol = ClientProtocol(parse_uri(f"{scheme}://{parts.netloc}/v1/live"), max_size=None)
        self._socket: socket.socket | None = None
        self.received_bytes = 0

    def open(self) -> None:
        """Connect and upgrade. Raises `OSError` or the handshake's own exception."""
        connection = socket.create_connection((self._host, self._port), CONNECT_SECONDS)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._secure:
            connection = ssl.create_default_context().wrap_socket(connection, server_hostname=self._host)
        self._socket = connection
        self._protocol.send_request(self._protocol.connect())
        self._flush()
        while self._protocol.state is State.CONNECTING:
            self._feed()
            if self._protocol.handshake_exc is not None:
                raise self._protocol.handshake_exc
        # Silence longer than the server's own limit means that it is gone without a word.
        connection.settimeout(75.0)

    def send(self, line: Line) -> None:
        """Send one command."""
        if self._protocol.state is not State.OPEN:
            raise SocketClosed(self._protocol.close_code)
        self._protocol.send_text(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode())
        self._flush()

    def receive(self) -> list[Line]:
        """Wait for the next frames and return their lines, in order."""
        while True:
            lines = [line for event in self._protocol.events_received() for line in _lines_of(event)]
            self._flush()
            if lines:
                return lines
            if self._protocol.state is not State.OPEN:
                raise SocketClosed(self._protocol.close_code)
            self._feed()

    def close(self) -> None:
        """Say goodbye, do not wait for the answer."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_close(CloseCode.NORMAL_CLOSURE)
            try:
                self._flush()
            except SocketClosed:
                pass
        self.cut()

    def cut(self) -> None:
        """Drop the connection as a dead network does."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _feed(self) -> None:
        if self._socket is None:
            raise SocketClosed(None)
        try:
            data = self._socket.recv(RECEIVE_BYTES)
        except GONE as error:
            raise SocketClosed(None) from error
        self.received_bytes += len(data)
        if data:
            self._protocol.receive_data(data)
        else:
            self._protocol.receive_eof()

    def _flush(self) -> None:
        if self._socket is None:
            raise SocketClosed(None)
        for data in self._protocol.data_to_send():
            if data:
                try:
                    self._socket.sendall(data)
                except GONE as error:
                    raise SocketClosed(None) from error


def _lines_of(event: object) -> list[Line]:
    if not isinstance(event, Frame) or event.opcode is not Opcode.TEXT:
        return []
    return [json.loads(line) for line in bytes(event.data).split(b"\n") if line]
