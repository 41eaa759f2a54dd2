"""The wide row from the facts: what every column of `rollup` means, in one statement, and deriving a show's rows anew by it.

Whoever keeps rows as facts come in (`writer`, `repository`) must come to the same; `showfloor rollup --verify` compares.
"""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.ledger.entries import COLUMN_OF_KIND, FIRST_OF_KIND, HARD_FACTS
from server.ledger.final import drop_final
from server.ledger.holding_repository import hold_shows
from server.ledger.tables import RollupRow
from server.sealing.unsealing import unseal

COLUMNS: Final = tuple(name for name in RollupRow.__table__.columns.keys() if name != "segment")  # type: ignore[attr-defined]  # noqa: SIM118
"""What is derived: everything but the segment, which is of another room."""

_OF_KINDS: Final = ",\n".join(
    [
        *(
            f"coalesce(sum(e.n) FILTER (WHERE e.kind = '{kind}'), 0) AS {column}"
            for kind, column in COLUMN_OF_KIND.items()
        ),
        "count(*) FILTER (WHERE e.kind = 'order') AS orders",
        "coalesce(sum(e.n) FILTER (WHERE e.kind = 'order'), 0) AS units",
        *(
            f"min(e.at) FILTER (WHERE e.kind = '{kind}') AS {column}"
            for kind, column in FIRST_OF_KIND.items()
        ),
    ]
)


def whose(table: str, columns: str = "t.*") -> str:
    """Return the query of a table's rows of the show, `whose` they are beside them, of the viewers asked for."""
    return f"""
        SELECT {columns}, coalesce(k.canonical, t.viewer_id) AS whose
        FROM {table} AS t LEFT JOIN viewer_alias AS k ON k.show_id = t.show_id AND k.raw = t.viewer_id AND k.taken_back_at IS NULL
        WHERE t.show_id = :show
          AND (CAST(:viewers AS text[]) IS NULL OR coalesce(k.canonical, t.viewer_id) = ANY(CAST(:viewers AS text[])))
    """


WINDOW: Final = """
    SELECT show.id AS show_id, show.started_at, show.ended_at, channel.currency, curve.show_id IS NOT NULL AS final
    FROM show JOIN channel ON channel.id = show.channel_id
    LEFT JOIN show_curve AS curve
        ON curve.show_id = show.id AND curve.started_at = show.started_at AND curve.ended_at = show.ended_at
"""
"""A show's start, end and currency; `final`: it has ended, and all that happened until then is counted."""

# From stretches, `piece (show_id, viewer_id, start, stop, order_by)`, to what was watched. Stretches overlap: of each, what is new is what
# lies behind all that began before it. A stretch begins a visit where that lies more than 30 min back. A show that is not there (or has no
# row yet) has no bounds; what was played before a start is not watched, and what was played after the end is replay, once it is over:
# rows of a show that is final do not grow by themselves.
WATCHED: Final = """
    cut AS (
        SELECT piece.show_id, piece.viewer_id, part.replay, piece.order_by,
               greatest(piece.start, part.since) AS start, least(piece.stop, part.until) AS stop
        FROM piece LEFT JOIN bounds USING (show_id)
        CROSS JOIN LATERAL (
            VALUES (false, CASE WHEN bounds.show_id IS NULL THEN '-infinity' ELSE coalesce(bounds.started_at, 'infinity') END,
                    coalesce(bounds.ended_at, 'infinity')),
                   (true, coalesce(bounds.ended_at, 'infinity'), 'infinity')
        ) AS part (replay, since, until)
        WHERE greatest(piece.start, part.since) < least(piece.stop, part.until) AND NOT (part.replay AND piece.playing)
    ), ordered AS (
        SELECT *, max(stop) OVER (PARTITION BY show_id, viewer_id, replay ORDER BY start, order_by
                                  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS behind
        FROM cut
    ), numbered AS (
        SELECT *, behind IS NULL OR start > behind + interval '30 minutes' AS begins,
               count(*) FILTER (WHERE behind IS NULL OR start > behind + interval '30 minutes')
                   OVER (PARTITION BY show_id, viewer_id, replay ORDER BY start, order_by) AS nth
        FROM ordered
    ), visit AS (
        SELECT show_id, viewer_id, replay, min(start) AS since, max(stop) AS until,
               CAST(extract(epoch FROM sum(greatest(stop - greatest(start, behind), interval '0'))) * 1000000 AS bigint) AS us
        FROM numbered GROUP BY show_id, viewer_id, replay, nth
    ), watched AS (
        SELECT show_id, viewer_id, count(*) FILTER (WHERE NOT replay) AS visits,
               count(*) FILTER (WHERE NOT replay AND us >= 3000000) AS views,
               coalesce(sum(us) FILTER (WHERE NOT replay), 0) AS watched_us,
               count(*) FILTER (WHERE replay AND us >= 3000000) AS replay_views,
               coalesce(sum(us) FILTER (WHERE replay), 0) AS replay_us,
               min(since) FILTER (WHERE NOT replay) AS watched_from, max(until) FILTER (WHERE NOT replay) AS watched_until
        FROM visit GROUP BY show_id, viewer_id
    )
"""

PIECE: Final = """
    t.show_id, {viewer} AS viewer_id, t.started_at AS start,
    greatest(t.started_at, coalesce(t.ended_at, l.alive_until, t.started_at)) AS stop,
    t.connection_id AS order_by, t.ended_at IS NULL AND l.ended IS NOT TRUE AS playing
"""
"""A stretch, `t`, with its process, `l`: one that is open counts until its process was last known alive."""

DERIVED: Final = f"""
    WITH bounds AS MATERIALIZED ({WINDOW} WHERE show.id = :show), entry AS (
        SELECT e.whose AS viewer_id, {_OF_KINDS} FROM ({whose("ledger_entry", "t.kind, t.n, t.at")}) AS e
        WHERE e.kind <> 'visit' GROUP BY e.whose
    ), known AS (
        SELECT whose AS viewer_id, min(first_at) AS first_at, bool_or(joined) AS joined, bool_and(guest) AS guest,
               bool_or(remembered) AS remembered, max(consent_at) AS consent_at, bool_and(suspect) AS suspect,
               (array_agg(source ORDER BY first_at, viewer_id) FILTER (WHERE source IS NOT NULL))[1] AS source,
               (array_agg(share ORDER BY first_at, viewer_id) FILTER (WHERE share IS NOT NULL))[1] AS share,
               (array_agg(device ORDER BY first_at, viewer_id) FILTER (WHERE device IS NOT NULL))[1] AS device
        FROM ({whose("attendance")}) AS a GROUP BY whose
    ), staffed AS (
        SELECT DISTINCT whose AS viewer_id FROM ({whose("staff_presence")}) AS s
    ), piece AS MATERIALIZED (
        SELECT {PIECE.format(viewer="t.whose")} FROM ({whose("playing")}) AS t LEFT JOIN ledger_process AS l USING (process_id)
    ), {WATCHED}, open AS (
        SELECT DISTINCT viewer_id FROM piece WHERE playing AND NOT EXISTS (SELECT FROM bounds WHERE final)
    ), paid AS (
        SELECT whose AS viewer_id, sum(amount_minor) AS paid_minor
        FROM ({whose("sale")}) AS s JOIN bounds USING (currency) GROUP BY whose
    ), given_back AS (
        SELECT whose AS viewer_id, sum(refunded_minor) AS refunded_minor
        FROM ({whose("given_back")}) AS o JOIN bounds USING (currency) GROUP BY whose
    ), someone AS (
        SELECT viewer_id FROM entry UNION SELECT viewer_id FROM known UNION SELECT viewer_id FROM staffed
        UNION SELECT viewer_id FROM piece UNION SELECT viewer_id FROM paid
    ), plain AS (
        SELECT CAST(:show AS text) AS show_id, someone.viewer_id, coalesce(visits, 0) AS visits,
               coalesce(reactions, 0) AS reactions, coalesce(impressions, 0) AS impressions, coalesce(clicks, 0) AS clicks,
               coalesce(shares, 0) AS shares, coalesce(questions, 0) AS questions, coalesce(votes, 0) AS votes,
               coalesce(survey_answers, 0) AS survey_answers, coalesce(poll_answers, 0) AS poll_answers,
               coalesce(comments_sent, 0) AS comments_sent,
               coalesce(orders, 0) AS orders, coalesce(units, 0) AS units,
               first_at, coalesce(joined, false) AS joined, guest, coalesce(remembered, false) AS remembered, consent_at,
               coalesce(suspect, false) AS suspect, staffed.viewer_id IS NOT NULL AS staff, source, share, device,
               coalesce(views, 0) AS views, coalesce(watched_us, 0) AS watched_us, coalesce(replay_views, 0) AS replay_views,
               coalesce(replay_us, 0) AS replay_us, watched_from, watched_until, open.viewer_id IS NOT NULL AS playing,
               {", ".join(FIRST_OF_KIND.values())},
               CASE WHEN paid_minor IS NOT NULL THEN (SELECT currency FROM bounds) END AS currency,
               coalesce(paid_minor, 0) AS paid_minor, coalesce(refunded_minor, 0) AS refunded_minor
        FROM someone LEFT JOIN entry USING (viewer_id) LEFT JOIN known USING (viewer_id) LEFT JOIN staffed USING (viewer_id)
        LEFT JOIN watched USING (viewer_id) LEFT JOIN open USING (viewer_id) LEFT JOIN paid USING (viewer_id)
        LEFT JOIN given_back USING (viewer_id)
    )
    SELECT {", ".join(name for name in COLUMNS if name != "hard_facts")}, {HARD_FACTS.format("plain")} AS hard_facts FROM plain
"""
"""The rows of the show `:show`, or of those of its viewers in `:viewers` (null: all), by whose they are."""

_KEY: Final = ("show_id", "viewer_id")
# A row of nobody who is left (a guest who is somebody else's now, or whose last fact was taken back) goes.
_DERIVE: Final = text(f"""
    WITH derived AS MATERIALIZED ({DERIVED}), written AS (
        INSERT INTO rollup ({", ".join(COLUMNS)}) SELECT {", ".join(COLUMNS)} FROM derived ORDER BY viewer_id
        ON CONFLICT (show_id, viewer_id) DO UPDATE SET
            {", ".join(f"{name} = excluded.{name}" for name in COLUMNS if name not in _KEY)}
    )
    DELETE FROM rollup AS r WHERE r.show_id = :show
    AND (CAST(:viewers AS text[]) IS NULL OR r.viewer_id = ANY(CAST(:viewers AS text[])))
    AND NOT EXISTS (SELECT FROM derived WHERE derived.viewer_id = r.viewer_id)
""")
# First whatever else locks: workers are kept off the show, then its head, as those who record facts do. No rows are locked by anybody
# who waits for these.
_LOCK_SHOW: Final = text("SELECT FROM journal_head WHERE show_id = :show FOR UPDATE")
_WHOSE: Final = text("""
    SELECT canonical FROM viewer_alias WHERE show_id = :show AND raw = ANY(CAST(:viewers AS text[])) AND taken_back_at IS NULL
""")
_ROOM: Final = text("""
    SELECT set_config('work_mem', '64MB', true), set_config('jit', 'off', true), set_config('enable_nestloop', :nested, true)
""")
_KEPT: Final = text("""
    INSERT INTO rollup_show (show_id, kept) VALUES (:show, true) ON CONFLICT (show_id) DO UPDATE SET kept = true
""")
_DONE: Final = text("""
    DELETE FROM rollup_due WHERE show_id = :show
    AND (CAST(:viewers AS text[]) IS NULL OR viewer_id = ANY(CAST(:viewers AS text[])))
""")
_FORGET_CURVE: Final = text("DELETE FROM show_curve WHERE show_id = :show")


async def lock_rows(connection: AsyncConnection, show_id: str) -> None:
    """Keep everybody who writes rows of the show waiting until the transaction ends; before anything else is locked in it."""
    await hold_shows(connection, [show_id])
    await connection.execute(_LOCK_SHOW, {"show": show_id})


async def derive_rows(
    connection: AsyncConnection, show_id: str, viewers: Iterable[str] | None = None
) -> None:
    """Derive the show's rows in `rollup` anew from its facts, stretches and orders: all of them, or those of `viewers`.

    Viewers may be named by a guest's id; the row is whose it is. Whoever writes rows of the show waits until the caller's transaction
    ends, in which nothing else may have been locked before. The segment in a row stays.
    """
    await lock_rows(connection, show_id)
    await unseal(connection, [show_id])
    named = None if viewers is None else set(viewers)
    if named is not None:
        found = await connection.scalars(_WHOSE, {"show": show_id, "viewers": sorted(named)})
        named |= set(found)
    given = {"show": show_id, "viewers": None if named is None else sorted(named)}
    await connection.execute(_ROOM, {"nested": "off"})
    await connection.execute(_DERIVE, given)
    await connection.execute(_ROOM, {"nested": "on"})
    await connection.execute(_DONE, given)
    await connection.execute(_FORGET_CURVE, {"show": show_id})
    await drop_final(connection, [show_id])
    if named is None:
        await connection.execute(_KEPT, {"show": show_id})
