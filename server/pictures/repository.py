"""All SQL of the pictures."""

from typing import Any, cast

from sqlalchemy import Table, select, tuple_
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.pictures.tables import PictureRow

PICTURE = cast("Table", PictureRow.__table__)  # type: ignore[attr-defined]
_C = PICTURE.c


async def find_picture(connection: AsyncConnection, channel_id: str, id: str) -> PictureRow | None:
    """Return a channel's picture."""
    wanted = select(PICTURE).where(_C.channel_id == channel_id, _C.id == id)
    row = (await connection.execute(wanted)).one_or_none()
    return None if row is None else PictureRow(**row._mapping)


async def insert_picture(connection: AsyncConnection, picture: PictureRow) -> bool:
    """Write a picture, and return whether it was not there yet."""
    statement = upsert(PICTURE).values(**picture.model_dump()).on_conflict_do_nothing()
    return bool((await connection.execute(statement)).rowcount)


async def list_pictures(
    connection: AsyncConnection, channel_id: str, *, after: str | None, limit: int
) -> list[PictureRow]:
    """Return a channel's pictures, the newest first, from behind picture `after`."""
    wanted: Any = select(PICTURE).where(_C.channel_id == channel_id)
    if after is not None:
        place = (
            select(_C.created_at, _C.id).where(_C.channel_id == channel_id, _C.id == after).scalar_subquery()
        )
        wanted = wanted.where(tuple_(_C.created_at, _C.id) < place)
    rows = await connection.execute(wanted.order_by(_C.created_at.desc(), _C.id.desc()).limit(limit))
    return [PictureRow(**row._mapping) for row in rows]
