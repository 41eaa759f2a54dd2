"""Whether the rollups say what the facts say. Reports read rollups: facts that came in another way, with none, would be silent zeros."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.ledger.derive_repository import COLUMNS, DERIVED, derive_rows
from server.ledger.watching_repository import WATCHING
from server.sealing.unsealing import unseal

_KEY = ("show_id", "viewer_id")
_COMPARED = tuple(name for name in COLUMNS if name not in _KEY)
_PAIRS = ", ".join(
    f"('{name}', CAST(kept.{name} AS text), CAST(derived.{name} AS text))"
    if name not in WATCHING
    else f"('{name}', CASE WHEN derived.playing THEN NULL ELSE CAST(kept.{name} AS text) END,"
    f" CASE WHEN derived.playing THEN NULL ELSE CAST(derived.{name} AS text) END)"
    for name in _COMPARED
)

# One statement sees one moment: facts and what they add to the rollups are one transaction. A row that is not there is one of nothing.
DIFFERING = text(f"""
    WITH derived AS MATERIALIZED ({DERIVED}), kept AS (SELECT * FROM rollup WHERE show_id = :show), compared AS (
        SELECT coalesce(kept.viewer_id, derived.viewer_id) AS viewer_id, said.name,
               coalesce(said.kept, nothing.it) AS kept, coalesce(said.derived, nothing.it) AS derived
        FROM derived FULL JOIN kept USING (viewer_id) CROSS JOIN LATERAL (VALUES {_PAIRS}) AS said (name, kept, derived)
        CROSS JOIN LATERAL (SELECT CASE
            WHEN coalesce(said.kept, said.derived) IN ('true', 'false') AND said.name <> 'guest' THEN 'false'
            WHEN coalesce(said.kept, said.derived) ~ '^-?[0-9]+$' THEN '0' END AS it) AS nothing
        WHERE ({", ".join(f"kept.{name}" for name in _COMPARED)}) IS DISTINCT FROM ({", ".join(f"derived.{name}" for name in _COMPARED)})
    )
    SELECT CAST(:show AS text) AS show_id, viewer_id, name, coalesce(kept, 'nothing') AS kept, coalesce(derived, 'nothing') AS derived
    FROM compared WHERE kept IS DISTINCT FROM derived ORDER BY viewer_id, name
""").bindparams(viewers=None)
SHOWS = text("""
    SELECT show_id FROM (
        SELECT show_id FROM ledger_entry UNION SELECT show_id FROM playing UNION SELECT show_id FROM rollup
        UNION SELECT show_id FROM attendance UNION SELECT show_id FROM staff_presence) AS known
    WHERE show_id = :show OR (CAST(:show AS text) IS NULL
      AND show_id NOT IN (SELECT sealed.show_id FROM sealed_show AS sealed WHERE sealed.state = 'sealed'))
    ORDER BY show_id
""")
_KNOWN = text("SELECT EXISTS (SELECT FROM show WHERE id = :show)")


@dataclass(frozen=True, slots=True)
class Difference:
    """A number of a viewer's rollup in a show that is not what their facts come to."""

    show_id: str
    viewer_id: str
    column: str
    kept: str
    derived: str
    """What the facts come to: this is right."""


async def is_show(connection: AsyncConnection, show_id: str) -> bool:
    """Whether there is such a show."""
    return bool(await connection.scalar(_KNOWN, {"show": show_id}))


async def verify_rollups(connection: AsyncConnection, show_id: str | None = None) -> list[Difference]:
    """Compare the rollups of a show, or of all, with the facts at one moment, and return what differs.

    Sealed ones are named one by one: their facts must lie over the tables (`server.sealing.unsealing.facts_of`).
    """
    shows = [show_id] if show_id is not None else await find_shows(connection)
    return [
        as_difference(row) for each in shows for row in await connection.execute(DIFFERING, {"show": each})
    ]


async def find_shows(connection: AsyncConnection, show_id: str | None = None) -> list[str]:
    """Return the shows, or the one, that have anything in the ledger; of all, those that are not sealed."""
    return list(await connection.scalars(SHOWS, {"show": show_id}))


async def rebuild_and_compare(connection: AsyncConnection, show_id: str) -> list[Difference]:
    """Derive a show's rollups anew from its facts, and return what had differed. Writers of rollups wait until the transaction ends."""
    await unseal(connection, [show_id])
    found = await verify_rollups(connection, show_id)
    await derive_rows(connection, show_id)
    return found


def as_difference(row: Row[Any]) -> Difference:
    """Return a row of `DIFFERING` as what it means."""
    return Difference(row.show_id, row.viewer_id, row.name, row.kept, row.derived)
