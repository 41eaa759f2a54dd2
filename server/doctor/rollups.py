"""Whether the figures' rollups agree with the facts."""

from collections import Counter

from sqlalchemy import Connection

from server.doctor.finding import Finding, State
from server.ledger.rollup_repository import DIFFERING, SHOWS

NAMED_MAX = 5


def examine_rollups(connection: Connection) -> Finding:
    """Compare the rollups of every show with its facts."""
    viewers = Counter[str]()
    for show_id in connection.scalars(SHOWS, {"show": None}).all():
        viewers[show_id] += len({row.viewer_id for row in connection.execute(DIFFERING, {"show": show_id})})
    viewers += Counter()  # without those that agree
    if not viewers:
        return Finding("Rollups", State.FINE, "the rollups are what the facts come to")
    named = ", ".join(f"{show} ({n} viewers)" for show, n in sorted(viewers.items())[:NAMED_MAX])
    more = f", and {len(viewers) - NAMED_MAX} more" if len(viewers) > NAMED_MAX else ""
    what = f"figures of these shows differ from their facts: {named}{more}"
    return Finding("Rollups", State.BROKEN, what, "the facts are right: `showfloor rollup --rebuild`")
