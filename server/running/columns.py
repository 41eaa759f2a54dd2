"""Keeping columns as the settings have it."""

from collections.abc import Coroutine
from typing import Any

from server.clock import Clock
from server.db.engine import Database
from server.settings import Settings
from server.stats.columns.keeping import ColumnKeeper
from server.stats.columns.shelf import FOLDER, Shelf
from server.workers.loop import repeat

COLUMNS_SECONDS = 10.0


def column_loops(
    settings: Settings, database: Database, clock: Clock
) -> dict[str, Coroutine[Any, Any, None]]:
    """Return the loop that keeps the columns of final shows in `SHOWFLOOR_DATA/columns`."""
    keeper = ColumnKeeper(database, clock, Shelf(settings.data.absolute() / FOLDER))
    return {"columns": repeat("columns", COLUMNS_SECONDS, keeper.run_once)}
