"""Keeping rows of the ledger's worker: who somebody is in a show, and what they watched, of those alone of whom it has changed."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.driver import as_json
from server.ledger.derive_repository import PIECE, WATCHED, WINDOW

# The pairs by whose they are, and every id under which those have done anything in the show. LATERAL keeps it at one look-up for each:
# the planner knows nothing of how many rows a JSON parameter has.
_ASKED: Final = """
    asked AS MATERIALIZED (
        SELECT DISTINCT p.show_id, coalesce(k.canonical, p.viewer_id) AS viewer_id
        FROM json_to_recordset(CAST(:pairs AS json)) AS p (show_id text, viewer_id text)
        LEFT JOIN viewer_alias AS k ON k.show_id = p.show_id AND k.raw = p.viewer_id AND k.taken_back_at IS NULL
    ), member AS MATERIALIZED (
        SELECT show_id, viewer_id, viewer_id AS raw FROM asked
        UNION ALL
        SELECT asked.show_id, asked.viewer_id, k.raw FROM asked
        JOIN viewer_alias AS k ON k.show_id = asked.show_id AND k.canonical = asked.viewer_id AND k.taken_back_at IS NULL
    )
"""
_WHO: Final = (
    "first_at", "joined", "guest", "remembered", "consent_at", "suspect", "source", "share", "device", "staff",
)  # fmt: skip
_KEEP_WHO: Final = text(f"""
    WITH {_ASKED}, known AS (
        SELECT member.show_id, member.viewer_id, min(a.first_at) AS first_at, bool_or(a.joined) AS joined, bool_and(a.guest) AS guest,
               bool_or(a.remembered) AS remembered, max(a.consent_at) AS consent_at, bool_and(a.suspect) AS suspect,
               (array_agg(a.source ORDER BY a.first_at, raw) FILTER (WHERE a.source IS NOT NULL))[1] AS source,
               (array_agg(a.share ORDER BY a.first_at, raw) FILTER (WHERE a.share IS NOT NULL))[1] AS share,
               (array_agg(a.device ORDER BY a.first_at, raw) FILTER (WHERE a.device IS NOT NULL))[1] AS device,
               bool_or(s.viewer_id IS NOT NULL) AS staff
        FROM member LEFT JOIN attendance AS a ON a.show_id = member.show_id AND a.viewer_id = raw
        LEFT JOIN staff_presence AS s ON s.show_id = member.show_id AND s.viewer_id = raw
        GROUP BY member.show_id, member.viewer_id
    )
    INSERT INTO rollup AS r (show_id, viewer_id, {", ".join(_WHO)})
    SELECT show_id, viewer_id, first_at, coalesce(joined, false), guest, coalesce(remembered, false), consent_at,
           coalesce(suspect, false), source, share, device, staff
    FROM known ORDER BY show_id, viewer_id
    ON CONFLICT (show_id, viewer_id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _WHO)}
    WHERE ({", ".join(f"r.{name}" for name in _WHO)}) IS DISTINCT FROM ({", ".join(f"excluded.{name}" for name in _WHO)})
    RETURNING CASE WHEN views > 0 THEN show_id END AS show_id
""")
_FORGET_CURVES: Final = text("DELETE FROM show_curve WHERE show_id = ANY(CAST(:shows AS text[]))")

WATCHING: Final = (
    "visits",
    "views",
    "watched_us",
    "replay_views",
    "replay_us",
    "watched_from",
    "watched_until",
)
"""What is derived from stretches. Of who is still playing it is as of the last change of one: readers add what is open."""
_WATCH: Final = (*WATCHING, "playing")
_KEEP_WATCHING: Final = text(f"""
    WITH {_ASKED}, bounds AS MATERIALIZED ({WINDOW} WHERE show.id IN (SELECT show_id FROM asked)), piece AS MATERIALIZED (
        SELECT each.* FROM member CROSS JOIN LATERAL (
            SELECT {PIECE.format(viewer="member.viewer_id")} FROM playing AS t LEFT JOIN ledger_process AS l USING (process_id)
            WHERE t.show_id = member.show_id AND t.viewer_id = member.raw) AS each
    ), {WATCHED}, open AS (
        SELECT DISTINCT show_id, viewer_id FROM piece LEFT JOIN bounds USING (show_id) WHERE playing AND final IS NOT TRUE
    )
    , fresh AS MATERIALIZED (
        SELECT asked.show_id, asked.viewer_id, coalesce(visits, 0) AS visits, coalesce(views, 0) AS views,
               coalesce(watched_us, 0) AS watched_us, coalesce(replay_views, 0) AS replay_views, coalesce(replay_us, 0) AS replay_us,
               watched_from, watched_until, open.viewer_id IS NOT NULL AS playing
        FROM asked LEFT JOIN watched USING (show_id, viewer_id) LEFT JOIN open USING (show_id, viewer_id)
    ), changed AS (
        DELETE FROM show_curve AS c USING fresh JOIN rollup AS r USING (show_id, viewer_id)
        WHERE c.show_id = fresh.show_id AND ((fresh.replay_us > 0 AND NOT c.replayed)
            OR (r.visits, r.views, r.watched_us, r.watched_from, r.watched_until) IS DISTINCT FROM
               (fresh.visits, fresh.views, fresh.watched_us, fresh.watched_from, fresh.watched_until))
    )
    INSERT INTO rollup AS r (show_id, viewer_id, {", ".join(_WATCH)})
    SELECT show_id, viewer_id, {", ".join(_WATCH)} FROM fresh ORDER BY show_id, viewer_id
    ON CONFLICT (show_id, viewer_id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _WATCH)}
    WHERE ({", ".join(f"r.{name}" for name in _WATCH)}) IS DISTINCT FROM ({", ".join(f"excluded.{name}" for name in _WATCH)})
""")


async def keep_who(connection: AsyncConnection, pairs: Iterable[tuple[str, str]]) -> None:
    """Bring what the rows of these (show, viewer) pairs say of who they are in line with attendance and staff."""
    if rows := _as_rows(pairs):
        changed = set(await connection.scalars(_KEEP_WHO, {"pairs": rows})) - {None}
        if changed:
            await connection.execute(_FORGET_CURVES, {"shows": sorted(changed)})


async def keep_watching(connection: AsyncConnection, pairs: Iterable[tuple[str, str]]) -> None:
    """Bring what the rows of these (show, viewer) pairs say of watching in line with their stretches."""
    if rows := _as_rows(pairs):
        await connection.execute(_KEEP_WATCHING, {"pairs": rows})


def _as_rows(pairs: Iterable[tuple[str, str]]) -> str | None:
    rows = [{"show_id": show_id, "viewer_id": viewer_id} for show_id, viewer_id in sorted(pairs)]
    return as_json(rows) if rows else None
