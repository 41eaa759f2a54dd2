"""The SQL by which a worker takes flushes in: processes, attendance and stretches."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.driver import as_json
from server.ledger.flush import Attendance, Stretch


@dataclass(frozen=True, slots=True)
class ProcessState:
    """What the ledger knows of a process."""

    process_id: str
    last_flush: int
    alive_until: datetime
    ended: bool = False
    behind: bool = False
    """A worker of the version before has counted flushes of it that are in no row."""


_READ_PROCESSES = text("""
    SELECT process_id, last_flush, alive_until, ended, kept_flush IS DISTINCT FROM last_flush AS behind
    FROM ledger_process WHERE process_id = ANY(CAST(:ids AS text[]))
""")
_SAVE_PROCESSES = text("""
    INSERT INTO ledger_process AS p (process_id, last_flush, alive_until, ended, kept_flush)
    SELECT process_id, last_flush, alive_until, ended, last_flush FROM json_to_recordset(CAST(:rows AS json)) AS r (
        process_id text, last_flush bigint, alive_until timestamptz, ended boolean)
    ON CONFLICT (process_id) DO UPDATE SET
        last_flush = excluded.last_flush, alive_until = greatest(p.alive_until, excluded.alive_until),
        ended = p.ended OR excluded.ended, kept_flush = excluded.kept_flush
""")
# What a worker of the version before has counted is in the facts, and not in the rows.
_MARK_BEHIND = text("""
    UPDATE rollup_show SET kept = false WHERE kept AND show_id IN (
        SELECT show_id FROM ledger_process_show WHERE process_id = ANY(CAST(:ids AS text[])))
""")
_FIND_BEHIND = text("""
    WITH behind AS (
        SELECT process_id FROM ledger_process WHERE kept_flush IS DISTINCT FROM last_flush ORDER BY process_id FOR UPDATE SKIP LOCKED
    ), found AS (
        UPDATE ledger_process AS p SET kept_flush = last_flush FROM behind WHERE p.process_id = behind.process_id RETURNING p.process_id
    )
    SELECT process_id FROM found
""")
# Of a show of which nothing is known yet, whatever comes from here on is kept.
_KEEP_NEW_SHOWS = text("""
    INSERT INTO rollup_show (show_id, kept)
    SELECT show_id, NOT EXISTS (SELECT FROM rollup AS t WHERE t.show_id = new.show_id)
           AND NOT EXISTS (SELECT FROM attendance AS t WHERE t.show_id = new.show_id)
           AND NOT EXISTS (SELECT FROM playing AS t WHERE t.show_id = new.show_id)
           AND NOT EXISTS (SELECT FROM ledger_entry AS t WHERE t.show_id = new.show_id)
    FROM unnest(CAST(:shows AS text[])) AS new (show_id)
    WHERE NOT EXISTS (SELECT FROM rollup_show AS known WHERE known.show_id = new.show_id) ORDER BY show_id
    ON CONFLICT DO NOTHING
""")
_SAVE_PROCESS_SHOWS = text("""
    INSERT INTO ledger_process_show (show_id, process_id)
    SELECT * FROM json_to_recordset(CAST(:rows AS json)) AS r (show_id text, process_id text)
    ON CONFLICT DO NOTHING
""")

_READ_ENDS = text(
    "SELECT id, ended_at FROM show WHERE id = ANY(CAST(:shows AS text[])) AND ended_at IS NOT NULL"
)

# Of who was there before the end, what is told after it is of the replay, and changes nothing that the show's figures say of them.
_BELATED = """
    EXISTS (SELECT FROM show JOIN attendance AS a ON a.show_id = show.id
            WHERE show.id = r.show_id AND a.viewer_id = r.viewer_id AND a.first_at <= show.ended_at AND r.first_at > show.ended_at)
"""
# A viewer is a guest only while every joining was one; suspicion stays; the first source, link and time stand. Of consents the newest
# does: whether it was taken back afterwards is a fact of its own.
_SAVE_ATTENDANCES = text(f"""
    INSERT INTO attendance AS a (show_id, viewer_id, first_at, guest, remembered, suspect, source, share, consent_at, joined,
                                 device, share_fault)
    SELECT show_id, viewer_id, min(first_at), bool_and(guest), bool_or(remembered), bool_or(suspect),
           (array_agg(source ORDER BY first_at) FILTER (WHERE source IS NOT NULL))[1],
           (array_agg(share ORDER BY first_at) FILTER (WHERE share IS NOT NULL))[1], max(consent_at), bool_or(joined),
           (array_agg(device ORDER BY first_at) FILTER (WHERE device IS NOT NULL))[1],
           (array_agg(share_fault ORDER BY first_at) FILTER (WHERE share_fault IS NOT NULL))[1]
    FROM json_to_recordset(CAST(:rows AS json)) AS r (
        show_id text, viewer_id text, first_at timestamptz, guest boolean, remembered boolean, suspect boolean, source text,
        share text, consent_at timestamptz, joined boolean, device text, share_fault text)
    WHERE NOT {_BELATED}
    GROUP BY show_id, viewer_id ORDER BY show_id, viewer_id
    ON CONFLICT (show_id, viewer_id) DO UPDATE SET
        first_at = least(a.first_at, excluded.first_at), guest = a.guest AND excluded.guest,
        remembered = a.remembered OR excluded.remembered, suspect = a.suspect OR excluded.suspect,
        source = coalesce(a.source, excluded.source), share = coalesce(a.share, excluded.share),
        consent_at = greatest(a.consent_at, excluded.consent_at), joined = a.joined OR excluded.joined,
        device = coalesce(a.device, excluded.device), share_fault = coalesce(a.share_fault, excluded.share_fault)
""")  # noqa: S608 - the text above

_CLEAR = text(f"""
    UPDATE attendance AS cleared SET suspect = false
    FROM json_to_recordset(CAST(:rows AS json)) AS r (show_id text, viewer_id text, first_at timestamptz)
    WHERE cleared.show_id = r.show_id AND cleared.viewer_id = r.viewer_id AND NOT {_BELATED}
""")  # noqa: S608 - the same

_SAVE_STAFF = text("""
    INSERT INTO staff_presence (show_id, viewer_id, first_at)
    SELECT * FROM json_to_recordset(CAST(:rows AS json)) AS r (show_id text, viewer_id text, first_at timestamptz)
    ORDER BY show_id, viewer_id
    ON CONFLICT DO NOTHING
""")

_SAVE_STRETCHES = text("""
    INSERT INTO playing AS p (show_id, viewer_id, connection_id, started_at, ended_at, process_id)
    SELECT * FROM json_to_recordset(CAST(:rows AS json)) AS r (
        show_id text, viewer_id text, connection_id text, started_at timestamptz, ended_at timestamptz, process_id text)
    ON CONFLICT (connection_id, started_at) DO UPDATE SET ended_at = excluded.ended_at
    WHERE p.ended_at IS NULL AND excluded.ended_at IS NOT NULL
    RETURNING p.show_id, p.viewer_id
""")
_END_UNNAMED = text("""
    UPDATE playing AS p SET ended_at = greatest(p.started_at, CAST(:ended_at AS timestamptz))
    WHERE p.process_id = :process_id AND p.ended_at IS NULL AND p.started_at <= :called_at
      AND (p.connection_id, p.started_at) NOT IN (
        SELECT * FROM json_to_recordset(CAST(:named AS json)) AS n (connection_id text, started_at timestamptz))
    RETURNING p.show_id, p.viewer_id
""")
_READ_OPEN_SHOWS = text("""
    SELECT DISTINCT show_id FROM playing WHERE process_id = ANY(CAST(:ids AS text[])) AND ended_at IS NULL
""")
_READ_OPEN_PAIRS = text("""
    SELECT DISTINCT show_id, viewer_id FROM playing
    WHERE process_id = ANY(CAST(:ids AS text[])) AND ended_at IS NULL
""")


async def find_behind(connection: AsyncConnection) -> None:
    """Find what a worker of the version before has counted; the rows of those shows are to be derived anew."""
    found = list(await connection.scalars(_FIND_BEHIND))
    await mark_behind(connection, found)


async def mark_behind(connection: AsyncConnection, process_ids: list[str]) -> None:
    """Have the rows of all shows of these processes derived anew."""
    if process_ids:
        await connection.execute(_MARK_BEHIND, {"ids": process_ids})


async def keep_new_shows(connection: AsyncConnection, shows: Iterable[str]) -> None:
    """Note, before anything of a batch is written, which of its shows are new, so that their rows are right from the first on."""
    await connection.execute(_KEEP_NEW_SHOWS, {"shows": sorted(set(shows))})


async def read_processes(connection: AsyncConnection, ids: Iterable[str]) -> dict[str, ProcessState]:
    """Return what is known of these processes, by id."""
    rows = await connection.execute(_READ_PROCESSES, {"ids": list(ids)})
    return {row.process_id: ProcessState(*row) for row in rows}


async def read_ends(connection: AsyncConnection, shows: Collection[str]) -> dict[str, datetime]:
    """Return when each of the shows that has ended did."""
    if not shows:
        return {}
    rows = await connection.execute(_READ_ENDS, {"shows": sorted(shows)})
    return {row.id: row.ended_at for row in rows}


async def save_processes(
    connection: AsyncConnection, processes: Iterable[ProcessState], shows: set[tuple[str, str]]
) -> None:
    """Remember the processes as they are now, and which (show, process) pairs there have been."""
    rows = sorted(processes, key=lambda process: process.process_id)
    await connection.execute(_SAVE_PROCESSES, {"rows": as_json(rows)})
    if shows:
        pairs = [{"show_id": show_id, "process_id": process_id} for show_id, process_id in sorted(shows)]
        await connection.execute(_SAVE_PROCESS_SHOWS, {"rows": as_json(pairs)})


async def save_attendances(connection: AsyncConnection, attendances: list[Attendance]) -> None:
    """Remember who came, staff apart; those who are known already are merged."""
    if attendances:
        rows = [
            {
                "show_id": a.show_id,
                "viewer_id": a.viewer_id,
                "first_at": a.first_at,
                "guest": a.guest,
                "remembered": a.remembered,
                "suspect": a.suspect,
                "source": a.source,
                "share": a.share,
                "consent_at": a.consent_at,
                "joined": a.joined,
                "device": a.device,
                "share_fault": a.share_fault,
            }
            for a in attendances
            if not a.staff
        ]
        await connection.execute(_SAVE_ATTENDANCES, {"rows": as_json(rows)})
        cleared, staff = (
            [
                {"show_id": a.show_id, "viewer_id": a.viewer_id, "first_at": a.first_at}
                for a in attendances
                if getattr(a, name)
            ]
            for name in ("cleared", "staff")
        )
        if cleared:
            await connection.execute(_CLEAR, {"rows": as_json(cleared)})
        await connection.execute(_SAVE_STAFF, {"rows": as_json(staff)})


async def save_stretches(
    connection: AsyncConnection, stretches: Iterable[tuple[Stretch, str]]
) -> set[tuple[str, str]]:
    """Remember stretches with their processes; one that has ended stays ended. Each (connection, start) at most once.

    Returns the (show, viewer) pairs of those that were new or have ended now.
    """
    rows = [
        {
            "show_id": s.show_id,
            "viewer_id": s.viewer_id,
            "connection_id": s.connection_id,
            "started_at": s.started_at,
            "ended_at": s.ended_at,
            "process_id": process_id,
        }
        for s, process_id in stretches
    ]
    if not rows:
        return set()
    changed = await connection.execute(_SAVE_STRETCHES, {"rows": as_json(rows)})
    return {(row.show_id, row.viewer_id) for row in changed}


async def end_unnamed(
    connection: AsyncConnection,
    process_id: str,
    called_at: datetime,
    named: list[Stretch],
    ended_at: datetime,
) -> set[tuple[str, str]]:
    """End, at `ended_at`, the open stretches of a process that its roll call at `called_at` did not name.

    Their end was in a flush that was lost. Returns their (show, viewer) pairs.
    """
    names = [{"connection_id": s.connection_id, "started_at": s.started_at} for s in named]
    rows = await connection.execute(
        _END_UNNAMED,
        {"process_id": process_id, "called_at": called_at, "named": as_json(names), "ended_at": ended_at},
    )
    return {(row.show_id, row.viewer_id) for row in rows}


async def read_open_shows(connection: AsyncConnection, process_ids: Collection[str]) -> set[str]:
    """Return the shows in which these processes have open stretches."""
    if not process_ids:
        return set()
    return set(await connection.scalars(_READ_OPEN_SHOWS, {"ids": list(process_ids)}))


async def read_open_pairs(connection: AsyncConnection, process_ids: list[str]) -> set[tuple[str, str]]:
    """Return the (show, viewer) pairs of these processes' open stretches."""
    if not process_ids:
        return set()
    rows = await connection.execute(_READ_OPEN_PAIRS, {"ids": process_ids})
    return {(row.show_id, row.viewer_id) for row in rows}
