"""All SQL of channels."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.channels.tables import ChannelRow

_CHANNEL = ChannelRow.__table__  # type: ignore[attr-defined]


async def read_channel(
    connection: AsyncConnection, channel_id: str, *, locked: bool = False
) -> ChannelRow | None:
    """Return a channel, None when there is none; `locked`: nobody else changes it until the transaction ends."""
    wanted = select(_CHANNEL).where(_CHANNEL.c.id == channel_id)
    found = (
        await connection.execute(wanted.with_for_update(key_share=True) if locked else wanted)
    ).one_or_none()
    return None if found is None else ChannelRow(**found._mapping)


async def read_guests_allowed(connection: AsyncConnection, channel_id: str) -> bool | None:
    """Return whether new shows of the channel take guests unless they say otherwise; None for no such channel."""
    wanted = select(_CHANNEL.c.guests_allowed).where(_CHANNEL.c.id == channel_id)
    found: bool | None = await connection.scalar(wanted)
    return found


async def channel_exists(connection: AsyncConnection, channel_id: str) -> bool:
    """Whether there is such a channel."""
    return await connection.scalar(select(_CHANNEL.c.id).where(_CHANNEL.c.id == channel_id)) is not None


async def read_channel_name(connection: AsyncConnection, channel_id: str) -> str:
    """Return what the channel is called."""
    return str(await connection.scalar(select(_CHANNEL.c.name).where(_CHANNEL.c.id == channel_id)))


async def read_channels(connection: AsyncConnection) -> list[ChannelRow]:
    """Return all channels, the oldest first."""
    wanted = select(_CHANNEL).order_by(_CHANNEL.c.created_at, _CHANNEL.c.id)
    return [ChannelRow(**row._mapping) for row in await connection.execute(wanted)]


async def any_channel(connection: AsyncConnection) -> bool:
    """Whether there is a channel."""
    return await connection.scalar(select(_CHANNEL.c.id).limit(1)) is not None


async def read_order_taker(connection: AsyncConnection, channel_id: str) -> str:
    """Return who takes the channel's orders: `showfloor` or `shop`."""
    return str(await connection.scalar(select(_CHANNEL.c.order_taker).where(_CHANNEL.c.id == channel_id)))


async def insert_channel(connection: AsyncConnection, row: ChannelRow) -> None:
    """Write a new channel."""
    await connection.execute(insert(_CHANNEL).values(**row.model_dump()))


async def update_channel(
    connection: AsyncConnection, channel_id: str, changes: Mapping[str, Any]
) -> ChannelRow:
    """Set columns of a channel, count its version up, and return the row as it stands then."""
    changed = (
        update(_CHANNEL)
        .where(_CHANNEL.c.id == channel_id)
        .values(**changes, version=_CHANNEL.c.version + 1)
        .returning(*_CHANNEL.c)
    )
    return ChannelRow(**(await connection.execute(changed)).one()._mapping)
