"""What is told, when it is tried again, and when an endpoint is switched off. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, get_args
from urllib.parse import urlsplit

EventType = Literal[
    "show.scheduled",
    "show.started",
    "show.ended",
    "show.cancelled",
    "order.paid",
    "order.shipped",
    "order.refunded",
    "order.cancelled",
    "product.sold_out",
    "offer.opened",
    "offer.closed",
    "auction.closed",
    "question.answered",
]
EVENT_TYPES: Final[tuple[EventType, ...]] = get_args(EventType)
TEST: Final = "webhook.test"
"""What is sent when somebody asks for a test; nobody subscribes to it."""

DeliveryState = Literal["waiting", "delivered", "failed"]
OffReason = Literal["person", "dead", "gone"]
Failure = Literal["status", "redirect", "gone", "timeout", "connect", "tls", "address", "protocol"]
FAILURES: Final[tuple[Failure, ...]] = get_args(Failure)

PAUSES: Final = tuple(
    timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1800, 3600, 7200, 14_400, 28_800, 43_200)
)
"""After the first failure, the second, and so on; from then on the last one."""
TRIED_FOR: Final = timedelta(days=3)
JITTER: Final = 0.2
OLD_SECRET_FOR: Final = timedelta(hours=24)
"""How long a rotated secret goes on signing beside the new one."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a try ended: the HTTP status where there was an answer, and what was wrong, None for a delivery."""

    status: int | None
    failure: Failure | None
    took_ms: int
    retry_after: timedelta | None = None
    """What the endpoint asked for."""


def place_of(url: str) -> str:
    """Return an endpoint's address without its query, which may be a secret: what may be noted of it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"


def failure_of(status: int) -> Failure | None:
    """Return what an answer's status says: only 2xx is a success, and redirects are not followed."""
    if 200 <= status < 300:
        return None
    if status == 410:
        return "gone"
    return "redirect" if 300 <= status < 400 else "status"


def next_try(
    attempts: int, since: datetime, now: datetime, chance: float, retry_after: timedelta | None = None
) -> datetime | None:
    """Return when to try again after `attempts` failures, None for never: three days after `since` is the last time.

    `chance` is from 0 to 1 and shifts the pause by up to a fifth, so that what failed together does not come back together.
    """
    last = since + TRIED_FOR
    if now >= last:
        return None
    pause = PAUSES[min(attempts, len(PAUSES)) - 1] * (1 - JITTER + 2 * JITTER * chance)
    return min(last, now + max(pause, retry_after or timedelta()))


def off_reason(failure: Failure, failing_since: datetime, now: datetime) -> OffReason | None:
    """Return why an endpoint is to be switched off after a failure, None if it is not."""
    if failure == "gone":
        return "gone"
    return "dead" if now - failing_since >= TRIED_FOR else None
