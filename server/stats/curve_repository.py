"""The SQL of a show's curve: from its stretches and entries, and as it is kept once the show is final."""

from datetime import timedelta
from typing import Any

import numpy as np
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.stats.curve import Curve, Numbers, Spans, draw_curve
from server.stats.facts import ShowHead

# Numbers travel as the bytes that they are.
_SPANS = text("""
    WITH viewer AS MATERIALIZED (
        SELECT viewer_id, row_number() OVER () - 1 AS n FROM rollup WHERE show_id = :show AND views > 0 AND NOT suspect AND NOT staff
    ), stretch AS (
        SELECT viewer.n, CAST(extract(epoch FROM p.started_at - CAST(:origin AS timestamptz)) * 1000000 AS bigint) AS start,
               CAST(extract(epoch FROM coalesce(p.ended_at, l.alive_until, p.started_at) - :origin) * 1000000 AS bigint) AS stop
        FROM playing AS p
        LEFT JOIN viewer_alias AS k ON k.show_id = p.show_id AND k.raw = p.viewer_id AND k.taken_back_at IS NULL
        JOIN viewer ON viewer.viewer_id = coalesce(k.canonical, p.viewer_id)
        LEFT JOIN ledger_process AS l USING (process_id)
        WHERE p.show_id = :show
    )
    SELECT coalesce(string_agg(int8send(n), '' ORDER BY n, start), ''), coalesce(string_agg(int8send(start), '' ORDER BY n, start), ''),
           coalesce(string_agg(int8send(stop), '' ORDER BY n, start), '')
    FROM stretch
""")
_TAPS = text("""
    SELECT e.kind, CAST(floor(extract(epoch FROM e.at - :since)) AS int) AS second, sum(e.n) AS n
    FROM ledger_entry AS e
    WHERE e.show_id = :show AND e.kind IN ('reaction', 'click') AND e.at >= :since AND e.at < :until
      AND NOT EXISTS (SELECT FROM attendance AS a WHERE a.show_id = :show AND a.suspect AND a.viewer_id = e.viewer_id)
      AND NOT EXISTS (SELECT FROM staff_presence AS s WHERE s.show_id = :show AND s.viewer_id = e.viewer_id)
    GROUP BY 1, 2
""")
_REPLAYED = text("""
    SELECT EXISTS (
        SELECT FROM playing AS p JOIN rollup AS r ON r.show_id = p.show_id AND r.viewer_id = p.viewer_id
        WHERE p.show_id = :show AND p.started_at >= :ended AND NOT r.suspect AND NOT r.staff)
""")
_KEEP = text("""
    INSERT INTO show_curve (show_id, started_at, ended_at, peak, peak_us, present, joined, watching, reactions, clicks, replayed)
    VALUES (:show, :started, :ended, :peak, :peak_us, :present, :joined, :watching, :reactions, :clicks, :replayed)
    ON CONFLICT (show_id) DO NOTHING
""")
_FORGET = text("DELETE FROM show_curve WHERE show_id = :show")
_READ = text("SELECT * FROM show_curve WHERE show_id = :show AND started_at = :started AND ended_at = :ended")


async def read_curve(connection: AsyncConnection, show: ShowHead) -> Curve:
    """Return the curve of a show that has started, drawn from its stretches and the rows of its viewers."""
    assert show.started_at is not None, "what has not started has no curve"
    assert show.length is not None, "what has started has a length"
    found = (await connection.execute(_SPANS, {"show": show.id, "origin": show.started_at})).one()
    return draw_curve(
        Spans(*(_as_numbers(column) for column in found)), show.length // timedelta(microseconds=1)
    )


async def keep_curve(connection: AsyncConnection, show: ShowHead) -> None:
    """Draw and keep the curve of a show that has ended and whose rows are final."""
    assert show.started_at is not None, "what has ended has started"
    curve = await read_curve(connection, show)
    seconds = len(curve.watching)
    taps = {"reaction": [0] * seconds, "click": [0] * seconds}
    window = {"show": show.id, "since": show.started_at, "until": show.ended_at}
    for kind, second, n in await connection.execute(_TAPS, window):
        taps[kind][second] = int(n)
    times = {"show": show.id, "started": show.started_at, "ended": show.ended_at}
    replayed = await connection.scalar(_REPLAYED, {"show": show.id, "ended": show.ended_at})
    await connection.execute(_FORGET, times)
    await connection.execute(
        _KEEP,
        {
            **times,
            "peak": curve.peak,
            "peak_us": curve.peak_us,
            "present": list(curve.present),
            "joined": list(curve.joined),
            "watching": list(curve.watching),
            "reactions": taps["reaction"],
            "clicks": taps["click"],
            "replayed": replayed,
        },
    )


async def read_kept_curve(connection: AsyncConnection, show: ShowHead) -> Row[Any] | None:
    """Return the kept curve of an ended show with all its columns; None where there is none, or it is of other bounds."""
    given = {"show": show.id, "started": show.started_at, "ended": show.ended_at}
    return (await connection.execute(_READ, given)).one_or_none()


def _as_numbers(column: bytes) -> Numbers:
    return np.frombuffer(column, dtype=">i8").astype(np.int64)
