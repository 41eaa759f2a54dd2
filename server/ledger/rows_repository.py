"""Which rows of `rollup` are what the facts come to, and what there is to do where they are not yet."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.ledger.derive_repository import lock_rows
from server.ledger.entries import IS_OF_OLD_WRITER
from server.ledger.watching_repository import keep_watching

LIVE_ROWS_MAX: Final = 20_000
"""A live show with more is derived when it has ended: those who buy in it would wait."""

# Derived, or kept from the first fact on; nothing due; nothing counted by a worker of the version before; no row written by a server of
# the version before.
_BEHIND: Final = text(f"""
    SELECT asked.id FROM unnest(CAST(:shows AS text[])) AS asked (id)
    WHERE NOT EXISTS (SELECT FROM rollup_show AS s WHERE s.show_id = asked.id AND s.kept)
       OR EXISTS (SELECT FROM rollup_due AS d WHERE d.show_id = asked.id)
       OR EXISTS (SELECT FROM ledger_process_show AS had JOIN ledger_process AS p USING (process_id)
                  WHERE had.show_id = asked.id AND p.kept_flush IS DISTINCT FROM p.last_flush)
       OR EXISTS (SELECT FROM rollup AS r WHERE r.show_id = asked.id AND {IS_OF_OLD_WRITER.format("r")})
""")
_DUE: Final = text("""
    SELECT d.show_id, array_agg(d.viewer_id) AS viewers FROM rollup_due AS d JOIN rollup_show AS s USING (show_id)
    WHERE s.kept GROUP BY d.show_id LIMIT 1
""")
_NOT_KEPT: Final = text("""
    SELECT show.id FROM show LEFT JOIN rollup_show AS s ON s.show_id = show.id
    WHERE s.kept IS NOT TRUE AND show.state NOT IN ('draft', 'rehearsal')
      AND (show.ended_at IS NOT NULL OR (
          SELECT count(*) FROM (SELECT FROM rollup AS r WHERE r.show_id = show.id LIMIT :most + 1) AS counted) <= :most)
    ORDER BY show.started_at DESC NULLS LAST LIMIT 1
""")
# A server of the version before raises numbers of a row and knows nothing of the rest.
_OLD_WRITERS: Final = text(f"""
    INSERT INTO rollup_due (show_id, viewer_id)
    SELECT r.show_id, r.viewer_id FROM show JOIN rollup AS r ON r.show_id = show.id
    WHERE (:all OR show.ended_at IS NULL OR show.ended_at > now() - interval '1 day') AND show.state NOT IN ('draft', 'rehearsal')
      AND {IS_OF_OLD_WRITER.format("r")}
    ON CONFLICT DO NOTHING
""")
_ENDED: Final = text("""
    SELECT show.id, show.ended_at FROM show JOIN rollup_show AS s ON s.show_id = show.id AND s.kept
    LEFT JOIN show_curve AS c ON c.show_id = show.id AND c.started_at = show.started_at AND c.ended_at = show.ended_at
    WHERE show.ended_at IS NOT NULL AND show.started_at IS NOT NULL AND show.state NOT IN ('draft', 'rehearsal')
      AND show.id <> ALL(CAST(:but AS text[])) AND NOT EXISTS (SELECT FROM rollup_due AS d WHERE d.show_id = show.id)
      AND (c.show_id IS NULL OR (
          NOT EXISTS (SELECT FROM final_report AS f
                      WHERE f.show_id = show.id AND f.definition_version = :version AND f.acts IS NOT NULL AND f.acts_claim = c.acts_claim)
          AND NOT EXISTS (SELECT FROM sealed_show AS sealed WHERE sealed.show_id = show.id AND sealed.state = 'sealed')))
    ORDER BY show.ended_at DESC LIMIT :most
""")
_OUTSIDE: Final = text("""
    SELECT r.viewer_id FROM rollup AS r JOIN show ON show.id = r.show_id
    WHERE r.show_id = :show AND (r.playing OR r.watched_until > show.ended_at OR r.watched_from < show.started_at)
""")
_STOP: Final = text("UPDATE rollup SET playing = false WHERE show_id = :show AND playing")


async def find_rows_behind(connection: AsyncConnection, shows: Sequence[str]) -> set[str]:
    """Return those of the shows whose rows may not be what the facts come to: they are to be derived, or read from the facts."""
    return set(await connection.scalars(_BEHIND, {"shows": list(shows)})) if shows else set()


async def find_due(connection: AsyncConnection) -> tuple[str, list[str]] | None:
    """Return a show and those of its viewers whose rows are due; None for none."""
    row = (await connection.execute(_DUE)).one_or_none()
    return None if row is None else (row.show_id, row.viewers)


async def find_not_kept(connection: AsyncConnection) -> str | None:
    """Return the newest show whose rows have not been derived, unless many watch it now."""
    found: str | None = await connection.scalar(_NOT_KEPT, {"most": LIVE_ROWS_MAX})
    return found


async def find_old_writers(connection: AsyncConnection, *, everywhere: bool) -> int:
    """Have rows derived that a server of the version before has written, and return how many.

    They are looked for in shows that run or ran a day ago: nothing hard is recorded later. `everywhere`: in all shows.
    """
    return (await connection.execute(_OLD_WRITERS, {"all": everywhere})).rowcount


async def find_ended(
    connection: AsyncConnection, most: int, version: int, but: Collection[str] = ()
) -> list[tuple[str, datetime]]:
    """Return ended shows, the newest first, that are not final by this version of the definitions; settled or not, and none of `but`."""
    given = {"most": most, "version": version, "but": sorted(but)}
    return [(row.id, row.ended_at) for row in await connection.execute(_ENDED, given)]


async def find_uncut(connection: AsyncConnection, show_id: str) -> list[str]:
    """Return the viewers of an ended show whose rows say of watching what lies outside it, or may still go on."""
    return list(await connection.scalars(_OUTSIDE, {"show": show_id}))


async def cut_rows(connection: AsyncConnection, show_id: str) -> None:
    """Cut all rows of a settled show to its start and end, in one pass; whoever writes rows of it waits until the transaction ends."""
    await lock_rows(connection, show_id)
    outside = await find_uncut(connection, show_id)
    await keep_watching(connection, {(show_id, viewer_id) for viewer_id in outside})
    await connection.execute(_STOP, {"show": show_id})
