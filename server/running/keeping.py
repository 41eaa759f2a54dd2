"""What a process with a worker's loops does beside counting: segments and columns."""

from collections.abc import Coroutine
from typing import Any

from server.clock import Clock
from server.db.engine import Database
from server.running.columns import column_loops
from server.running.segments import segment_loops
from server.settings import Settings


def keeping_loops(
    settings: Settings, database: Database, clock: Clock
) -> dict[str, Coroutine[Any, Any, None]]:
    """Return them by name."""
    return segment_loops(settings, database, clock) | column_loops(settings, database, clock)
