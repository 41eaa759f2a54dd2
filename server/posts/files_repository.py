"""The SQL of pictures that are in no post: those that were sent and wait for theirs, and those whose files are to be deleted."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.posts.rules import Picture
from server.posts.tables import PostUploadRow

_UPLOAD = PostUploadRow.__table__  # type: ignore[attr-defined]
_TAKE: Final = text("""
    DELETE FROM post_upload WHERE id = :id AND viewer_id = ANY(:viewers) RETURNING id, width, height
""")
_IS_UPLOAD: Final = text("SELECT EXISTS (SELECT FROM post_upload WHERE id = :id)")
_DROP: Final = text("""
    INSERT INTO dropped_picture (id, due_at) SELECT id, :at FROM unnest(CAST(:ids AS text[])) AS p (id) ON CONFLICT DO NOTHING
""")
_DROP_UNUSED: Final = text("""
    WITH gone AS (DELETE FROM post_upload WHERE at < :before RETURNING id)
    INSERT INTO dropped_picture (id, due_at) SELECT id, :now FROM gone ON CONFLICT DO NOTHING
""")
_CLAIM: Final = text("""
    UPDATE dropped_picture SET due_at = :until WHERE id IN (
        SELECT id FROM dropped_picture WHERE due_at <= :now ORDER BY due_at LIMIT :most FOR UPDATE SKIP LOCKED)
    RETURNING id
""")
_FORGET: Final = text("DELETE FROM dropped_picture WHERE id = ANY(:ids)")


async def insert_upload(connection: AsyncConnection, row: PostUploadRow) -> None:
    """Keep a picture that was sent."""
    await connection.execute(insert(_UPLOAD).values(**row.model_dump()))


async def is_upload(connection: AsyncConnection, id: str) -> bool:
    """Whether a picture that was sent is kept still."""
    return bool(await connection.scalar(_IS_UPLOAD, {"id": id}))


async def take_upload(connection: AsyncConnection, id: str, viewers: Collection[str]) -> Picture | None:
    """Return a picture that one of these ids of one person has sent, for a post: no other one gets it."""
    given = {"id": id, "viewers": list(viewers)}
    row = (await connection.execute(_TAKE, given)).one_or_none()
    return None if row is None else Picture(row.id, row.width, row.height)


async def drop_pictures(connection: AsyncConnection, ids: Collection[str], at: datetime) -> None:
    """Have the files of these pictures deleted."""
    if ids:
        await connection.execute(_DROP, {"ids": list(ids), "at": at})


async def drop_unused(connection: AsyncConnection, before: datetime, now: datetime) -> None:
    """Have deleted what was sent before then and is in no post."""
    await connection.execute(_DROP_UNUSED, {"before": before, "now": now})


async def claim_dropped(connection: AsyncConnection, now: datetime, until: datetime, most: int) -> list[str]:
    """Return pictures whose files are to be deleted now, and keep others from it until then."""
    return list(await connection.scalars(_CLAIM, {"now": now, "until": until, "most": most}))


async def forget_dropped(connection: AsyncConnection, ids: Collection[str]) -> None:
    """Keep no longer that these were to be deleted: they are."""
    await connection.execute(_FORGET, {"ids": list(ids)})
