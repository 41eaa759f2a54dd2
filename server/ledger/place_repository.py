"""How far each of the ledger's streams is counted: a row for each, which the worker that counts it locks."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.driver import as_json

# A worker that hangs, or whose machine is gone without a word, is waited for no longer than this between two statements.
_LOCK_CURSOR = text("""
    SELECT last_id, set_config('idle_in_transaction_session_timeout', '15s', true)
    FROM ledger_cursor WHERE stream = :stream FOR UPDATE SKIP LOCKED
""")
_LOCK_FREE_CURSORS = text("""
    SELECT stream, last_id FROM ledger_cursor WHERE stream = ANY(CAST(:streams AS text[])) ORDER BY stream FOR UPDATE SKIP LOCKED
""")
_MAKE_CURSORS = text("""
    INSERT INTO ledger_cursor (stream, last_id) SELECT stream, '0-0' FROM unnest(CAST(:streams AS text[])) AS s (stream) ORDER BY stream
    ON CONFLICT DO NOTHING
""")
_COUNT_CURSORS = text("SELECT count(*) FROM ledger_cursor WHERE stream = ANY(CAST(:streams AS text[]))")
# Whoever derives rows in a server of the version before locks all places that there are: none may come while it does.
_KEEP_CURSORS = text("LOCK TABLE ledger_cursor IN EXCLUSIVE MODE")
_SAVE_CURSORS = text("""
    UPDATE ledger_cursor AS c SET last_id = r.last_id, read_until = CASE WHEN r.at_end THEN now() ELSE read_until END
    FROM json_to_recordset(CAST(:rows AS json)) AS r (stream text, last_id text, at_end boolean) WHERE c.stream = r.stream
""")


@dataclass(frozen=True, slots=True)
class Place:
    """How far a stream is counted; `at_end`: there was nothing after it when the transaction began."""

    stream: str
    last_id: str
    at_end: bool


async def make_cursors(connection: AsyncConnection, streams: Collection[str]) -> None:
    """Make the streams' cursors, unless they are there."""
    given = {"streams": sorted(streams)}
    if await connection.scalar(_COUNT_CURSORS, given) < len(streams):
        await connection.execute(_KEEP_CURSORS)
        await connection.execute(_MAKE_CURSORS, given)


async def lock_cursor(connection: AsyncConnection, stream: str) -> str | None:
    """Return the id of the last entry that was counted and keep other workers off until the transaction ends; None: another one works."""
    row = (await connection.execute(_LOCK_CURSOR, {"stream": stream})).one_or_none()
    return None if row is None else row.last_id


async def lock_free_cursors(connection: AsyncConnection, streams: Collection[str]) -> dict[str, str]:
    """Do so for all of the streams at which nobody works, and return their ids by stream."""
    rows = await connection.execute(_LOCK_FREE_CURSORS, {"streams": list(streams)})
    return {row.stream: row.last_id for row in rows}


async def save_cursors(connection: AsyncConnection, places: Iterable[Place]) -> None:
    """Remember how far the streams are counted."""
    await connection.execute(_SAVE_CURSORS, {"rows": as_json(list(places))})
