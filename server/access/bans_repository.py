"""The SQL of who is banned from which show."""

from typing import Any

from sqlalchemy import ColumnElement, delete, exists, insert, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.roles import STAFF
from server.access.tables import BanRow, StaffMemberRow

_BAN = BanRow.__table__  # type: ignore[attr-defined]
_STAFF = StaffMemberRow.__table__  # type: ignore[attr-defined]


async def read_bans(connection: AsyncConnection, show_id: str) -> list[BanRow]:
    """Return who is banned from the show, the newest first."""
    wanted = select(_BAN).where(_BAN.c.show_id == show_id).order_by(_BAN.c.at.desc(), _BAN.c.viewer_id)
    return [BanRow(**row._mapping) for row in await connection.execute(wanted)]


async def insert_ban(connection: AsyncConnection, row: BanRow) -> None:
    """Keep that somebody is banned."""
    await connection.execute(insert(_BAN).values(**row.model_dump()))


async def delete_ban(connection: AsyncConnection, show_id: str, viewer_id: str) -> None:
    """Keep it no longer."""
    await connection.execute(delete(_BAN).where(_BAN.c.show_id == show_id, _BAN.c.viewer_id == viewer_id))


async def is_staff_member(connection: AsyncConnection, channel_id: str, viewer_id: str) -> bool:
    """Whether the id is that of a member of the channel's staff."""
    wanted = select(_STAFF.c.viewer_id).where(
        _STAFF.c.channel_id == channel_id, _STAFF.c.viewer_id == viewer_id, _STAFF.c.role.in_(STAFF)
    )
    return await connection.scalar(wanted) is not None


def is_banned(show: ColumnElement[Any], viewer_id: str | None) -> ColumnElement[bool]:
    """Return, for a statement about shows, whether the viewer is banned from the one in the row."""
    if viewer_id is None:
        return literal(value=False)
    return exists().where(_BAN.c.show_id == show, _BAN.c.viewer_id == viewer_id)
