"""Claims, pure: who works on a question, so that two never answer the same one. A claim is a lease, and lapses by itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta

LEASE = timedelta(seconds=60)
"""How long a claim holds without being claimed again; a page claims again every 20 s while its person works."""
LEASE_SECONDS = int(LEASE.total_seconds())


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
