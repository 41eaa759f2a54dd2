"""The SQL of what a channel's figures say beside its people: the channel itself, the most at once, and the shapes of audiences."""

from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.stats.channel.repository import ASKED

_CHANNEL = text("SELECT id, name, currency, time_zone FROM channel WHERE id = :channel")
_IS_SHOW = text("SELECT EXISTS (SELECT FROM show WHERE id = :show AND channel_id = :channel)")
_PEAKS = text(
    f"WITH {ASKED} SELECT part, max(peak) AS peak FROM asked JOIN show_curve AS c USING (show_id) GROUP BY part"
)
# The most at once in each of equal lengths: `watching` has one number for each second. How many these are is asked once (OFFSET 0 keeps
# the question where it is): asked for each of them it reads the whole curve each time.
_CURVES = text("""
    SELECT c.show_id, ARRAY(
        SELECT max(w.n) FROM unnest(c.watching) WITH ORDINALITY AS w(n, second)
        GROUP BY (w.second - 1) * :points / greatest(:points, c.seconds)
        ORDER BY (w.second - 1) * :points / greatest(:points, c.seconds)) AS watching
    FROM (SELECT show_id, watching, cardinality(watching) AS seconds FROM show_curve
          WHERE show_id = ANY(CAST(:shows AS text[])) OFFSET 0) AS c
""")
CURVE_POINTS = 48


async def read_channel(connection: AsyncConnection, channel: str) -> Row[Any] | None:
    """Return `id`, `name`, `currency` and `time_zone` of a channel."""
    return (await connection.execute(_CHANNEL, {"channel": channel})).one_or_none()


async def is_show_of(connection: AsyncConnection, channel: str, show: str) -> bool:
    """Whether the channel has a show of that id."""
    return bool(await connection.scalar(_IS_SHOW, {"channel": channel, "show": show}))


async def read_peaks(connection: AsyncConnection, asked: dict[str, Any]) -> dict[int, int]:
    """Return the most at once in any show of each part, as far as their curves are kept."""
    return {row.part: row.peak for row in await connection.execute(_PEAKS, asked)}


async def read_curves(connection: AsyncConnection, shows: list[str]) -> dict[str, list[int]]:
    """Return the shape of each show's audience, as far as it is kept."""
    rows = await connection.execute(_CURVES, {"shows": shows, "points": CURVE_POINTS})
    return {row.show_id: list(row.watching) for row in rows}
