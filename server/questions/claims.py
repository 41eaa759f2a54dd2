"""Claims, pure: who works on a question, so that two never answer the same one. A claim is a lease, and lapses by itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

LEASE = timedelta(seconds=60)
"""How long a claim holds without being claimed again; a page claims again every 20 s while its person works."""
LEASE_SECONDS = int(LEASE.total_seconds())
RENEWED_AFTER: Final = LEASE / 6
"""A renewal sooner than that after the last one changes nothing, and is no publication."""


@dataclass(frozen=True, slots=True)
class Claim:
    """That `viewer_id`, called `name`, works on a question until `until`; made or last renewed by the connection `connection_id`."""

    viewer_id: str
    name: str
    until: datetime
    connection_id: str = ""

    def holds(self, now: datetime) -> bool:
        """Whether it has not lapsed."""
        return now < self.until


def bars(claim: Claim | None, viewer_id: str, now: datetime) -> bool:
    """Whether somebody else than `viewer_id` works on the question now."""
    return claim is not None and claim.holds(now) and claim.viewer_id != viewer_id


def is_fresh(standing: Claim, renewed: Claim) -> bool:
    """Whether the same connection has claimed so lately that nobody need be told anew."""
    same = standing.connection_id == renewed.connection_id
    return same and renewed.until - standing.until < RENEWED_AFTER
