"""The opening handshake's answer, pure (RFC 6455, section 4.2; RFC 7692, section 7.1)."""

import re
from binascii import Error as NotBase64
from binascii import a2b_base64, b2a_base64
from collections.abc import Iterable, Mapping
from hashlib import sha1
from http import HTTPStatus

from msgspec import Struct

from server.hub.frames import DEFLATE_WINDOW_BITS

LIVE_PATH = b"/v1/live"
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_DEFLATE = b"permessage-deflate; server_no_context_takeover; client_no_context_takeover"
_HEAD = re.compile(rb"[^ \r\n\0]+ [^ \r\n\0]+ HTTP/1\.1(?:\r\n[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\r\n\0]*)*")
_SWITCHING = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
)


class Answer(Struct, frozen=True, gc=False):
    """What to write back: `head` bytes; `accepted` says whether a WebSocket follows, `deflate` whether it may be compressed."""

    head: bytes
    accepted: bool = False
    deflate: bool = False


def refuse(status: HTTPStatus, text: str, *, retry_after_seconds: int | None = None) -> Answer:
    """Return an HTTP answer that refuses the upgrade and closes."""
    body = text.encode()
    extra = f"Retry-After: {retry_after_seconds}\r\n" if retry_after_seconds else ""
    if status is HTTPStatus.UPGRADE_REQUIRED:
        extra += "Sec-WebSocket-Version: 13\r\nUpgrade: websocket\r\n"
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\n{extra}Content-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return Answer(head.encode("ascii") + body)


class BadHeadError(ValueError):
    """What came is no HTTP request."""


def parse_headers(head: bytes) -> dict[bytes, bytes]:
    """Return the headers of a request's head (without its blank line), names in lower case, repeated ones joined by commas.

    Raises BadHeadError for anything that is not HTTP/1.1 by RFC 9112.
    """
    if _HEAD.fullmatch(head) is None:
        raise BadHeadError
    headers: dict[bytes, bytes] = {}
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        name, value = name.lower(), value.strip(b" \t")
        headers[name] = headers[name] + b", " + value if name in headers else value
    return headers


def answer_upgrade(headers: Mapping[bytes, bytes], origins: frozenset[str]) -> Answer:
    """Return the answer to `GET /v1/live`; `headers` has lower-case names.

    `origins` are allowed beside the request's own host; a request without Origin comes from no browser and is let in.
    """
    connection = {token.strip() for token in headers.get(b"connection", b"").lower().split(b",")}
    if headers.get(b"upgrade", b"").lower() != b"websocket" or b"upgrade" not in connection:
        return refuse(HTTPStatus.UPGRADE_REQUIRED, "a WebSocket is spoken here")
    if headers.get(b"sec-websocket-version") != b"13":
        return refuse(HTTPStatus.UPGRADE_REQUIRED, "version 13 is spoken here")
    key = headers.get(b"sec-websocket-key", b"")
    if not _is_key(key):
        return refuse(HTTPStatus.BAD_REQUEST, "Sec-WebSocket-Key must be 16 bytes in base64")
    if not _origin_allowed(headers, origins):
        return refuse(HTTPStatus.FORBIDDEN, "this Origin is not allowed")
    offers = headers.get(b"sec-websocket-extensions")
    deflate = _accept_deflate(offers) if offers else b""
    accept = b2a_base64(sha1(key + _GUID).digest(), newline=False)  # noqa: S324 (the RFC's choice, no secret)
    extension = b"\r\nSec-WebSocket-Extensions: " + deflate if deflate else b""
    return Answer(_SWITCHING + accept + extension + b"\r\n\r\n", accepted=True, deflate=bool(deflate))


def _is_key(key: bytes) -> bool:
    try:
        return len(key) == 24 and len(a2b_base64(key, strict_mode=True)) == 16
    except NotBase64:
        return False


def _origin_allowed(headers: Mapping[bytes, bytes], origins: Iterable[str]) -> bool:
    origin = headers.get(b"origin")
    if origin is None:
        return True
    text = origin.decode("latin-1")
    host = headers.get(b"host", b"").decode("latin-1")
    return text.partition("://")[2] == host or text in origins


def _accept_deflate(extensions: bytes) -> bytes:
    """Return our answer to the first offer that can be met, or nothing.

    The same bytes go to everybody in a room, so the window is ours to choose: an offer that asks for a smaller one is declined, as
    RFC 7692, section 7.1.2.1 has it.
    """
    for offer in extensions.split(b","):
        name, *parameters = (part.strip().replace(b" ", b"") for part in offer.split(b";"))
        window = next((p for p in parameters if p.startswith(b"server_max_window_bits")), None)
        if name == b"permessage-deflate" and (window is None or _window_bits(window) >= DEFLATE_WINDOW_BITS):
            return (
                _DEFLATE
                if window is None
                else b"%b; server_max_window_bits=%d" % (_DEFLATE, DEFLATE_WINDOW_BITS)
            )
    return b""


def _window_bits(parameter: bytes) -> int:
    bits = parameter.partition(b"=")[2].strip(b'"')
    return int(bits) if bits.isdigit() else 0
