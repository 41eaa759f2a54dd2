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
from server.ledger.entries import COLUMN_OF_KIND, FIRST_OF_KIND, HARD_FACTS, Fact, RollupChanges, add_hard
from server.ledger.final import ACTS, drop_final, forget_curves
from server.sealing.unsealing import unseal

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
_COUNTS = (*COLUMN_OF_KIND.values(), "orders", "units")
_FIRSTS = tuple(FIRST_OF_KIND.values())
_MONEY = ("currency", "paid_minor", "refunded_minor")
OF_CHANGES: Final = (*_COUNTS, *_FIRSTS, *_MONEY, "hard_facts")
"""The columns that changes are added to, `staff` apart."""
# Whose the facts are is asked here: of a guest who is somebody else by now, they are those. Several changes of one viewer are one row: a
# statement may touch a row once. Money is in the channel's currency; the channel is asked for only where there is any.
CHANGES: Final = f"""
    summed AS (
        SELECT c.show_id, coalesce(k.canonical, c.viewer_id) AS viewer_id,
               {", ".join(f"coalesce(sum({name}), 0) AS {name}" for name in _COUNTS)},
               {", ".join(f"min({name}) AS {name}" for name in _FIRSTS)}, coalesce(bool_or(staff), false) AS staff,
               min(channel.currency) FILTER (WHERE paid ->> channel.currency IS NOT NULL) AS currency,
               coalesce(sum(CAST(paid ->> channel.currency AS bigint)), 0) AS paid_minor,
               coalesce(sum(CAST(refunded ->> channel.currency AS bigint)), 0) AS refunded_minor
        FROM json_to_recordset(CAST({{rows}} AS json)) AS c (
            show_id text, viewer_id text, {", ".join(f"{name} int" for name in _COUNTS)},
            {", ".join(f"{name} timestamptz" for name in _FIRSTS)}, staff boolean, paid json, refunded json)
        LEFT JOIN viewer_alias AS k ON k.show_id = c.show_id AND k.raw = c.viewer_id AND k.taken_back_at IS NULL
        LEFT JOIN show ON show.id = c.show_id AND (json_typeof(c.paid) = 'object' OR json_typeof(c.refunded) = 'object')
        LEFT JOIN channel ON channel.id = show.channel_id
        GROUP BY 1, 2
    ), change AS MATERIALIZED (SELECT summed.*, {HARD_FACTS.format("summed")} AS hard_facts FROM summed)
"""
"""Two queries for a WITH: `change`, what is to be added to whose rows by the changes in the JSON parameter `rows`."""
_ADDED: Final = (*_COUNTS, "paid_minor", "refunded_minor", "hard_facts")
ADDING: Final = f"""
    {", ".join(f"{name} = r.{name} + excluded.{name}" for name in _ADDED)},
    {", ".join(f"{name} = least(r.{name}, excluded.{name})" for name in _FIRSTS)},
    currency = coalesce(r.currency, excluded.currency)
"""
"""How a change is added to a row that is there, `r`."""
_ADD_TO_ROLLUPS: Final = f"""
    WITH {CHANGES.format(rows="%s")}
    INSERT INTO rollup AS r (show_id, viewer_id, staff, {", ".join(OF_CHANGES)})
    SELECT show_id, viewer_id, staff, {", ".join(OF_CHANGES)} FROM change ORDER BY show_id, viewer_id
    ON CONFLICT (show_id, viewer_id) DO UPDATE SET {ADDING}, staff = r.staff OR excluded.staff
"""
_LOCK_SHOWS = text(
    "SELECT FROM journal_head WHERE show_id = ANY(CAST(:shows AS text[])) ORDER BY show_id FOR UPDATE"
)
_MARK_DUE = text("""
    INSERT INTO rollup_due (show_id, viewer_id) SELECT :show, unnest(CAST(:viewers AS text[])) ON CONFLICT DO NOTHING
""")

# The streams of one prefix are read as far as the one that is read least far; there may be another prefix, of a time that is over.
READ_UNTIL: Final = """
    SELECT max(until) AS until FROM (
        SELECT CASE count(read_until) WHEN 0 THEN NULL WHEN count(*) THEN min(read_until) ELSE '-infinity' END AS until
        FROM ledger_cursor GROUP BY regexp_replace(stream, '^\\{(.*)\\}\\:[0-9]+$', '\\1')) AS each
"""
SETTLED: Final = f"""
    (SELECT CASE
        WHEN reading.until IS NULL THEN now() > CAST({{ended_at}} AS timestamptz) + CAST(:silence AS interval)
        ELSE reading.until >= CAST({{ended_at}} AS timestamptz) + CAST(:settle AS interval) AND NOT EXISTS (
            SELECT FROM ledger_process_show AS s JOIN ledger_process AS p USING (process_id)
            WHERE s.show_id = {{show_id}} AND NOT p.ended
              AND p.alive_until < {{ended_at}} AND p.alive_until >= reading.until - CAST(:silence AS interval))
        END
    FROM ({READ_UNTIL.replace("{", "{{").replace("}", "}}")}) AS reading)
"""
"""True of a show, named by `show_id` and `ended_at`, when it has settled (see `settled`); given `SETTLE_LIMITS`."""
SETTLE_LIMITS: Final = {
    "settle": timedelta(seconds=SETTLE_SECONDS),
    "silence": timedelta(seconds=SILENCE_SECONDS),
}
_SETTLED = text(f"SELECT {SETTLED.format(show_id=':show_id', ended_at=':ended_at')}")

_REACTION_TOTALS = text("""
    SELECT CASE WHEN a.suspect THEN 'apart' ELSE e.target END AS target, sum(e.n) AS total
    FROM ledger_entry AS e LEFT JOIN attendance AS a ON a.show_id = e.show_id AND a.viewer_id = e.viewer_id
    WHERE e.show_id = :show_id AND e.kind = 'reaction' AND e.target IS NOT NULL GROUP BY 1
""")
_SEALED_REACTIONS = text("SELECT reactions FROM sealed_show WHERE show_id = :show_id AND state = 'sealed'")
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
        add_hard(changes, facts)
        if staff := [fact for fact in facts if fact.staff]:
            tx.write(_KEEP_STAFF, staff)  # before the rollups, as the worker does: no deadlock
        tx.write(_INSERT_ENTRIES, facts)
        tx.write(_ADD_TO_ROLLUPS, changes.values())


def record_changes(tx: ShowTransaction, changes: RollupChanges) -> None:
    """Add `changes`, which have facts of their own kind somewhere else, to the rollups with the show's transaction."""
    if changes and not tx.rehearsal:
        tx.write(_ADD_TO_ROLLUPS, changes.values())


async def append_facts(connection: AsyncConnection, facts: Sequence[Fact]) -> None:
    """`record_facts` for a transaction that is not a show's. It holds the shows' heads from here on."""
    if not facts:
        return
    changes: RollupChanges = {}
    add_hard(changes, facts)
    await _lock_shows(connection, changes)
    await unseal(connection, {fact.show_id for fact in facts})
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
    kinds, since = {f.kind for f in facts}, min(f.at for f in facts)
    shows = {f.show_id for f in facts}
    await drop_final(connection, shows, since=since, reach="orders" if kinds == {"order"} else "acts")
    if kinds & ACTS:
        await forget_curves(connection, shows)


async def change_rollups(connection: AsyncConnection, changes: RollupChanges) -> None:
    """`add_to_rollups` for a transaction that is neither a show's nor the worker's. It holds the shows' heads from here on."""
    if changes:
        await _lock_shows(connection, changes)
        await add_to_rollups(connection, changes)


async def _lock_shows(connection: AsyncConnection, changes: RollupChanges) -> None:
    """Keep off those who derive rows of these shows: what they have not seen would be lost."""
    await connection.execute(_LOCK_SHOWS, {"shows": sorted({show_id for show_id, _ in changes})})


async def mark_due(connection: AsyncConnection, show_id: str, viewers: Iterable[str]) -> None:
    """Have these viewers' rows in the show derived anew: who they are has changed, or something was taken back.

    The worker does it soon; who reads figures meanwhile derives the rows for themselves.
    """
    await connection.execute(_MARK_DUE, {"show": show_id, "viewers": sorted(set(viewers))})


async def copy_entries(connection: AsyncConnection, rows: Iterable[tuple[object, ...]]) -> None:
    """Keep facts, as rows in the order of `ENTRY_COLUMNS`, without touching rollups."""
    await driver.copy(connection, _COPY_ENTRIES, rows)


async def add_to_rollups(connection: AsyncConnection, changes: RollupChanges) -> None:
    """Add `changes` to the rollups. Rows are locked in the order of their keys, so that two such statements cannot deadlock."""
    if changes:
        await driver.run(connection, _ADD_TO_ROLLUPS, [as_json(list(changes.values()))])


async def settled(connection: AsyncConnection, show_id: str, ended_at: datetime) -> bool:
    """Whether everything that happened in a show up to its end has been counted, so that its figures no longer change by themselves.

    True once the worker has read the stream beyond the end and every process that had the show has flushed beyond it, or ended, or
    has been silent for a minute. Where no worker ever ran, a minute after the end.
    """
    found = await connection.scalar(_SETTLED, {"show_id": show_id, "ended_at": ended_at, **SETTLE_LIMITS})
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
    counted = {row.target: int(row.total) for row in rows}
    return counted or dict(await connection.scalar(_SEALED_REACTIONS, {"show_id": show_id}) or {})
