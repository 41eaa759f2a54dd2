"""The opening handshake's answer, pure (RFC 6455, section 4.2; RFC 7692, section 7.1)."""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha1
from http import HTTPStatus

from server.hub.frames import DEFLATE_WINDOW_BITS

LIVE_PATH = b"/v1/live"
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_DEFLATE = b"permessage-deflate; server_no_context_takeover; client_no_context_takeover"
_SWITCHING = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
)


@dataclass(frozen=True, slots=True)
class Answer:
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
    request, *lines = head.split(b"\r\n")
    if not request.endswith(b" HTTP/1.1") or request.count(b" ") != 2:
        raise BadHeadError
    headers: dict[bytes, bytes] = {}
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon or not name or name != name.strip() or b" " in name or b"\n" in line or b"\0" in line:
            raise BadHeadError
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
    deflate = _accept_deflate(headers.get(b"sec-websocket-extensions", b""))
    accept = b64encode(sha1(key + _GUID).digest())  # noqa: S324 (the RFC's choice, no secret)
    extension = b"\r\nSec-WebSocket-Extensions: " + deflate if deflate else b""
    return Answer(_SWITCHING + accept + extension + b"\r\n\r\n", accepted=True, deflate=bool(deflate))


def _is_key(key: bytes) -> bool:
    if len(key) != 24:
        return False
    try:
        return len(b64decode(key, validate=True)) == 16
    except ValueError:
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
