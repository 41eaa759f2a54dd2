"""What a process needs to keep in which segment viewers were."""

from collections.abc import Coroutine
from typing import Any

from server.clock import Clock
from server.db.engine import Database
from server.settings import Settings
from server.stats.columns.shelf import FOLDER, Shelf
from server.stats.lifetime.segment_writing import SegmentWriting
from server.workers.loop import repeat

SEGMENTS_SECONDS = 30.0


def segment_loops(
    settings: Settings, database: Database, clock: Clock
) -> dict[str, Coroutine[Any, Any, None]]:
    """Return the loop that writes segments of settled shows."""
    return {
        "segments": repeat(
            "segments",
            SEGMENTS_SECONDS,
            SegmentWriting(database, clock, Shelf(settings.data.absolute() / FOLDER)).run_once,
        )
    }
