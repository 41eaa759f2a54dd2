"""The SQL of what a channel's shows brought: money, questions, who is left out, and the most at once."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.stats.chance import Sample
from server.stats.channel.cut import Cell, Cut
from server.stats.channel.facts import Left, Questions, Till
from server.stats.channel.repository import ASKED, opened
from server.stats.report import Sales

# One row for each part, currency and buyer's kind; orders of several lines are one.
_TILLS = f"""
    WITH {ASKED}, {opened("asked")}, sold AS (
        SELECT asked.part, {{label}} AS label, s.currency, s.order_id, sum(s.quantity) AS units, sum(s.amount_minor) AS amount,
               CASE WHEN bool_or(s.staff OR r.staff IS TRUE OR p.viewer_id IS NOT NULL) THEN 'staff'
                    WHEN bool_or(r.suspect) THEN 'suspected_bots'
                    WHEN bool_or(coalesce(w.views, r.views) > 0) THEN 'viewers' ELSE 'without_a_view' END AS by
        FROM asked JOIN sale AS s USING (show_id)
        LEFT JOIN viewer_alias AS a ON a.show_id = s.show_id AND a.raw = s.viewer_id AND a.taken_back_at IS NULL
        LEFT JOIN rollup AS r ON r.show_id = s.show_id AND r.viewer_id = coalesce(a.canonical, s.viewer_id)
        LEFT JOIN watched AS w ON w.show_id = r.show_id AND w.viewer_id = r.viewer_id
        LEFT JOIN staff_presence AS p ON p.show_id = s.show_id AND p.viewer_id = s.viewer_id
        WHERE {{rows}} GROUP BY 1, 2, s.currency, s.order_id
    )
    SELECT part, label, currency, by, count(*) AS orders, CAST(sum(units) AS bigint) AS units, CAST(sum(amount) AS bigint) AS gmv_minor,
           sum(amount * amount) AS squares
    FROM sold GROUP BY part, label, currency, by ORDER BY part, currency
"""

_REPORTED = f"""
    WITH {ASKED}, {opened("asked")}
    SELECT asked.part, {{label}} AS label, o.currency, count(*) AS orders, CAST(sum(sold.units) AS bigint) AS units,
           CAST(sum(o.amount_minor) AS bigint) AS gmv_minor, CAST(sum(o.refunded_minor) AS bigint) AS refunded_minor
    FROM asked JOIN reported_order AS o USING (show_id)
    CROSS JOIN LATERAL (SELECT sum(quantity) AS units FROM reported_sale AS l WHERE l.order_id = o.id) AS sold
    LEFT JOIN viewer_alias AS a ON a.show_id = o.show_id AND a.raw = o.viewer_id AND a.taken_back_at IS NULL
    LEFT JOIN rollup AS r ON r.show_id = o.show_id AND r.viewer_id = coalesce(a.canonical, o.viewer_id)
    LEFT JOIN watched AS w ON w.show_id = r.show_id AND w.viewer_id = r.viewer_id
    WHERE o.state <> 'cancelled' AND {{rows}}
      AND NOT EXISTS (SELECT FROM staff_presence AS s WHERE s.show_id = o.show_id AND s.viewer_id = o.viewer_id)
    GROUP BY 1, 2, o.currency
"""

_QUESTIONS = f"""
    WITH {ASKED}, {opened("asked")}, told AS (
        SELECT asked.part, {{label}} AS label, q.state, q.asked_at, q.answered_at, coalesce(a.canonical, q.viewer_id) AS viewer_id,
               coalesce(w.views, r.views) > 0 AS viewed
        FROM asked JOIN question AS q USING (show_id)
        LEFT JOIN viewer_alias AS a ON a.show_id = q.show_id AND a.raw = q.viewer_id AND a.taken_back_at IS NULL
        LEFT JOIN rollup AS r ON r.show_id = q.show_id AND r.viewer_id = coalesce(a.canonical, q.viewer_id)
        LEFT JOIN watched AS w ON w.show_id = r.show_id AND w.viewer_id = r.viewer_id
        WHERE q.state <> 'dismissed' AND r.suspect IS NOT TRUE AND r.staff IS NOT TRUE AND {{rows}}
    )
    SELECT part, label, count(*) AS asked, count(*) FILTER (WHERE viewed IS NOT TRUE) AS asked_beside,
           count(*) FILTER (WHERE state = 'answered') AS answered, count(*) FILTER (WHERE state = 'open') AS open,
           count(DISTINCT viewer_id) FILTER (WHERE viewed) AS askers,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM answered_at - asked_at))
               FILTER (WHERE state = 'answered') AS median_seconds
    FROM told GROUP BY part, label
"""

_LEFT = text(f"""
    WITH {ASKED}
    SELECT part, 'suspects' AS what, count(DISTINCT viewer_id) AS n
    FROM asked JOIN rollup AS r USING (show_id) WHERE suspect AND NOT staff GROUP BY part
    UNION ALL SELECT part, 'staff', count(DISTINCT viewer_id)
    FROM asked JOIN staff_presence AS s USING (show_id) GROUP BY part
""")

_CHANNEL = text("SELECT id, name, currency, time_zone FROM channel WHERE id = :channel")
_IS_SHOW = text("SELECT EXISTS (SELECT FROM show WHERE id = :show AND channel_id = :channel)")
_PEAKS = text(
    f"WITH {ASKED} SELECT part, max(peak) AS peak FROM asked JOIN show_curve AS c USING (show_id) GROUP BY part"
)
# The most at once in each of equal lengths: `watching` has one number for each second.
_CURVES = text("""
    SELECT c.show_id, ARRAY(
        SELECT max(w.n) FROM unnest(c.watching) WITH ORDINALITY AS w(n, second)
        GROUP BY (w.second - 1) * :points / greatest(:points, cardinality(c.watching))
        ORDER BY (w.second - 1) * :points / greatest(:points, cardinality(c.watching))) AS watching
    FROM show_curve AS c WHERE c.show_id = ANY(CAST(:shows AS text[]))
""")
CURVE_POINTS = 48

_NONE = Sales(orders=0, units=0, gmv_minor=0)


async def read_tills(connection: AsyncConnection, asked: dict[str, Any]) -> dict[int, list[Till]]:
    """Return what each part sold, by currency."""
    return {part: tills for (part, _), tills in (await read_tills_in(connection, asked, Cut())).items()}


async def read_tills_in(
    connection: AsyncConnection, asked: dict[str, Any], cut: Cut
) -> dict[Cell, list[Till]]:
    """Return what was sold by part and what the rows of those who bought say, by currency."""
    found: defaultdict[tuple[Cell, str], dict[str, Row[Any]]] = defaultdict(dict)
    for row in await _read_in(connection, _TILLS, asked, cut):
        found[_cell(row), row.currency][row.by] = row
    rows = await _read_in(connection, _REPORTED, asked, cut)
    reported = {(_cell(row), row.currency): row for row in rows}
    tills: defaultdict[Cell, list[Till]] = defaultdict(list)
    for (cell, currency), by in found.items():
        tills[cell].append(_till(currency, by, reported.get((cell, currency))))
    return tills


async def _read_in(
    connection: AsyncConnection, statement: str, asked: dict[str, Any], cut: Cut
) -> Sequence[Row[Any]]:
    written = statement.replace("{label}", cut.of_rows("r")).replace("{rows}", cut.rows("r", "w"))
    return (await connection.execute(text(written), {**asked, **cut.parameters()})).all()


def _cell(row: Row[Any]) -> Cell:
    return row.part, tuple(row.label)


def _till(currency: str, by: dict[str, Row[Any]], reported: Row[Any] | None) -> Till:
    audience = [row for who, row in by.items() if who != "staff"]
    return Till(
        currency=currency,
        viewers=_sales(by.get("viewers")),
        without_a_view=_sales(by.get("without_a_view")),
        suspected_bots=_sales(by.get("suspected_bots")),
        staff=_sales(by.get("staff")),
        orders=Sample(
            sum(row.orders for row in audience),
            sum(row.gmv_minor for row in audience),
            float(sum(row.squares for row in audience)),
        ),
        reported=None if reported is None else _sales(reported),
        refunded_minor=None if reported is None else reported.refunded_minor,
    )


def _sales(row: Row[Any] | None) -> Sales:
    return _NONE if row is None else Sales(orders=row.orders, units=row.units, gmv_minor=row.gmv_minor)


async def read_questions(connection: AsyncConnection, asked: dict[str, Any]) -> dict[int, Questions]:
    """Return what was asked in each part."""
    return {part: asked for (part, _), asked in (await read_questions_in(connection, asked, Cut())).items()}


async def read_questions_in(
    connection: AsyncConnection, asked: dict[str, Any], cut: Cut
) -> dict[Cell, Questions]:
    """Return what was asked by part and what the rows of those who asked say."""
    return {
        _cell(row): Questions(
            row.asked,
            row.asked_beside,
            row.answered,
            row.open,
            row.askers,
            None if row.median_seconds is None else float(row.median_seconds),
        )
        for row in await _read_in(connection, _QUESTIONS, asked, cut)
    }


async def read_left(connection: AsyncConnection, asked: dict[str, Any]) -> dict[int, Left]:
    """Return how many people of each part are in no figure."""
    found: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for row in await connection.execute(_LEFT, asked):
        found[row.part][row.what] = row.n
    return {part: Left(**counts) for part, counts in found.items()}


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
