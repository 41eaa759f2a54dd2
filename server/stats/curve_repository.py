"""The SQL of a show's curve: from its stretches and entries, and as it is kept once the show is final."""

import asyncio
from dataclasses import asdict
from datetime import timedelta

import numpy as np
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.ledger.rows_repository import find_rows_behind, find_uncut
from server.stats.curve import Curve, Numbers, ShowCurve, Spans, draw_curve
from server.stats.facts import ShowHead
from server.stats.population import LEFT_OUT

# Numbers travel as the bytes that they are.
NUMBERED = """viewer AS MATERIALIZED (
    SELECT viewer_id, row_number() OVER () - 1 AS n FROM rollup WHERE show_id = :show AND views > 0 AND NOT suspect AND NOT staff)"""
"""V(s) of final rows, with a number for each; the numbers are the statement's own."""
_SPANS = text(f"""
    WITH {NUMBERED}, stretch AS (
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
_TAPS = text(f"""
    WITH {LEFT_OUT}
    SELECT e.kind, CAST(floor(extract(epoch FROM e.at - :since)) AS int) AS second, sum(e.n) AS n
    FROM ledger_entry AS e
    WHERE e.show_id = :show AND e.kind IN ('reaction', 'click') AND e.at >= :since AND e.at < :until
      AND NOT EXISTS (SELECT FROM left_out WHERE left_out.viewer_id = e.viewer_id)
    GROUP BY 1, 2
""")
_REPLAYED = text("""
    SELECT EXISTS (
        SELECT FROM playing AS p JOIN rollup AS r ON r.show_id = p.show_id AND r.viewer_id = p.viewer_id
        LEFT JOIN ledger_process AS l USING (process_id)
        WHERE p.show_id = :show AND p.started_at >= :ended AND (p.ended_at IS NOT NULL OR l.ended) AND NOT r.suspect AND NOT r.staff)
""")
_KEEP = text("""
    INSERT INTO show_curve (show_id, started_at, ended_at, peak, peak_us, present, joined, watching, reactions, clicks, replayed,
                            acts_claim)
    VALUES (:show, :started, :ended, :peak, :peak_us, :present, :joined, :watching, :reactions, :clicks, :replayed, :acts_claim)
    ON CONFLICT (show_id) DO NOTHING
""")
_FORGET = text("DELETE FROM show_curve WHERE show_id = :show")
_READ = text(f"""
    SELECT {", ".join(ShowCurve.__dataclass_fields__)} FROM show_curve
    WHERE show_id = :show AND started_at = :started AND ended_at = :ended
""")


async def read_spans(connection: AsyncConnection, statement: TextClause, show: ShowHead) -> list[Numbers]:
    """Return the columns of a statement's one row, numbers that travelled as bytes; times are microseconds since the show's start."""
    given = {"show": show.id, "origin": show.started_at, "until": show.until}
    found = (await connection.execute(statement, given)).one()
    return [np.frombuffer(column, dtype=">i8").astype(np.int64) for column in found]


async def draw(connection: AsyncConnection, show: ShowHead) -> ShowCurve:
    """Draw the curve of a show that has ended, from its stretches and entries and the rows of its viewers, which are final."""
    assert show.length is not None, "what has ended has a length"
    spans = Spans(*await read_spans(connection, _SPANS, show))
    curve = await asyncio.to_thread(draw_curve, spans, show.length // timedelta(microseconds=1))
    seconds = len(curve.watching)
    taps = {"reaction": [0] * seconds, "click": [0] * seconds}
    window = {"show": show.id, "since": show.started_at, "until": show.ended_at}
    for kind, second, n in await connection.execute(_TAPS, window):
        taps[kind][second] = int(n)
    replayed = await connection.scalar(_REPLAYED, {"show": show.id, "ended": show.ended_at})
    drawn = {name: getattr(curve, name) for name in Curve.__dataclass_fields__}
    return ShowCurve(**drawn, reactions=taps["reaction"], clicks=taps["click"], replayed=bool(replayed))


async def keep_curve(connection: AsyncConnection, show: ShowHead, curve: ShowCurve) -> None:
    """Keep the curve of a show that has ended and whose rows are final."""
    times = {"show": show.id, "started": show.started_at, "ended": show.ended_at}
    await connection.execute(_FORGET, times)
    await connection.execute(_KEEP, {**times, **asdict(curve)})


async def find_curve(connection: AsyncConnection, show: ShowHead) -> ShowCurve | None:
    """Return the curve of a show whose rows are final: as it is kept, or drawn now; None where figures are not to rest on the rows."""
    kept = await read_kept_curve(connection, show)
    if kept is None and await are_rows_final(connection, show):
        return await draw(connection, show)
    return kept


async def are_rows_final(connection: AsyncConnection, show: ShowHead) -> bool:
    """Whether an ended show's rows say what its facts come to, from its start to its end, whether it has been made final or not."""
    if show.ended_at is None or show.started_at is None or not show.settled:
        return False
    return not await find_rows_behind(connection, [show.id]) and not await find_uncut(connection, show.id)


async def read_kept_curve(connection: AsyncConnection, show: ShowHead) -> ShowCurve | None:
    """Return the kept curve of an ended show whose rows are not behind; None where there is none, or it is of other bounds."""
    given = {"show": show.id, "started": show.started_at, "ended": show.ended_at}
    kept = (await connection.execute(_READ, given)).one_or_none()
    if kept is None or await find_rows_behind(connection, [show.id]):
        return None
    return ShowCurve(**kept._mapping)
