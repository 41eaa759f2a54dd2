"""The SQL of segments: those that are saved, and who was in which when a show began."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db import driver
from server.db.owned import Owned
from server.ledger.final import drop_generations
from server.stats.lifetime.names_repository import HASHED
from server.stats.lifetime.segment_tables import SegmentRow

SEGMENTS: Final = Owned(SegmentRow, lock="segments")
"""Those that a channel has saved."""

# Numbers are those of the moment in which people were counted: somebody may have got one since, who was known by what is made of their id.
_PLACE: Final = text(
    "CREATE TEMPORARY TABLE place (n bigint PRIMARY KEY, segment text NOT NULL) ON COMMIT DROP"
)
_ANALYZE: Final = text("ANALYZE place")
_WRITE: Final = text(f"""
    UPDATE rollup SET segment = found.segment FROM (
        SELECT r.viewer_id, coalesce(a.segment, b.segment) AS segment FROM rollup AS r
        LEFT JOIN sealed_person AS p ON p.viewer_id = r.viewer_id LEFT JOIN place AS a ON a.n = p.n
        LEFT JOIN place AS b ON b.n = {HASHED.format("r.viewer_id")} WHERE r.show_id = :show) AS found
    WHERE rollup.show_id = :show AND rollup.viewer_id = found.viewer_id AND rollup.segment IS DISTINCT FROM found.segment
""")
# In the order of their keys, as whoever adds to them does: no deadlock.
_LOCK_ROWS: Final = text("SELECT FROM rollup WHERE show_id = :show ORDER BY viewer_id FOR UPDATE")
# A show is written once its rows are, and again when an earlier one of the channel has been written since: history that was imported.
_IS_DUE: Final = """
    show.state = 'ended' AND show.started_at IS NOT NULL AND show.ended_at IS NOT NULL
    AND NOT EXISTS (
        SELECT FROM segmented_show AS s WHERE s.show_id = show.id AND s.at >= coalesce((
            SELECT max(other.at) FROM segmented_show AS other JOIN show AS earlier ON earlier.id = other.show_id
            WHERE earlier.channel_id = show.channel_id AND earlier.started_at < show.started_at), '-infinity'))
    AND EXISTS (SELECT FROM rollup WHERE rollup.show_id = show.id AND rollup.views > 0)
    AND NOT EXISTS (SELECT FROM rollup_show AS r WHERE r.show_id = show.id AND NOT r.kept)"""
_DUE: Final = text(
    f"SELECT id, channel_id, ended_at FROM show WHERE {_IS_DUE} ORDER BY started_at LIMIT :limit"
)
_TAKE: Final = text(
    f"SELECT ended_at FROM show WHERE id = :show AND {_IS_DUE} AND pg_try_advisory_xact_lock(hashtextextended('segments of ' || id, 0))"
)
_DONE: Final = text(
    "INSERT INTO segmented_show (show_id, at) VALUES (:show, :now) ON CONFLICT (show_id) DO UPDATE SET at = excluded.at"
)


async def read_due(connection: AsyncConnection, limit: int) -> Sequence[Row[Any]]:
    """Return up to `limit` ended shows of which it is not written who was in which segment, the earliest first."""
    return (await connection.execute(_DUE, {"limit": limit})).all()


async def take_due(connection: AsyncConnection, show_id: str) -> datetime | None:
    """Return when the show ended if it is due, which nobody else takes until the transaction ends; else None."""
    ended_at: datetime | None = await connection.scalar(_TAKE, {"show": show_id})
    return ended_at


async def write_segments(
    connection: AsyncConnection, show_id: str, places: Iterable[bytes], now: datetime
) -> int:
    """Write into each row of the show in which segment its viewer was when the show began, and return how many rows that changed.

    `places` are pieces of lines for COPY, of a person's number and segment each (`then.lines_of`); who is not among them was in none.
    """
    await drop_generations(connection, [show_id])
    await connection.execute(_LOCK_ROWS, {"show": show_id})
    await connection.execute(_PLACE)
    await driver.copy_pieces(connection, "COPY place (n, segment) FROM STDIN", places)
    await connection.execute(_ANALYZE)
    changed = await connection.execute(_WRITE, {"show": show_id})
    await connection.execute(_DONE, {"show": show_id, "now": now})
    return changed.rowcount
