"""How long a request's body may be, and how long it may take. Files may be longer than what else is sent."""

from server.hub.admission import Limits

BODY_BYTES_MAX = 64 * 1024
"""Of a body that is no upload (`Limits.uploads`)."""
BODY_WIRE_FACTOR = 8
"""What a body may take with what its chunks need beside it, as a multiple of its own bytes."""


def body_limits(limits: Limits, method: bytes, target: bytes) -> tuple[int, float]:
    """Return the bytes and the seconds that the body of a request may take."""
    path = target.partition(b"?")[0]
    if method == b"POST" and path in limits.uploads:
        return limits.uploads[path], limits.upload_seconds
    return BODY_BYTES_MAX, limits.body_seconds
