"""The opening handshake's answer, pure (RFC 6455, section 4.2)."""

import re
from binascii import Error as NotBase64
from binascii import a2b_base64, b2a_base64
from collections.abc import Iterable, Mapping
from hashlib import sha1
from http import HTTPStatus

from msgspec import Struct

from server.hosts import ANY_HOST, OWN_ORIGIN, Hosts, Origins
from server.hub.deflate_offer import answer_to

LIVE_PATH = b"/v1/live"
HEAD_BYTES_MAX = 16 * 1024
HEAD_END = b"\r\n\r\n"
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_HEAD = re.compile(rb"[A-Z]+ [!-\"$-~]+ HTTP/1\.1(?:\r\n[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t -~\x80-\xff]*)*")
_ZERO = re.compile(rb"0+")
_SWITCHING = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
)


class Answer(Struct, frozen=True, gc=False):
    """What to write back: `head` bytes and, behind a refusal's, its `body`.

    `accepted` says whether a WebSocket follows, `deflate` whether it may be compressed.
    """

    head: bytes
    body: bytes = b""
    accepted: bool = False
    deflate: bool = False


def refuse(status: HTTPStatus, text: str, *, retry_after_seconds: int | None = None) -> Answer:
    """Return an HTTP answer that refuses the request and closes."""
    body = text.encode()
    extra = f"Retry-After: {retry_after_seconds}\r\n" if retry_after_seconds else ""
    if status is HTTPStatus.UPGRADE_REQUIRED:
        extra += "Sec-WebSocket-Version: 13\r\nUpgrade: websocket\r\n"
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        extra += "Allow: GET, HEAD\r\n"
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\n{extra}Content-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return Answer(head.encode("ascii"), body)


class BadHeadError(ValueError):
    """What came is no HTTP/1.1 request in its plain form."""


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


def join_headers(pairs: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Return headers by their names in lower case, repeated ones joined by commas (RFC 9110, section 5.3)."""
    headers: dict[bytes, bytes] = {}
    for given, value in pairs:
        name = given.lower()
        headers[name] = headers[name] + b", " + value if name in headers else value
    return headers


def answer_upgrade(
    headers: Mapping[bytes, bytes],
    origins: Origins = OWN_ORIGIN,
    hosts: Hosts = ANY_HOST,
    scheme: str | None = "http",
) -> Answer:
    """Return the answer to `GET /v1/live` by HTTP/1.1; `headers` has lower-case names, repeated ones joined.

    `origins` are those whose pages may ask, `hosts` the names that are ours, and `scheme` is how we were reached, None where that
    is not known. A header that may be there once only and is repeated holds no value that is accepted.
    """
    misdirected = hosts.refusal(headers.get(b"host"))
    if misdirected is not None:
        return refuse(misdirected, "the Host header must name this server, once")
    length = headers.get(b"content-length")
    if b"transfer-encoding" in headers or (length is not None and _ZERO.fullmatch(length) is None):
        return refuse(HTTPStatus.BAD_REQUEST, "an upgrade has no body")
    connection = {token.strip() for token in headers.get(b"connection", b"").lower().split(b",")}
    if headers.get(b"upgrade", b"").lower() != b"websocket" or b"upgrade" not in connection:
        return refuse(HTTPStatus.UPGRADE_REQUIRED, "a WebSocket is spoken here")
    if headers.get(b"sec-websocket-version") != b"13":
        return refuse(HTTPStatus.UPGRADE_REQUIRED, "version 13 is spoken here")
    key = headers.get(b"sec-websocket-key", b"")
    if not _is_key(key):
        return refuse(HTTPStatus.BAD_REQUEST, "Sec-WebSocket-Key must be 16 bytes in base64")
    if not origins.allow(headers, scheme):
        return refuse(HTTPStatus.FORBIDDEN, "this Origin is not allowed")
    offers = headers.get(b"sec-websocket-extensions")
    deflate = answer_to(offers) if offers else b""
    accept = b2a_base64(sha1(key + _GUID).digest(), newline=False)  # noqa: S324 (the RFC's choice, no secret)
    extension = b"\r\nSec-WebSocket-Extensions: " + deflate if deflate else b""
    return Answer(_SWITCHING + accept + extension + b"\r\n\r\n", accepted=True, deflate=bool(deflate))


def _is_key(key: bytes) -> bool:
    try:
        return len(key) == 24 and len(a2b_base64(key, strict_mode=True)) == 16
    except NotBase64:
        return False
