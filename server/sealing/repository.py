"""All SQL of sealing: who is sealed, claims, people's numbers, and what leaves SQL."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.sealing.kinds import KEPT_KINDS

# The lock that also guards final reports (`server.ledger.final`): who changes facts of a channel's shows has it shared.
_LOCK_SHARED = text("""
    SELECT pg_advisory_xact_lock_shared(hashtextextended('final reports ' || channel_id, 0))
    FROM (SELECT DISTINCT channel_id FROM show WHERE id = ANY(:shows) ORDER BY channel_id) AS c
""")
_TRY_LOCK = text("""
    SELECT pg_try_advisory_xact_lock(hashtextextended('final reports ' || channel_id, 0)) FROM show WHERE id = :show
""")
_LOCK_HEAD = text("SELECT FROM journal_head WHERE show_id = :show FOR UPDATE SKIP LOCKED")
_SHOW = text("SELECT id, channel_id, state, ended_at FROM show WHERE id = :show")
_SEALED = text(
    "SELECT * FROM sealed_show WHERE show_id = ANY(:shows) AND state <> 'unsealed' ORDER BY show_id FOR UPDATE"
)
_THOSE = text("SELECT * FROM sealed_show WHERE show_id = ANY(:shows) AND state = 'sealed' ORDER BY show_id")
_READ = text(
    "SELECT * FROM sealed_show WHERE CAST(:show AS text) IS NULL OR show_id = :show ORDER BY show_id"
)
_AROUND = text("""
    SELECT s.* FROM show AS asked JOIN show AS other ON other.channel_id = asked.channel_id
    JOIN sealed_show AS s ON s.show_id = other.id
    WHERE asked.id = :show AND s.state = 'sealed'
      AND (other.id = asked.id OR other.started_at BETWEEN asked.started_at - CAST(:window AS interval)
                                                       AND asked.started_at + CAST(:window AS interval))
    ORDER BY s.show_id
""")
_CLAIM = text("""
    INSERT INTO sealed_show AS s (show_id, channel_id, state, claim, base, generation, last_entry, entries, playing, people, bytes, at)
    SELECT id, channel_id, 'writing', :claim, :base, 1, 0, 0, 0, 0, 0, :now FROM show WHERE id = :show
    ON CONFLICT (show_id) DO UPDATE SET
        state = 'writing', claim = excluded.claim, base = excluded.base, generation = s.generation + 1, at = excluded.at
    WHERE s.state = 'unsealed' OR (s.state = 'writing' AND s.at < CAST(:now AS timestamptz) - interval '1 hour')
    RETURNING s.*
""")
_NUMBER_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('sealed people', 0))")
_NUMBER = text("""
    INSERT INTO sealed_person (viewer_id) SELECT viewer_id FROM rollup AS r WHERE show_id = :show
      AND NOT EXISTS (SELECT FROM sealed_person AS p WHERE p.viewer_id = r.viewer_id) ORDER BY viewer_id
""")
_LAST_ENTRY = text("SELECT coalesce(max(id), 0) FROM ledger_entry WHERE show_id = :show")
_FINISH = text("""
    UPDATE sealed_show SET state = 'sealed', last_entry = :last_entry, entries = :entries, playing = :playing, people = :people,
           bytes = :bytes, reactions = CAST(:reactions AS jsonb), at = :now
    WHERE show_id = :show AND claim = :claim AND state = 'writing' RETURNING show_id
""")
_UNCLAIM = text("DELETE FROM sealed_show WHERE show_id = :show AND claim = :claim AND state = 'writing'")
_DROP_ENTRIES = text("""
    DELETE FROM ledger_entry WHERE ctid = ANY(ARRAY(
        SELECT e.ctid FROM ledger_entry AS e JOIN sealed_show AS s ON s.show_id = e.show_id
        WHERE e.show_id = :show AND s.state = 'sealed' AND e.id <= s.last_entry AND e.kind <> ALL(:kept) LIMIT :most))
""")
_DROP_PLAYING = text("""
    DELETE FROM playing WHERE ctid = ANY(ARRAY(
        SELECT p.ctid FROM playing AS p JOIN sealed_show AS s ON s.show_id = p.show_id
        WHERE p.show_id = :show AND s.state = 'sealed' LIMIT :most))
""")
_TAKE_OVER = (
    text("DELETE FROM ledger_entry WHERE show_id = :show AND id <= :last_entry"),
    text("DELETE FROM playing WHERE show_id = :show"),
)
_UNSEALED = text("UPDATE sealed_show SET state = 'unsealed' WHERE show_id = :show")
_FORGET = text("DELETE FROM sealed_show WHERE show_id = :show AND state = 'unsealed' AND claim = :claim")
_MOVE_ON = text("UPDATE sealed_show SET generation = generation + 1, bytes = :bytes WHERE show_id = :show")
_DUE = text("""
    SELECT show.id FROM show LEFT JOIN sealed_show AS s ON s.show_id = show.id AND s.state = 'sealed'
    WHERE show.state = 'ended' AND show.ended_at < :before AND s.show_id IS NULL
      AND EXISTS (SELECT FROM rollup WHERE rollup.show_id = show.id) ORDER BY show.ended_at LIMIT :most
""")


async def open_channels(connection: AsyncConnection, show_ids: Collection[str]) -> None:
    """Say that facts of these shows change: nobody begins to seal one of their channels' until the transaction ends."""
    await connection.execute(_LOCK_SHARED, {"shows": sorted(show_ids)})


async def lock_sealed(connection: AsyncConnection, show_ids: Collection[str]) -> Sequence[Row[Any]]:
    """Return and lock the rows of those of the shows that are sealed, or being sealed."""
    return (await connection.execute(_SEALED, {"shows": sorted(show_ids)})).all()


async def read_those(connection: AsyncConnection, show_ids: Collection[str]) -> Sequence[Row[Any]]:
    """Return the rows of those of the shows that are sealed."""
    return (await connection.execute(_THOSE, {"shows": sorted(show_ids)})).all()


async def read_sealed(connection: AsyncConnection, show_id: str | None = None) -> Sequence[Row[Any]]:
    """Return the row of a show, or all, in whatever state."""
    return (await connection.execute(_READ, {"show": show_id})).all()


async def read_around(connection: AsyncConnection, show_id: str, window: timedelta) -> Sequence[Row[Any]]:
    """Return the show's row and those of the channel's shows that began within `window` of it, of those that are sealed."""
    return (await connection.execute(_AROUND, {"show": show_id, "window": window})).all()


async def find_show(connection: AsyncConnection, show_id: str) -> Row[Any] | None:
    """Return what sealing asks of a show."""
    return (await connection.execute(_SHOW, {"show": show_id})).one_or_none()


async def claim(
    connection: AsyncConnection, show_id: str, claim_id: str, base: str, now: datetime
) -> Row[Any] | None:
    """Announce that a show is being sealed, if nothing about it is under way; None else, and when it is sealed.

    Who has been at it for an hour is taken for dead.
    """
    given = {"show": show_id}
    if not await connection.scalar(_TRY_LOCK, given):
        return None
    if (await connection.execute(_LOCK_HEAD, given)).first() is None:
        return None
    return (
        await connection.execute(_CLAIM, {**given, "claim": claim_id, "base": base, "now": now})
    ).one_or_none()


async def number_people(connection: AsyncConnection, show_id: str) -> None:
    """Give a number to each viewer of the show who has none. Numbers are dense."""
    await connection.execute(_NUMBER_LOCK)
    await connection.execute(_NUMBER, {"show": show_id})


async def read_last_entry(connection: AsyncConnection, show_id: str) -> int:
    """Return the number of the show's newest entry."""
    return int(await connection.scalar(_LAST_ENTRY, {"show": show_id}) or 0)


async def finish(connection: AsyncConnection, given: dict[str, Any]) -> bool:
    """Say that a show is sealed; False where a change has taken the claim away."""
    return (await connection.execute(_FINISH, given)).first() is not None


async def give_up(connection: AsyncConnection, show_id: str, claim_id: str) -> None:
    """Take a claim back."""
    await connection.execute(_UNCLAIM, {"show": show_id, "claim": claim_id})


async def drop_rows(connection: AsyncConnection, show_id: str, most: int) -> int:
    """Delete at most so many raw rows that the files of a sealed show hold, of each kind; return how many that were."""
    given = {"show": show_id, "most": most}
    entries = await connection.execute(_DROP_ENTRIES, {**given, "kept": list(KEPT_KINDS)})
    return entries.rowcount + (await connection.execute(_DROP_PLAYING, given)).rowcount


async def take_over(connection: AsyncConnection, row: Row[Any]) -> None:
    """Delete what is left in SQL of that which the files hold, before they are copied in; and say that SQL holds all."""
    for statement in _TAKE_OVER:
        await connection.execute(statement, {"show": row.show_id, "last_entry": row.last_entry})
    await connection.execute(_UNSEALED, {"show": row.show_id})


async def forget(connection: AsyncConnection, row: Row[Any]) -> None:
    """Delete the row of a show whose files are gone, unless it is being sealed again."""
    await connection.execute(_FORGET, {"show": row.show_id, "claim": row.claim})


async def move_on(connection: AsyncConnection, show_id: str, bytes: int) -> None:
    """Say that the show's files are those of the next generation."""
    await connection.execute(_MOVE_ON, {"show": show_id, "bytes": bytes})


async def find_due(connection: AsyncConnection, before: datetime, most: int) -> list[str]:
    """Return shows that ended before then and are not sealed, the oldest first."""
    return list(await connection.scalars(_DUE, {"before": before, "most": most}))
