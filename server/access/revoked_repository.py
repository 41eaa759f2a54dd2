"""The SQL of what was ended before its time. One row's lock hands out numbers, so the order of numbers is that of commits."""

from datetime import datetime

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.tables import RevokedHeadRow, RevokedRow
from server.db.engine import Database

_REVOKED = RevokedRow.__table__  # type: ignore[attr-defined]
_HEAD = RevokedHeadRow.__table__  # type: ignore[attr-defined]


async def insert_revoked(
    connection: AsyncConnection, id: str, *, person: bool, at: datetime, ends_at: datetime
) -> None:
    """Keep that a sign-in, or all of a person's until `at`, are good no more; forgotten after `ends_at`, when none could be."""
    number = (
        await connection.execute(update(_HEAD).values(top=_HEAD.c.top + 1).returning(_HEAD.c.top))
    ).scalar_one()
    statement = upsert(_REVOKED).values(id=id, person=person, at=at, ends_at=ends_at, number=number)
    newest = {
        "number": statement.excluded.number,
        "at": func.greatest(_REVOKED.c.at, statement.excluded.at),
        "ends_at": func.greatest(_REVOKED.c.ends_at, statement.excluded.ends_at),
    }
    await connection.execute(statement.on_conflict_do_update(index_elements=["id", "person"], set_=newest))


async def read_top(database: Database) -> int:
    """Return the newest number, in one round trip."""
    ((top,),) = await database.ask("SELECT top FROM revoked_head")
    return int(str(top))


async def read_revoked_after(connection: AsyncConnection, number: int) -> tuple[int, list[RevokedRow]]:
    """Return the newest number, and what was revoked after `number`; everything if that is from before a restore."""
    top = int((await connection.execute(select(_HEAD.c.top))).scalar_one())
    if top == number:
        return top, []
    after = number if number < top else -1
    rows = await connection.execute(select(_REVOKED).where(_REVOKED.c.number > after))
    return top, [RevokedRow(**row._mapping) for row in rows]


async def delete_ended(connection: AsyncConnection, now: datetime) -> None:
    """Forget what no token could be believed by any more."""
    await connection.execute(text("SET LOCAL lock_timeout = '1s'"))
    await connection.execute(delete(_REVOKED).where(_REVOKED.c.ends_at <= now))
