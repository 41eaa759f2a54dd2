"""The SQL of whose hand-over channels take."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.channels.tables import ChannelRow
from server.shows.tables import WelcomeRow

_CHANNEL = ChannelRow.__table__  # type: ignore[attr-defined]
_WELCOME = WelcomeRow.__table__  # type: ignore[attr-defined]


async def read_welcome(connection: AsyncConnection, channel_id: str) -> WelcomeRow:
    """Return whose hand-over the channel takes; nobody's where it has not said."""
    wanted = select(_WELCOME).where(_WELCOME.c.channel_id == channel_id)
    row = (await connection.execute(wanted)).one_or_none()
    return WelcomeRow(channel_id=channel_id) if row is None else WelcomeRow(**row._mapping)


async def lock_welcome(connection: AsyncConnection, channel_id: str) -> WelcomeRow:
    """The same, while nobody else changes it."""
    fresh = WelcomeRow(channel_id=channel_id).model_dump()
    await connection.execute(upsert(_WELCOME).values(**fresh).on_conflict_do_nothing())
    wanted = select(_WELCOME).where(_WELCOME.c.channel_id == channel_id).with_for_update()
    return WelcomeRow(**(await connection.execute(wanted)).one()._mapping)


async def write_welcome(connection: AsyncConnection, row: WelcomeRow) -> None:
    """Write whose hand-over the channel takes, over what was there."""
    own = _WELCOME.c.channel_id == row.channel_id
    await connection.execute(update(_WELCOME).where(own).values(**row.model_dump()))


async def find_channels(connection: AsyncConnection, ids: Sequence[str]) -> set[str]:
    """Return those of the ids that are channels."""
    return set(await connection.scalars(select(_CHANNEL.c.id).where(_CHANNEL.c.id.in_(list(ids)))))
