"""The ledger's SQL that other rooms use: appending facts, rebuilding rollups, and whether a show's facts are all in.

Rows travel as one JSON parameter (`json_to_recordset`) or by COPY: one round trip whatever their number, and cheap for Python.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db import driver
from server.db.driver import as_json
from server.journal.transaction import ShowTransaction
from server.ledger.entries import Fact, RollupChanges, add_facts
from server.ledger.final import drop_final

SETTLE_SECONDS = 2.0
"""How far beyond a show's end the stream must have been read: flushes under way, and clocks that differ a little."""
SILENCE_SECONDS = 60.0
"""A process that has not flushed for so long, while the worker kept up, is dead or has nothing to say about its shows."""

ENTRY_COLUMNS = "show_id, viewer_id, kind, target, n, connection_id, amount_minor, currency, source, at, via"
_COPY_ENTRIES = f"COPY ledger_entry ({ENTRY_COLUMNS}) FROM STDIN"

_INSERT_ENTRIES: Final = f"""
    INSERT INTO ledger_entry ({ENTRY_COLUMNS})
    SELECT {ENTRY_COLUMNS} FROM json_to_recordset(CAST(%s AS json)) AS e (
        show_id text, viewer_id text, kind text, target text, n int, connection_id text, amount_minor bigint, currency text,
        source text, at timestamptz, via text)
"""
_KEEP_STAFF: Final = """
    INSERT INTO staff_presence (show_id, viewer_id, first_at)
    SELECT show_id, viewer_id, min(at) FROM json_to_recordset(CAST(%s AS json)) AS e (show_id text, viewer_id text, at timestamptz)
    GROUP BY show_id, viewer_id ORDER BY show_id, viewer_id
    ON CONFLICT DO NOTHING
"""
# Several changes of one viewer are one row: a statement may touch a row once.
_ADD_TO_ROLLUPS: Final = """
    INSERT INTO rollup AS r (show_id, viewer_id, visits, reactions, impressions, clicks, shares, questions, votes, orders, units)
    SELECT show_id, viewer_id, sum(visits), sum(reactions), sum(impressions), sum(clicks), sum(shares),
        sum(questions), sum(votes), sum(orders), sum(units)
    FROM json_to_recordset(CAST(%s AS json)) AS c (
        show_id text, viewer_id text, visits int, reactions int, impressions int, clicks int, shares int,
        questions int, votes int, orders int, units int)
    GROUP BY show_id, viewer_id ORDER BY show_id, viewer_id
    ON CONFLICT (show_id, viewer_id) DO UPDATE SET
        visits = r.visits + excluded.visits, reactions = r.reactions + excluded.reactions,
        impressions = r.impressions + excluded.impressions, clicks = r.clicks + excluded.clicks,
        shares = r.shares + excluded.shares, questions = r.questions + excluded.questions,
        votes = r.votes + excluded.votes, orders = r.orders + excluded.orders, units = r.units + excluded.units
"""

# A visit begins where a viewer's stretch starts more than 30 min after all earlier ones of theirs in the show, in any tab, had ended.
# Visits are kept as entries; this brings them in line with the stretches and returns by how many each viewer's number changed.
# LATERAL and NOT IN (hashed) keep it linear: the planner knows nothing of how many rows a JSON parameter has.
_DERIVE_VISITS = """
    WITH pair AS MATERIALIZED ({pairs}),
    visit AS MATERIALIZED (
        SELECT DISTINCT show_id, viewer_id, started_at AS at
        FROM pair CROSS JOIN LATERAL (
            SELECT p.started_at,
                   max(coalesce(p.ended_at, a.alive_until, p.started_at)) OVER (
                       ORDER BY p.started_at, p.connection_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS seen_until
            FROM playing AS p LEFT JOIN ledger_process AS a USING (process_id)
            WHERE p.show_id = pair.show_id AND p.viewer_id = pair.viewer_id
        ) AS stretch
        WHERE seen_until IS NULL OR started_at > seen_until + interval '30 minutes'
    ),
    gone AS (
        DELETE FROM ledger_entry AS e USING pair
        WHERE e.kind = 'visit' AND e.show_id = pair.show_id AND e.viewer_id = pair.viewer_id
          AND (e.show_id, e.viewer_id, e.at) NOT IN (SELECT show_id, viewer_id, at FROM visit)
        RETURNING e.show_id, e.viewer_id
    ),
    added AS (
        INSERT INTO ledger_entry (show_id, viewer_id, kind, n, at)
        SELECT show_id, viewer_id, 'visit', 1, at FROM visit
        ON CONFLICT (show_id, viewer_id, at) WHERE kind = 'visit' DO NOTHING
        RETURNING show_id, viewer_id
    )
    SELECT show_id, viewer_id, sum(change) AS change
    FROM (SELECT show_id, viewer_id, 1 AS change FROM added UNION ALL SELECT show_id, viewer_id, -1 FROM gone) AS c
    GROUP BY show_id, viewer_id
"""
_DERIVE_VISITS_OF_PAIRS = text(
    _DERIVE_VISITS.format(
        pairs="SELECT show_id, viewer_id FROM json_to_recordset(CAST(:pairs AS json)) AS p (show_id text, viewer_id text)"
    )
)
_DERIVE_VISITS_OF_SHOW = text(
    _DERIVE_VISITS.format(pairs="SELECT DISTINCT show_id, viewer_id FROM playing WHERE show_id = :show_id")
)

_REBUILD = text("""
    INSERT INTO rollup (show_id, viewer_id, visits, reactions, impressions, clicks, shares, questions, votes, orders, units)
    SELECT show_id, viewer_id,
           coalesce(sum(n) FILTER (WHERE kind = 'visit'), 0), coalesce(sum(n) FILTER (WHERE kind = 'reaction'), 0),
           coalesce(sum(n) FILTER (WHERE kind = 'impression'), 0), coalesce(sum(n) FILTER (WHERE kind = 'click'), 0),
           coalesce(sum(n) FILTER (WHERE kind = 'share'), 0), coalesce(sum(n) FILTER (WHERE kind = 'question'), 0),
           coalesce(sum(n) FILTER (WHERE kind = 'vote'), 0), count(*) FILTER (WHERE kind = 'order'),
           coalesce(sum(n) FILTER (WHERE kind = 'order'), 0)
    FROM ledger_entry WHERE show_id = :show_id GROUP BY show_id, viewer_id
""")

_SETTLED = text("""
    WITH reading AS (SELECT max(read_until) AS until FROM ledger_cursor)
    SELECT CASE
        WHEN reading.until IS NULL THEN now() > CAST(:ended_at AS timestamptz) + :silence
        ELSE reading.until >= CAST(:ended_at AS timestamptz) + :settle AND NOT EXISTS (
            SELECT FROM ledger_process_show AS s JOIN ledger_process AS p USING (process_id)
            WHERE s.show_id = :show_id AND NOT p.ended
              AND p.alive_until < :ended_at AND p.alive_until >= reading.until - :silence)
        END
    FROM reading
""")

_REACTION_TOTALS = text("""
    SELECT CASE WHEN a.suspect THEN 'apart' ELSE e.target END AS target, sum(e.n) AS total
    FROM ledger_entry AS e LEFT JOIN attendance AS a ON a.show_id = e.show_id AND a.viewer_id = e.viewer_id
    WHERE e.show_id = :show_id AND e.kind = 'reaction' AND e.target IS NOT NULL GROUP BY 1
""")
_WATCHED = text("""
    SELECT viewer_id FROM (
        SELECT p.viewer_id, range_agg(tstzrange(
            p.started_at, greatest(p.started_at, coalesce(p.ended_at, l.alive_until)))) AS watched
        FROM playing AS p LEFT JOIN ledger_process AS l USING (process_id)
        WHERE p.show_id = :show_id AND p.viewer_id = ANY(CAST(:viewers AS text[])) GROUP BY p.viewer_id
    ) AS each WHERE (SELECT sum(upper(r) - lower(r)) FROM unnest(watched) AS r) >= make_interval(secs => :seconds)
""")


def record_facts(tx: ShowTransaction, facts: Sequence[Fact]) -> None:
    """Keep `facts`, and who did them as staff, and add them to the rollups with the show's transaction: all stand or fall together.

    What happens in a rehearsal is no fact.
    """
    if facts and not tx.rehearsal:
        changes: RollupChanges = {}
        add_facts(changes, facts)
        if staff := [fact for fact in facts if fact.staff]:
            tx.write(_KEEP_STAFF, staff)  # before the rollups, as the worker does: no deadlock
        tx.write(_INSERT_ENTRIES, facts)
        tx.write(_ADD_TO_ROLLUPS, changes.values())


async def append_facts(connection: AsyncConnection, facts: Sequence[Fact]) -> None:
    """`record_facts` for a transaction that is not a show's."""
    if not facts:
        return
    changes: RollupChanges = {}
    add_facts(changes, facts)
    if staff := [fact for fact in facts if fact.staff]:
        await driver.run(connection, _KEEP_STAFF, [as_json(staff)])
    await copy_entries(
        connection,
        (
            (
                f.show_id,
                f.viewer_id,
                f.kind,
                f.target,
                f.n,
                f.connection_id,
                f.amount_minor,
                f.currency,
                f.source,
                f.at,
                f.via,
            )
            for f in facts
        ),
    )
    await add_to_rollups(connection, changes)
    await drop_final(connection, {f.show_id for f in facts}, since=min(f.at for f in facts))


async def copy_entries(connection: AsyncConnection, rows: Iterable[tuple[object, ...]]) -> None:
    """Keep facts, as rows in the order of `ENTRY_COLUMNS`, without touching rollups."""
    await driver.copy(connection, _COPY_ENTRIES, rows)


async def add_to_rollups(connection: AsyncConnection, changes: RollupChanges) -> None:
    """Add `changes` to the rollups. Rows are locked in the order of their keys, so that two such statements cannot deadlock."""
    if changes:
        await driver.run(connection, _ADD_TO_ROLLUPS, [as_json(list(changes.values()))])


async def derive_visits(
    connection: AsyncConnection, pairs: set[tuple[str, str]]
) -> list[tuple[str, str, int]]:
    """Bring the visits of these (show, viewer) pairs in line with their stretches; return (show, viewer, change of the number)."""
    if not pairs:
        return []
    rows = [{"show_id": show_id, "viewer_id": viewer_id} for show_id, viewer_id in pairs]
    changed = await connection.execute(_DERIVE_VISITS_OF_PAIRS, {"pairs": as_json(rows)})
    return [(row.show_id, row.viewer_id, int(row.change)) for row in changed]


async def rebuild_rollups(connection: AsyncConnection, show_id: str) -> None:
    """Derive a show's visits and rollups anew from its facts and stretches.

    Writers of rollups wait until the caller's transaction ends; what they add afterwards is added to the rebuilt rows.
    """
    await connection.execute(
        text("SELECT FROM ledger_cursor FOR UPDATE")
    )  # first, as the worker does: no deadlock
    await connection.execute(text("LOCK TABLE rollup IN SHARE ROW EXCLUSIVE MODE"))
    await connection.execute(_DERIVE_VISITS_OF_SHOW, {"show_id": show_id})
    await connection.execute(text("DELETE FROM rollup WHERE show_id = :show_id"), {"show_id": show_id})
    await connection.execute(_REBUILD, {"show_id": show_id})
    await drop_final(connection, [show_id])


async def settled(connection: AsyncConnection, show_id: str, ended_at: datetime) -> bool:
    """Whether everything that happened in a show up to its end has been counted, so that its figures no longer change by themselves.

    True once the worker has read the stream beyond the end and every process that had the show has flushed beyond it, or ended, or
    has been silent for a minute. Where no worker ever ran, a minute after the end.
    """
    limits = {"settle": timedelta(seconds=SETTLE_SECONDS), "silence": timedelta(seconds=SILENCE_SECONDS)}
    found = await connection.scalar(_SETTLED, {"show_id": show_id, "ended_at": ended_at, **limits})
    return bool(found)


async def read_watched(
    connection: AsyncConnection, show_id: str, viewers: Sequence[str], seconds: float
) -> set[str]:
    """Return those of the viewers who have watched the show for `seconds` in all, in whatever processes; tabs at once count once."""
    given = {"show_id": show_id, "viewers": list(viewers), "seconds": seconds}
    return set(await connection.scalars(_WATCHED, given))


async def read_reaction_totals(connection: AsyncConnection, show_id: str) -> dict[str, int]:
    """Return the show's reactions by kind as far as they are counted, those of suspects as `apart`.

    It is the seed of the pulse's counters after Redis lost them.
    """
    rows = await connection.execute(_REACTION_TOTALS, {"show_id": show_id})
    return {row.target: int(row.total) for row in rows}
