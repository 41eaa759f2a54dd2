"""Reading what is sealed: copied back into SQL before anything of it changes, or laid over the tables for one reader."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.engine import Database
from server.sealing import places, repository
from server.sealing.kinds import RAW, TABLES, Kind
from server.sealing.parquet_repository import read_into, working_folder

TRIES = 3
_UNCLAIM = text("DELETE FROM sealed_show WHERE show_id = :show AND state = 'writing'")
_LOOSE = "CREATE TEMP TABLE sealed_{table} (LIKE public.{table} INCLUDING DEFAULTS) ON COMMIT DROP"
_IS_LAID = text("SELECT to_regclass('pg_temp.sealed_until') IS NOT NULL")
_ANALYZES = ("ANALYZE pg_temp.sealed_ledger_entry", "ANALYZE pg_temp.sealed_playing")
_INDEXES = (
    "CREATE INDEX ON pg_temp.sealed_ledger_entry (show_id, kind)",
    "CREATE INDEX ON pg_temp.sealed_playing (show_id, viewer_id)",
    *_ANALYZES,
)
# A name in the session's own schema hides the table of that name: statements read on as they are.
_OVER = {
    "ledger_entry": """
        CREATE TEMP VIEW ledger_entry AS
            SELECT e.* FROM public.ledger_entry AS e
            WHERE NOT EXISTS (SELECT FROM pg_temp.sealed_until AS u WHERE u.show_id = e.show_id AND e.id <= u.last_entry)
            UNION ALL SELECT * FROM pg_temp.sealed_ledger_entry
    """,
    "playing": """
        CREATE TEMP VIEW playing AS
            SELECT p.* FROM public.playing AS p WHERE NOT EXISTS (SELECT FROM pg_temp.sealed_until AS u WHERE u.show_id = p.show_id)
            UNION ALL SELECT * FROM pg_temp.sealed_playing
    """,
}


async def unseal(connection: AsyncConnection, show_ids: Collection[str]) -> list[str]:
    """Copy the raw rows of those of the shows that are sealed back into SQL, in the caller's transaction; return which they were.

    Whoever changes facts of a show from raw rows calls this first; a show that is just being sealed is not, then.
    """
    if not show_ids:
        return []
    await repository.open_channels(connection, show_ids)
    done = []
    for row in await repository.lock_sealed(connection, show_ids):
        if row.state == "writing":
            await connection.execute(_UNCLAIM, {"show": row.show_id})
            continue
        await repository.take_over(connection, row)
        await _copy_in(connection, row, {kind: TABLES[kind] for kind in RAW})
        done.append(row.show_id)
    return done


@asynccontextmanager
async def facts_around(
    database: Database, show_id: str, window: timedelta = timedelta(0)
) -> AsyncIterator[AsyncConnection]:
    """Yield `Database.read()` in which a show's raw rows can be read, sealed or not, and those of shows within `window` of it."""
    async with database.read() as connection:
        sealed = await repository.read_around(connection, show_id, window)
        if not sealed:
            yield connection
            return
    async with facts_of(database, [row.show_id for row in sealed]) as connection:
        yield connection


@asynccontextmanager
async def facts_of(database: Database, show_ids: Collection[str]) -> AsyncIterator[AsyncConnection]:
    """Yield a connection of one moment in which the raw rows of these sealed shows lie over those in SQL."""
    for attempt in range(1, TRIES + 1):
        async with database.undone() as connection:
            try:
                await lay_over(connection, show_ids)
            except FileNotFoundError:  # brought back into SQL, or renamed, since this moment was taken
                if attempt == TRIES:
                    raise
                continue
            yield connection
            return


async def lay_over(connection: AsyncConnection, show_ids: Collection[str]) -> None:
    """Lay the raw rows of those of the shows that are sealed over the tables, until the connection's transaction is undone."""
    sealed = await repository.read_those(connection, show_ids)
    if sealed:
        await _lay(connection, sealed, await _laid(connection))


@asynccontextmanager
async def laid_over(connection: AsyncConnection, show_ids: Collection[str]) -> AsyncIterator[None]:
    """Lay the raw rows of those of the shows that are sealed over the tables for the block, in a transaction that will be undone.

    Those that lie there already stay. Raises `FileNotFoundError` where a show was brought back into SQL since this moment.
    """
    sealed = await repository.read_those(connection, show_ids)
    laid = await _laid(connection) if sealed else None
    lacking = [row for row in sealed if row.show_id not in (laid or ())]
    if not lacking:
        yield
        return
    await connection.execute(text("SAVEPOINT laid_over"))
    await _lay(connection, lacking, laid)
    yield
    await connection.execute(text("ROLLBACK TO SAVEPOINT laid_over"))


async def _laid(connection: AsyncConnection) -> set[str] | None:
    """Return the shows whose rows lie over the tables; None where nothing does."""
    if not await connection.scalar(_IS_LAID):
        return None
    return set(await connection.scalars(text("SELECT show_id FROM pg_temp.sealed_until")))


async def _lay(connection: AsyncConnection, sealed: Sequence[Row[Any]], laid: set[str] | None) -> None:
    if laid is None:
        await connection.execute(
            text("CREATE TEMP TABLE sealed_until (show_id text, last_entry bigint) ON COMMIT DROP")
        )
        for kind in RAW:
            await connection.execute(text(_LOOSE.format(table=TABLES[kind])))
    await connection.execute(
        text("INSERT INTO sealed_until VALUES (:show_id, :last_entry)"),
        [{"show_id": row.show_id, "last_entry": row.last_entry} for row in sealed],
    )
    for row in sealed:
        await _copy_in(connection, row, {kind: f"pg_temp.sealed_{TABLES[kind]}" for kind in RAW})
    for statement in (*_INDEXES, *_OVER.values()) if laid is None else _ANALYZES:
        await connection.execute(text(statement))


async def _copy_in(connection: AsyncConnection, row: Row[Any], tables: dict[Kind, str]) -> None:
    with working_folder() as folder:
        for kind, table in tables.items():
            key = places.key_of(row.channel_id, row.show_id, kind, row.generation)
            file = await asyncio.to_thread(places.fetch, row.base, key, folder)
            await read_into(connection, kind, file, table)
