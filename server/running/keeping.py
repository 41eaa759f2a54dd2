"""What a process with a worker's loops does beside counting: segments, columns, mail."""

from collections.abc import Coroutine
from typing import Any

from server.clock import Clock
from server.db.engine import Database
from server.running.columns import column_loops
from server.running.mail import mail_loops
from server.running.segments import segment_loops
from server.settings import Settings


def keeping_loops(
    settings: Settings, database: Database, clock: Clock
) -> dict[str, Coroutine[Any, Any, None]]:
    """Return them by name; mail only where there is the servers' secret, which signs its links."""
    loops = segment_loops(database, clock) | column_loops(settings, database, clock)
    return loops | (mail_loops(settings, database, clock) if settings.has_secret() else {})
