"""The SQL of page views: by whom, whence, and what came of it.

A visit is by a person's page views: one begins where the one before lies more than 30 min back and they were not watching since. A period
looks 30 min further back, so that no visit is cut at midnight.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.stats.visits.visits_report import DIMENSIONS, LABELS_MAX

_OF_SHOW: Final = "v.show_id = :show"
_OF_CHANNEL: Final = "v.channel_id = :channel AND v.at >= CAST(:since AS timestamptz) - interval '30 minutes' AND v.at < :until"
_COLUMNS: Final = tuple(name for name in DIMENSIONS if name != "phase")
_VALUES: Final = ", ".join(f"('{name}', {{0}}.{name})" for name in DIMENSIONS)

_SEEN: Final = f"""
    scope AS MATERIALIZED (SELECT unnest(CAST(:shows AS text[])) AS show_id), seen AS MATERIALIZED (
        SELECT v.id, v.at, {", ".join(f"v.{name}" for name in _COLUMNS)}, coalesce(k.canonical, v.viewer_id) AS viewer_id,
               CASE WHEN s.id IS NULL THEN NULL WHEN s.started_at IS NULL OR v.at < s.started_at THEN 'before'
                    WHEN s.ended_at IS NULL OR v.at < s.ended_at THEN 'live' ELSE 'after' END AS phase,
               coalesce(r.watched_from < v.at - interval '1 minute' AND r.watched_until >= v.at - interval '30 minutes', false) AS watching
        FROM page_view AS v LEFT JOIN show AS s ON s.id = v.show_id
        LEFT JOIN viewer_alias AS k ON k.show_id = v.show_id AND k.raw = v.viewer_id AND k.taken_back_at IS NULL
        LEFT JOIN rollup AS r ON r.show_id = v.show_id AND r.viewer_id = coalesce(k.canonical, v.viewer_id)
        WHERE {{where}} AND NOT v.crawler
    ), beside AS MATERIALIZED (
        SELECT DISTINCT r.viewer_id FROM (SELECT DISTINCT viewer_id FROM seen WHERE viewer_id IS NOT NULL) AS opener
        JOIN rollup AS r USING (viewer_id) JOIN scope USING (show_id) WHERE r.staff OR r.suspect
    ), kept AS MATERIALIZED (
        SELECT *, viewer_id IS NOT NULL AND (before IS NULL OR (at > before + interval '30 minutes' AND NOT watching)) AS begins
        FROM (SELECT *, lag(at) OVER (PARTITION BY viewer_id ORDER BY at, id) AS before FROM seen
              WHERE viewer_id IS NULL OR viewer_id NOT IN (SELECT viewer_id FROM beside)) AS each
        WHERE at >= CAST(:since AS timestamptz)
    ), came AS MATERIALIZED (
        SELECT r.viewer_id, bool_or(r.joined OR r.views > 0) AS joined, bool_or(r.views > 0) AS viewed,
               bool_or(r.views > 0) AND bool_or(r.orders > 0) AS bought
        FROM scope JOIN rollup AS r USING (show_id) WHERE NOT r.staff AND NOT r.suspect GROUP BY r.viewer_id
    ), person AS MATERIALIZED (
        SELECT viewer_id, {", ".join(f"(array_agg({n} ORDER BY at, id) FILTER (WHERE {n} IS NOT NULL))[1] AS {n}" for n in DIMENSIONS)}
        FROM kept WHERE viewer_id IS NOT NULL GROUP BY viewer_id
    ), gone AS MATERIALIZED (
        SELECT person.*, coalesce(joined, false) AS joined, coalesce(viewed, false) AS viewed, coalesce(bought, false) AS bought
        FROM person LEFT JOIN came USING (viewer_id)
    )
"""
_STEPS: Final = """
    count(*) AS visitors, count(*) FILTER (WHERE joined) AS joined, count(*) FILTER (WHERE viewed) AS viewed,
    count(*) FILTER (WHERE bought) AS bought
"""
_TOTALS: Final = f"""
    WITH {_SEEN}, views AS (
        SELECT count(*) AS page_views, count(*) FILTER (WHERE viewer_id IS NULL) AS without_an_id,
               count(*) FILTER (WHERE phase = 'before') AS before, count(*) FILTER (WHERE phase = 'live') AS live,
               count(*) FILTER (WHERE phase = 'after') AS after, count(*) FILTER (WHERE begins) AS visits FROM kept
    ), steps AS (SELECT {_STEPS} FROM gone), everybody AS (
        SELECT count(*) FILTER (WHERE joined) AS all_joined, count(*) FILTER (WHERE viewed) AS all_viewed,
               count(*) FILTER (WHERE bought) AS all_bought FROM came
    ), out AS (
        SELECT count(*) AS beside FROM seen WHERE at >= CAST(:since AS timestamptz) AND viewer_id IN (SELECT viewer_id FROM beside)
    ), crawled AS (SELECT count(*) AS crawlers FROM page_view AS v WHERE {{where}} AND v.at >= CAST(:since AS timestamptz) AND v.crawler)
    SELECT * FROM views, steps, everybody, out, crawled
"""
_PARTS: Final = f"""
    WITH {_SEEN}, views AS (
        SELECT d.by, d.label, count(*) AS page_views, count(*) FILTER (WHERE begins) AS visits
        FROM kept CROSS JOIN LATERAL (VALUES {_VALUES.format("kept")}) AS d(by, label) GROUP BY 1, 2
    ), people AS (
        SELECT d.by, d.label, {_STEPS} FROM gone CROSS JOIN LATERAL (VALUES {_VALUES.format("gone")}) AS d(by, label) GROUP BY 1, 2
    ), ranked AS (
        SELECT views.*, coalesce(visitors, 0) AS visitors, coalesce(joined, 0) AS joined, coalesce(viewed, 0) AS viewed,
               coalesce(bought, 0) AS bought,
               row_number() OVER (PARTITION BY views.by ORDER BY page_views DESC, views.label NULLS LAST) AS nth
        FROM views LEFT JOIN people ON people.by = views.by AND people.label IS NOT DISTINCT FROM views.label
    )
    SELECT by, CASE WHEN nth <= :most THEN label END AS label, nth > :most AS others, min(nth) AS nth,
           sum(page_views) AS page_views, sum(visits) AS visits, sum(visitors) AS visitors, sum(joined) AS joined,
           sum(viewed) AS viewed, sum(bought) AS bought
    FROM ranked GROUP BY by, 2, nth > :most ORDER BY by, nth
"""
_QUERIES: Final = {
    (of_show, parts): text(
        (_PARTS if parts else _TOTALS).replace("{where}", _OF_SHOW if of_show else _OF_CHANNEL)
    )
    for of_show in (True, False)
    for parts in (True, False)
}


@dataclass(frozen=True, slots=True)
class Scope:
    """Of which page views, and whose coming counts: of one show, or of a channel's from `since` on and before `until`."""

    channel: str
    show: str | None
    shows: Sequence[str]
    since: datetime | None = None
    until: datetime | None = None


async def read_totals(connection: AsyncConnection, scope: Scope) -> Row[Any]:
    """Return the one row of totals."""
    return (await connection.execute(_QUERIES[scope.show is not None, False], _given(scope))).one()


async def read_parts(connection: AsyncConnection, scope: Scope) -> Sequence[Row[Any]]:
    """Return the rows of all dimensions, each one's in their order."""
    return (await connection.execute(_QUERIES[scope.show is not None, True], _given(scope))).all()


def _given(scope: Scope) -> dict[str, Any]:
    since = "-infinity" if scope.since is None else scope.since.isoformat()
    given = {"shows": list(scope.shows), "most": LABELS_MAX, "since": since}
    if scope.show is not None:
        return {**given, "show": scope.show}
    return {**given, "channel": scope.channel, "until": scope.until}
