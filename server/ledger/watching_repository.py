"""Keeping rows of the ledger's workers: what is added, who somebody is in a show and what they watched, in one statement for all three.

Who and watching are derived from attendance and stretches, of those alone of whom these have changed.
"""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.driver import as_json
from server.ledger.derive_repository import PIECE, WATCHED, WINDOW
from server.ledger.entries import RollupChange, RollupChanges
from server.ledger.repository import ADDING, CHANGES, OF_CHANGES, add_to_rollups

# Whose the rows are, and every id under which those have done anything in the show. LATERAL keeps it at one look-up for each: the planner
# knows nothing of how many rows a JSON parameter has.
_MEMBER: Final = """
    member AS MATERIALIZED (
        SELECT show_id, viewer_id, viewer_id AS raw FROM change
        UNION ALL
        SELECT change.show_id, change.viewer_id, k.raw FROM change
        JOIN viewer_alias AS k ON k.show_id = change.show_id AND k.canonical = change.viewer_id AND k.taken_back_at IS NULL
    )
"""
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
_WHO: Final = (
    "first_at", "joined", "guest", "remembered", "consent_at", "suspect", "source", "share", "device", "staff",
)  # fmt: skip
_WATCHED: Final = ("visits", "views", "watched_us", "watched_from", "watched_until")
_DERIVED: Final = (*_WHO, *WATCHING, "playing")
# All rows of the last join are of `change`. FULL keeps PostgreSQL from looping over one for each row of the other, where it expects few.
_KEEP: Final = text(f"""
    WITH {CHANGES.format(rows=":rows")}, {_MEMBER}, known AS (
        SELECT member.show_id, member.viewer_id, min(a.first_at) AS first_at, bool_or(a.joined) AS joined, bool_and(a.guest) AS guest,
               bool_or(a.remembered) AS remembered, max(a.consent_at) AS consent_at, bool_and(a.suspect) AS suspect,
               (array_agg(a.source ORDER BY a.first_at, raw) FILTER (WHERE a.source IS NOT NULL))[1] AS source,
               (array_agg(a.share ORDER BY a.first_at, raw) FILTER (WHERE a.share IS NOT NULL))[1] AS share,
               (array_agg(a.device ORDER BY a.first_at, raw) FILTER (WHERE a.device IS NOT NULL))[1] AS device,
               bool_or(s.viewer_id IS NOT NULL) AS staff
        FROM member LEFT JOIN attendance AS a ON a.show_id = member.show_id AND a.viewer_id = raw
        LEFT JOIN staff_presence AS s ON s.show_id = member.show_id AND s.viewer_id = raw
        GROUP BY member.show_id, member.viewer_id
    ), bounds AS MATERIALIZED ({WINDOW} WHERE show.id IN (SELECT show_id FROM change)), piece AS MATERIALIZED (
        SELECT each.* FROM member CROSS JOIN LATERAL (
            SELECT {PIECE.format(viewer="member.viewer_id")} FROM playing AS t LEFT JOIN ledger_process AS l USING (process_id)
            WHERE t.show_id = member.show_id AND t.viewer_id = member.raw) AS each
    ), {WATCHED}, open AS (
        SELECT DISTINCT show_id, viewer_id FROM piece LEFT JOIN bounds USING (show_id) WHERE playing AND final IS NOT TRUE
    ), fresh AS MATERIALIZED (
        SELECT show_id, viewer_id, {", ".join(f"change.{name}" for name in OF_CHANGES)},
               first_at, coalesce(joined, false) AS joined, guest, coalesce(remembered, false) AS remembered, consent_at,
               coalesce(suspect, false) AS suspect, source, share, device, coalesce(known.staff, false) AS staff,
               coalesce(visits, 0) AS visits, coalesce(views, 0) AS views, coalesce(watched_us, 0) AS watched_us,
               coalesce(replay_views, 0) AS replay_views, coalesce(replay_us, 0) AS replay_us, watched_from, watched_until,
               open.viewer_id IS NOT NULL AS playing
        FROM change FULL JOIN known USING (show_id, viewer_id) FULL JOIN watched USING (show_id, viewer_id)
        FULL JOIN open USING (show_id, viewer_id)
    ), curved AS MATERIALIZED (
        SELECT show_id, replayed FROM show_curve WHERE show_id IN (SELECT show_id FROM change)
    ), forgotten AS (
        DELETE FROM show_curve WHERE show_id IN (
            SELECT curved.show_id FROM curved JOIN fresh USING (show_id) LEFT JOIN rollup AS r USING (show_id, viewer_id)
            WHERE (fresh.replay_us > 0 AND NOT curved.replayed)
               OR (coalesce(r.visits, 0), coalesce(r.views, 0), coalesce(r.watched_us, 0), r.watched_from, r.watched_until)
                  IS DISTINCT FROM ({", ".join(f"fresh.{name}" for name in _WATCHED)})
               OR (r.views > 0 AND ({", ".join(f"r.{name}" for name in _WHO)})
                  IS DISTINCT FROM ({", ".join(f"fresh.{name}" for name in _WHO)})))
    ), written AS (
        INSERT INTO rollup AS r (show_id, viewer_id, {", ".join((*OF_CHANGES, *_DERIVED))})
        SELECT show_id, viewer_id, {", ".join((*OF_CHANGES, *_DERIVED))} FROM fresh ORDER BY show_id, viewer_id
        ON CONFLICT (show_id, viewer_id) DO UPDATE SET {ADDING}, {", ".join(f"{name} = excluded.{name}" for name in _DERIVED)}
        RETURNING xmax = 0 AS inserted
    )
    SELECT count(*) FILTER (WHERE NOT inserted) FROM written
""")
_LOCK: Final = text("""
    SELECT count(*) FILTER (WHERE derived) FROM (
        SELECT asked.derived FROM rollup AS r JOIN (
            SELECT c.show_id, coalesce(k.canonical, c.viewer_id) AS viewer_id, bool_or(derived) AS derived
            FROM json_to_recordset(CAST(:rows AS json)) AS c (show_id text, viewer_id text, derived boolean)
            LEFT JOIN viewer_alias AS k ON k.show_id = c.show_id AND k.raw = c.viewer_id AND k.taken_back_at IS NULL GROUP BY 1, 2
        ) AS asked USING (show_id, viewer_id) ORDER BY r.show_id, r.viewer_id FOR NO KEY UPDATE OF r) AS locked
""")


async def keep_rows(connection: AsyncConnection, changes: RollupChanges, whose: set[tuple[str, str]]) -> None:
    """Add `changes` to rows, and bring those of the (show, viewer) pairs `whose` in line with attendance, staff and stretches.

    All rows are locked in the order of their keys, and what is derived is of a moment at which nobody else changes them.
    """
    if not whose:
        await add_to_rollups(connection, changes)
        return
    asked = [
        {"show_id": show_id, "viewer_id": viewer_id, "derived": (show_id, viewer_id) in whose}
        for show_id, viewer_id in sorted(whose.union(changes))
    ]
    locked = await connection.scalar(_LOCK, {"rows": as_json(asked)})
    await add_to_rollups(connection, {key: change for key, change in changes.items() if key not in whose})
    nothing = [RollupChange(*key) for key in sorted(whose)]
    added = [changes.get((each.show_id, each.viewer_id), each) for each in nothing]
    if await connection.scalar(_KEEP, {"rows": as_json(added)}) != locked:
        # Somebody has made one of the rows since, and what was derived may lack what they did. Now all are ours.
        await connection.scalar(_KEEP, {"rows": as_json(nothing)})


async def keep_watching(connection: AsyncConnection, pairs: Iterable[tuple[str, str]]) -> None:
    """Bring the rows of these (show, viewer) pairs in line with attendance, staff and stretches."""
    await keep_rows(connection, {}, set(pairs))
