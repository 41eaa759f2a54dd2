"""The SQL of what each customer did, for prediction."""

from datetime import date
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.stats.lifetime.people_repository import PEOPLE, PURCHASES, Scope

# What a customer bought on one day, in the channel's zone, is one purchase. A refund takes from the day that it was bought on.
_HISTORIES: Final = text(f"""
    WITH {PEOPLE}, {PURCHASES}, day AS (
        SELECT viewer_id, CAST(at AT TIME ZONE :zone AS date) AS day, sum(net_minor) AS net_minor
        FROM purchase WHERE in_own GROUP BY viewer_id, CAST(at AT TIME ZONE :zone AS date)
    ), history AS (
        SELECT viewer_id, count(*) - 1 AS repeats, max(day) - min(day) AS last, CAST(:today AS date) - min(day) AS observed,
               (sum(net_minor) - (array_agg(net_minor ORDER BY day))[1]) / nullif(count(*) - 1, 0) AS mean_minor
        FROM day GROUP BY viewer_id
    )
    SELECT array_agg(CAST(repeats AS integer)) AS repeats, array_agg(last) AS last_days, array_agg(observed) AS observed_days,
           array_agg(CAST(coalesce(mean_minor, 0) AS double precision)) AS mean_minor
    FROM history
""")


async def read_histories(connection: AsyncConnection, scope: Scope, today: date) -> dict[str, list[Any]]:
    """Return the columns of `prediction.Histories`, of customers of the channel's currency, as of the day `today`."""
    row = (await connection.execute(_HISTORIES, {**scope.given, "today": today})).one()
    return {name: column or [] for name, column in row._mapping.items()}
