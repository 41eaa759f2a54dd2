"""All SQL of channels."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.channels.tables import ChannelRow

_CHANNEL = ChannelRow.__table__  # type: ignore[attr-defined]


async def channel_exists(connection: AsyncConnection, channel_id: str) -> bool:
    """Whether there is such a channel."""
    return await connection.scalar(select(_CHANNEL.c.id).where(_CHANNEL.c.id == channel_id)) is not None


async def read_channel_name(connection: AsyncConnection, channel_id: str) -> str:
    """Return what the channel is called."""
    return str(await connection.scalar(select(_CHANNEL.c.name).where(_CHANNEL.c.id == channel_id)))
