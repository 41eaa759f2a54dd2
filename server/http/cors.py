"""What pages of other origins may read (Fetch, section 3.2): the answers of `/v1` those that may ask, plain files everybody.

No answer allows credentials, so a browser sends no cookie and no page of another origin reads what one would bring.
"""

from collections.abc import Mapping
from http import HTTPStatus

from starlette.responses import Response

from server.hosts import Origins

API_PATHS = "/v1/"
FILES = ("/assets/", "/element/", "/media/", "/pictures/")
"""The same for everybody, and what elements on other pages are made of."""
METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
ASKED_WITH = (
    "Accept-Language, Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, "
    "Request-Id, X-Request-Id"
)
READ_TOO = "Content-Disposition, ETag, Idempotent-Replayed, Link, Location, Request-Id, Retry-After"
PREFLIGHT_SECONDS = 600
"""How long a browser remembers what it may ask. What it asks is looked at each time all the same."""


def is_preflight(method: str, path: str, headers: Mapping[bytes, bytes]) -> bool:
    """Whether a browser asks for a page of another origin whether it may ask."""
    asks = method == "OPTIONS" and b"origin" in headers and b"access-control-request-method" in headers
    return asks and path.startswith(API_PATHS)


def answer_preflight(origins: Origins, headers: Mapping[bytes, bytes], scheme: str | None) -> Response:
    """Return what the page may ask. Of an origin that may not, nothing is said, and the browser refuses."""
    allowed = {
        "Access-Control-Allow-Methods": METHODS,
        "Access-Control-Allow-Headers": ASKED_WITH,
        "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
    }
    return Response(
        status_code=HTTPStatus.NO_CONTENT,
        headers={
            "Vary": "Access-Control-Request-Method, Access-Control-Request-Headers",
            **(allowed if origins.allow(headers, scheme) else {}),
        },
    )


def cors_headers(
    path: str, origins: Origins, headers: Mapping[bytes, bytes], scheme: str | None
) -> dict[str, str]:
    """Return what the answer to a request says of who may read it, `Vary: Origin` aside."""
    if path.startswith(FILES):
        return {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
    origin = headers.get(b"origin")
    if not path.startswith(API_PATHS) or origin is None or not origins.allow(headers, scheme):
        return {}
    return {
        "Access-Control-Allow-Origin": origin.decode("latin-1"),
        "Access-Control-Expose-Headers": READ_TOO,
    }
