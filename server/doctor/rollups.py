"""Whether the figures' rollups agree with the facts."""

from collections import Counter

from sqlalchemy import Connection

from server.doctor.finding import Finding, State
from server.ledger.rollup_repository import DIFFERING

NAMED_MAX = 5


def examine_rollups(connection: Connection) -> Finding:
    """Compare the rollups of every show with its facts."""
    viewers = Counter(
        show_id
        for show_id, _ in {
            (row.show_id, row.viewer_id) for row in connection.execute(DIFFERING, {"show": None})
        }
    )
    if not viewers:
        return Finding("Rollups", State.FINE, "the rollups are what the facts come to")
    named = ", ".join(f"{show} ({n} viewers)" for show, n in sorted(viewers.items())[:NAMED_MAX])
    more = f", and {len(viewers) - NAMED_MAX} more" if len(viewers) > NAMED_MAX else ""
    what = f"figures of these shows differ from their facts: {named}{more}"
    return Finding("Rollups", State.BROKEN, what, "the facts are right: `showfloor rollup --rebuild`")
