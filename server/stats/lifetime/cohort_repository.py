"""The SQL of cohorts and of churn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.stats.lifetime.calendar import Interval, age
from server.stats.lifetime.people_repository import PEOPLE, PURCHASES, Scope
from server.stats.lifetime.retained import Cohorts, Event

_TABLE: Final[dict[Event, str]] = {"view": "seen", "purchase": "purchase"}
_PERIOD: Final = "CAST(date_trunc(:interval, at AT TIME ZONE :zone) AS date)"

# Born is who did it first, ever; cohorts outside [since, until] are passed over afterwards.
_VALUE: Final = f"""
    WITH {PEOPLE}, {PURCHASES}, born AS (
        SELECT viewer_id, min({_PERIOD}) AS cohort FROM purchase WHERE in_own GROUP BY viewer_id
        HAVING min({_PERIOD}) BETWEEN :since AND :until
    )
    SELECT cohort, NULL AS period, count(*) AS n FROM born GROUP BY cohort
    UNION ALL
    SELECT cohort, {_PERIOD}, CAST(sum(net_minor) AS bigint) FROM born JOIN purchase USING (viewer_id) WHERE in_own
    GROUP BY cohort, {_PERIOD}
"""
_ELSEWHERE: Final = text(f"""
    WITH {PEOPLE}, {PURCHASES} SELECT count(DISTINCT order_id) FROM purchase WHERE NOT in_own
""")

# Several times on one day are one occasion, in the channel's zone.
_GAPS: Final = """
    WITH {people}, day AS (
        SELECT DISTINCT viewer_id, CAST(at AT TIME ZONE :zone AS date) AS day FROM {of}
    ), gap AS (
        SELECT day - lag(day) OVER (PARTITION BY viewer_id ORDER BY day) AS days FROM day
    )
    SELECT (SELECT count(days) FROM gap) AS gaps,
           (SELECT percentile_cont(:share) WITHIN GROUP (ORDER BY days) FROM gap) AS days,
           (SELECT min(at) FROM {of}) AS first_at
"""
_CHURN: Final = """
    WITH {people}, point AS (SELECT unnest(CAST(:points AS timestamptz[])) AS point)
    SELECT point, count(*) FILTER (WHERE before) AS before, count(*) FILTER (WHERE before AND NOT after) AS lost
    FROM point LEFT JOIN LATERAL (
        SELECT bool_or(at <= point - CAST(:window AS interval)) AS before, bool_or(at > point - CAST(:window AS interval)) AS after
        FROM {of} AS e WHERE at > point - 2 * CAST(:window AS interval) AND at <= point GROUP BY viewer_id
    ) AS somebody ON true
    GROUP BY point ORDER BY point
"""


@dataclass(frozen=True, slots=True)
class Gaps:
    """How long people stay away between two times: how many gaps, the asked percentile in days, and when anything first happened."""

    count: int
    days: float | None
    first_at: datetime | None


def _people(*events: Event) -> str:
    return f"{PEOPLE}, {PURCHASES}" if "purchase" in events else PEOPLE


async def read_value(
    connection: AsyncConnection, scope: Scope, interval: Interval, span: tuple[date, date]
) -> Cohorts:
    """Return cohorts by first purchase in the channel's currency, and what each brought, paid minus refunded, at each age."""
    return await _read_cohorts(connection, _VALUE, scope, interval, span)


async def read_orders_elsewhere(connection: AsyncConnection, scope: Scope) -> int:
    """Return how many orders were in other currencies than the channel's."""
    return int(await connection.scalar(_ELSEWHERE, scope.given) or 0)


async def read_gaps(connection: AsyncConnection, scope: Scope, of: Event, share: float) -> Gaps:
    """Return the percentile `share` (0 to 1, interpolated) of the gaps between the days on which a person did it."""
    statement = text(_GAPS.format(people=_people(of), of=_TABLE[of]))
    row = (await connection.execute(statement, {**scope.given, "share": share})).one()
    return Gaps(row.gaps, row.days, row.first_at)


async def read_churn(
    connection: AsyncConnection, scope: Scope, of: Event, window: timedelta, points: Sequence[datetime]
) -> list[tuple[datetime, int, int]]:
    """Return, for each point: who did it in the window before the last one, and how many of them not in the last."""
    statement = text(_CHURN.format(people=_people(of), of=_TABLE[of]))
    given = {**scope.given, "window": window, "points": list(points)}
    return [(row.point, row.before, row.lost) for row in await connection.execute(statement, given)]


async def _read_cohorts(
    connection: AsyncConnection, statement: str, scope: Scope, interval: Interval, span: tuple[date, date]
) -> Cohorts:
    given = {**scope.given, "interval": interval, "since": span[0], "until": span[1]}
    found = Cohorts()
    for cohort, period, n in await connection.execute(text(statement), given):
        if period is None:
            found.sizes[cohort] = n
        else:
            found.later[cohort, age(cohort, period, interval)] = int(n)
    return found
