"""What a process needs to make exports: the service, its worker, and what forgets."""

from collections.abc import Coroutine
from typing import Any

from server.clock import Clock
from server.db.engine import Database
from server.history.exports import Exports
from server.settings import Settings
from server.stats.columns.shelf import FOLDER, Shelf
from server.workers.loop import repeat

FORGETTING_SECONDS = 30.0
"""An erasure elsewhere drops jobs whose files may be here."""
PAUSE_SECONDS = 0.1
"""Beside the wait for something to do."""


def exports_for(settings: Settings, database: Database, clock: Clock) -> Exports:
    """Return the exports of a process; their files are in `SHOWFLOOR_DATA/exports`. Nothing runs."""
    data = settings.data.absolute()
    return Exports(database, clock, data / "exports", Shelf(data / FOLDER))


def export_loops(exports: Exports) -> dict[str, Coroutine[Any, Any, None]]:
    """Return what makes and what forgets, by name."""
    return {
        "exports": repeat("exports", PAUSE_SECONDS, exports.run_once),
        "old exports": repeat("old_exports", FORGETTING_SECONDS, exports.forget),
    }
