"""The SQL of segments: those that are saved, and who was in which when a show began."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.owned import Owned
from server.ledger.final import drop_generations
from server.stats.lifetime.people_repository import PEOPLE, PURCHASES, Scope
from server.stats.lifetime.segment_tables import SegmentRow
from server.stats.lifetime.segments import LAPSED_DAYS

SEGMENTS: Final = Owned(SegmentRow, lock="segments")
"""Those that a channel has saved."""

# As the show began: what came of it is not yet in it. Who may not be recognised has no segment.
_WRITE: Final = text(f"""
    WITH {PEOPLE}, {PURCHASES}, this AS (SELECT * FROM show WHERE id = :show), earlier AS (
        SELECT viewer_id, max(seen.at) AS last FROM seen, this WHERE seen.at < this.started_at GROUP BY viewer_id
    ), bought AS (
        SELECT viewer_id, count(DISTINCT order_id) AS orders FROM purchase, this WHERE at < this.started_at GROUP BY viewer_id
    ), here AS (
        SELECT came.viewer_id, CASE
            WHEN came.views = 0 OR came.left_out OR NOT came.known THEN NULL
            WHEN earlier.last IS NULL THEN 'new'
            WHEN earlier.last < this.started_at - interval '{LAPSED_DAYS} days' THEN 'lapsed'
            WHEN bought.orders >= 2 THEN 'repeat_buyer' ELSE 'returning' END AS segment
        FROM this JOIN came ON came.show_id = this.id LEFT JOIN earlier USING (viewer_id) LEFT JOIN bought USING (viewer_id)
    )
    UPDATE rollup SET segment = here.segment FROM here
    WHERE rollup.show_id = :show AND rollup.viewer_id = here.viewer_id AND rollup.segment IS DISTINCT FROM here.segment
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
_DUE: Final = text(f"SELECT id, channel_id FROM show WHERE {_IS_DUE} ORDER BY started_at LIMIT :limit")
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


async def write_segments(connection: AsyncConnection, scope: Scope, show_id: str, now: datetime) -> int:
    """Write into each row of the show in which segment its viewer was when the show began, and return how many rows that changed.

    `scope.as_of` is the show's end.
    """
    await drop_generations(connection, [show_id])
    await connection.execute(_LOCK_ROWS, {"show": show_id})
    changed = await connection.execute(_WRITE, {**scope.given, "show": show_id})
    await connection.execute(_DONE, {"show": show_id, "now": now})
    return changed.rowcount
