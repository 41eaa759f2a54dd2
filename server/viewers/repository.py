"""The SQL of sign-in codes."""

from datetime import datetime

from sqlalchemy import delete, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.viewers.tables import SignInCodeRow

_CODE = SignInCodeRow.__table__  # type: ignore[attr-defined]


async def insert_code(connection: AsyncConnection, row: SignInCodeRow) -> None:
    """Keep a code's hash with what it is good for."""
    await connection.execute(insert(_CODE).values(**row.model_dump()))


async def delete_ended_codes(connection: AsyncConnection, now: datetime) -> None:
    """Forget all codes whose time is over."""
    await connection.execute(delete(_CODE).where(_CODE.c.expires_at <= now))


async def take_one_use(connection: AsyncConnection, code_sha256: str, now: datetime) -> SignInCodeRow | None:
    """Use the code once and return its row; None when there is no such code, its time is over, or its uses are.

    One statement, so that two who come at the same time cannot both have the last use.
    """
    statement = (
        update(_CODE)
        .where(_CODE.c.code_sha256 == code_sha256, _CODE.c.expires_at > now, _CODE.c.uses_left > 0)
        .values(uses_left=_CODE.c.uses_left - 1)
        .returning(*_CODE.c)
    )
    found = (await connection.execute(statement)).mappings().one_or_none()
    return None if found is None else SignInCodeRow(**found)
