"""The SQL of exports as jobs."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.rows import read_page
from server.history.tables import ExportJobRow

JOB = cast("Table", ExportJobRow.__table__)  # type: ignore[attr-defined]
_TAKE = text("""
    UPDATE export_job SET state = 'working', taken_at = :now, attempts = attempts + 1, shows_done = 0, rows_done = NULL WHERE id = (
        SELECT id FROM export_job WHERE state = 'waiting' OR (state = 'working' AND taken_at < :before)
        ORDER BY created_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id
""")
_SHOWS = text("""
    SELECT show.id FROM show JOIN channel ON channel.id = show.channel_id
    WHERE show.channel_id = :channel AND show.state IN ('live', 'ended')
      AND show.started_at >= CAST(:first AS timestamp) AT TIME ZONE channel.time_zone
      AND show.started_at < CAST(:behind AS timestamp) AT TIME ZONE channel.time_zone ORDER BY show.started_at, show.id
""")
_OWN = text("SELECT id FROM show WHERE channel_id = :channel AND id = ANY(CAST(:ids AS text[]))")
_COUNT = text("SELECT count(*) FROM export_job WHERE channel_id = :channel")
_FORGET = text("DELETE FROM export_job WHERE created_at < :before")
_KNOWN = text("SELECT id FROM export_job WHERE id = ANY(CAST(:ids AS text[]))")


async def find_shows(connection: AsyncConnection, channel_id: str, first: date, last: date) -> list[str]:
    """Return the channel's shows that began on these days of its time zone, the oldest first."""
    given = {"channel": channel_id, "first": first, "behind": last + timedelta(days=1)}
    return list(await connection.scalars(_SHOWS, given))


async def find_own(connection: AsyncConnection, channel_id: str, ids: Sequence[str]) -> set[str]:
    """Return those of the shows that are the channel's."""
    return set(await connection.scalars(_OWN, {"channel": channel_id, "ids": list(ids)}))


async def count_jobs(connection: AsyncConnection, channel_id: str) -> int:
    """Return how many jobs the channel has."""
    return int(await connection.scalar(_COUNT, {"channel": channel_id}) or 0)


async def insert_job(connection: AsyncConnection, row: ExportJobRow) -> None:
    """Write a new job."""
    await connection.execute(insert(JOB).values(**row.model_dump()))


async def find_job(
    connection: AsyncConnection, job_id: str, channel_id: str | None = None
) -> ExportJobRow | None:
    """Return a job, of the channel where one is given."""
    wanted = select(JOB).where(JOB.c.id == job_id)
    if channel_id is not None:
        wanted = wanted.where(JOB.c.channel_id == channel_id)
    row = (await connection.execute(wanted)).one_or_none()
    return None if row is None else ExportJobRow(**row._mapping)


async def take_job(connection: AsyncConnection, now: datetime, patience: timedelta) -> str | None:
    """Take up the oldest job that waits, or that nobody has told of for so long; None where there is none."""
    found: str | None = await connection.scalar(_TAKE, {"now": now, "before": now - patience})
    return found


async def list_jobs(
    connection: AsyncConnection, channel_id: str, *, after: str | None, limit: int
) -> list[ExportJobRow]:
    """Return up to `limit` jobs of the channel, the newest first, behind `after` where given."""
    wanted = select(JOB).where(JOB.c.channel_id == channel_id).order_by(JOB.c.id.desc())
    if after is not None:
        wanted = wanted.where(JOB.c.id < after)
    return await read_page(
        connection, wanted, JOB.c.id, lambda row: ExportJobRow(**row._mapping), limit=limit
    )


async def set_job(connection: AsyncConnection, job_id: str, **values: Any) -> None:
    """Change a job."""
    await connection.execute(update(JOB).where(JOB.c.id == job_id).values(**values))


async def set_state(
    connection: AsyncConnection, job_id: str, of: Sequence[str], to: str, **values: Any
) -> bool:
    """Take a job from one of these states to another; False where it is in none of them."""
    moved = update(JOB).where(JOB.c.id == job_id, JOB.c.state.in_(of)).values(state=to, **values)
    return bool((await connection.execute(moved)).rowcount)


async def set_working(connection: AsyncConnection, job: ExportJobRow, **values: Any) -> bool:
    """Change a job that is worked on; False where it is not any more, or by somebody else."""
    mine = (JOB.c.id == job.id, JOB.c.state == "working", JOB.c.attempts == job.attempts)
    return bool((await connection.execute(update(JOB).where(*mine).values(**values))).rowcount)


async def forget_jobs(connection: AsyncConnection, before: datetime) -> None:
    """Remove jobs of before."""
    await connection.execute(_FORGET, {"before": before})


async def find_known(connection: AsyncConnection, ids: Sequence[str]) -> set[str]:
    """Return those of the ids that are a job's."""
    return set(await connection.scalars(_KNOWN, {"ids": list(ids)}))
