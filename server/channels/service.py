"""Channels: read and changed by their own people."""

from collections.abc import Callable, Mapping
from typing import Any

from server.access.principal import Principal
from server.audit.trail import note_by
from server.channels.repository import read_channel, update_channel
from server.channels.rules import require_cart
from server.channels.tables import ChannelRow
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.http.versions import ANY_VERSION, Match
from server.protocol.codes import Code


def _tell_nobody() -> None:
    """What a command beside the servers does; they find it by themselves."""


class Channels:
    """The channels of one database. `changed()` is called behind each change, once it is committed."""

    def __init__(self, database: Database, clock: Clock, changed: Callable[[], None] = _tell_nobody) -> None:
        self._database = database
        self._clock = clock
        self._changed = changed

    async def find(self, channel_id: str) -> ChannelRow:
        """Return the channel; raises `not_found`."""
        async with self._database.read_soon() as connection:
            return _found(await read_channel(connection, channel_id))

    async def change(
        self, by: Principal, changes: Mapping[str, Any], match: Match = ANY_VERSION
    ) -> ChannelRow:
        """Set what `changes` names, and return the channel as it stands then; what stays the same changes nothing.

        The values must have been looked at before (`server.channels.rules`). Raises `not_found`, and
        `conflict` when `match` does not admit its version.
        """
        channel_id = by.channel_id
        async with self._database.write_soon() as connection:
            channel = _found(await read_channel(connection, channel_id, locked=True))
            match.require(channel.version, channel)
            require_cart(*(changes.get(name, getattr(channel, name)) for name in ("order_taker", "cart_url")))
            changed = {name: value for name, value in changes.items() if getattr(channel, name) != value}
            if changed:
                channel = await update_channel(connection, channel_id, changed)
                details = {"name": channel.name, "changed": sorted(changed)}
                await note_by(connection, by, "channel.changed", channel_id, self._clock.now(), **details)
        if changed:
            self._changed()
        return channel


def _found(channel: ChannelRow | None) -> ChannelRow:
    if channel is None:
        raise RefusedError(Code.NOT_FOUND, "There is no such channel.")
    return channel
