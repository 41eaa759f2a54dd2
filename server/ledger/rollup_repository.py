"""Whether the rollups say what the facts say. Reports read rollups: facts that came in another way, with none, would be silent zeros."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.ledger.entries import COLUMN_OF_KIND
from server.ledger.repository import rebuild_rollups

_COLUMNS = (*COLUMN_OF_KIND.values(), "orders", "units")
_OF_KINDS = ", ".join(
    f"coalesce(sum(n) FILTER (WHERE kind = '{kind}'), 0) AS {column}"
    for kind, column in COLUMN_OF_KIND.items()
    if kind != "visit"
)
_PAIRS = ", ".join(
    f"('{column}', kept.{column}, {'visit' if column == 'visits' else 'fact'}.{column})"
    for column in _COLUMNS
)

# One statement sees one moment: facts and what they add to the rollups are one transaction. Visits are derived from the stretches, as the
# worker does. A row that is not there is one of zeros.
DIFFERING = text(f"""
    WITH fact AS (
        SELECT show_id, viewer_id, {_OF_KINDS}, count(*) FILTER (WHERE kind = 'order') AS orders,
               coalesce(sum(n) FILTER (WHERE kind = 'order'), 0) AS units
        FROM ledger_entry WHERE CAST(:show AS text) IS NULL OR show_id = :show GROUP BY show_id, viewer_id
    ), stretch AS (
        SELECT p.show_id, p.viewer_id, p.started_at,
               max(coalesce(p.ended_at, l.alive_until, p.started_at)) OVER (
                   PARTITION BY p.show_id, p.viewer_id ORDER BY p.started_at, p.connection_id
                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS seen_until
        FROM playing AS p LEFT JOIN ledger_process AS l USING (process_id)
        WHERE CAST(:show AS text) IS NULL OR p.show_id = :show
    ), visit AS (
        SELECT show_id, viewer_id, count(*) AS visits FROM stretch
        WHERE seen_until IS NULL OR started_at > seen_until + interval '30 minutes' GROUP BY show_id, viewer_id
    ), kept AS (
        SELECT * FROM rollup WHERE CAST(:show AS text) IS NULL OR show_id = :show
    ), compared AS (
        SELECT show_id, viewer_id, said.name, coalesce(said.kept, 0) AS kept, coalesce(said.derived, 0) AS derived
        FROM fact FULL JOIN visit USING (show_id, viewer_id) FULL JOIN kept USING (show_id, viewer_id)
        CROSS JOIN LATERAL (VALUES {_PAIRS}) AS said (name, kept, derived)
    )
    SELECT show_id, viewer_id, name, kept, derived FROM compared WHERE kept <> derived ORDER BY show_id, viewer_id, name
""")
_SHOWS = text("""
    SELECT show_id FROM (SELECT show_id FROM ledger_entry UNION SELECT show_id FROM playing UNION SELECT show_id FROM rollup) AS known
    WHERE CAST(:show AS text) IS NULL OR show_id = :show ORDER BY show_id
""")
_KNOWN = text("SELECT EXISTS (SELECT FROM show WHERE id = :show)")


@dataclass(frozen=True, slots=True)
class Difference:
    """A number of a viewer's rollup in a show that is not what their facts come to."""

    show_id: str
    viewer_id: str
    column: str
    kept: int
    derived: int
    """What the facts come to: this is right."""


async def is_show(connection: AsyncConnection, show_id: str) -> bool:
    """Whether there is such a show."""
    return bool(await connection.scalar(_KNOWN, {"show": show_id}))


async def verify_rollups(connection: AsyncConnection, show_id: str | None = None) -> list[Difference]:
    """Compare the rollups of a show, or of all, with the facts at one moment, and return what differs."""
    return [as_difference(row) for row in await connection.execute(DIFFERING, {"show": show_id})]


async def find_shows(connection: AsyncConnection, show_id: str | None = None) -> list[str]:
    """Return the shows, or the one, that have anything in the ledger."""
    return list(await connection.scalars(_SHOWS, {"show": show_id}))


async def rebuild_and_compare(connection: AsyncConnection, show_id: str) -> list[Difference]:
    """Derive a show's rollups anew from its facts, and return what had differed. Writers of rollups wait until the transaction ends."""
    found = await verify_rollups(connection, show_id)
    await rebuild_rollups(connection, show_id)
    return found


def as_difference(row: Row[Any]) -> Difference:
    """Return a row of `DIFFERING` as what it means."""
    return Difference(row.show_id, row.viewer_id, row.name, int(row.kept), int(row.derived))
