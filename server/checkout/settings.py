"""How a channel sells by its checkout: read and set by its own people."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.principal import Principal
from server.audit.trail import note_by
from server.channels.tables import CheckoutSettingsRow
from server.clock import Clock
from server.db.engine import Database
from server.http.versions import ANY_VERSION, Match

_SETTINGS = CheckoutSettingsRow.__table__  # type: ignore[attr-defined]
_READ: Final = "SELECT * FROM checkout_settings WHERE channel_id = :channel"
# Those whose way of being bought follows the channel's.
_FOLLOWING = text(
    "SELECT id FROM product WHERE channel_id = :channel AND parent_id IS NULL AND active AND buying IS NULL ORDER BY rank, id LIMIT :most"
)
TOLD_MAX = 1_000
"""Products of which shows are told that they are bought otherwise now; a show has fewer on its shelf."""

Tell = Callable[[str, Sequence[str]], None]
"""Takes a channel and the ids of its products that changed, after the commit."""


class CheckoutSettings:
    """The settings of all channels. `tell` is called after a commit that changed how products are bought."""

    def __init__(self, database: Database, clock: Clock, tell: Tell) -> None:
        self._database = database
        self._clock = clock
        self._tell = tell

    async def find(self, channel_id: str) -> CheckoutSettingsRow:
        """Return a channel's settings; of one that never had any those of the beginning, as version 0."""
        async with self._database.read_soon() as connection:
            row = (await connection.execute(text(_READ), {"channel": channel_id})).one_or_none()
        return _begun(channel_id) if row is None else CheckoutSettingsRow(**row._mapping)

    async def set(
        self, by: Principal, wanted: Mapping[str, Any], match: Match = ANY_VERSION
    ) -> CheckoutSettingsRow:
        """Set all of it, and return how it stands then; raises `conflict` when `match` does not admit its version."""
        channel_id = by.channel_id
        async with self._database.write_soon() as connection:
            before = await _lock(connection, channel_id)
            match.require(before.version, before)
            changed = sorted(name for name, value in wanted.items() if getattr(before, name) != value)
            if not changed:
                return before
            after = CheckoutSettingsRow(
                **(before.model_dump() | dict(wanted) | {"version": before.version + 1})
            )
            await connection.execute(
                update(_SETTINGS).where(_SETTINGS.c.channel_id == channel_id).values(**after.model_dump())
            )
            await note_by(connection, by, "checkout.changed", channel_id, self._clock.now(), changed=changed)
            following = list(await connection.scalars(_FOLLOWING, {"channel": channel_id, "most": TOLD_MAX}))
        if "buying" in changed and following:
            self._tell(channel_id, following)
        return after


def _begun(channel_id: str) -> CheckoutSettingsRow:
    return CheckoutSettingsRow(channel_id=channel_id, version=0)


async def _lock(connection: AsyncConnection, channel_id: str) -> CheckoutSettingsRow:
    fresh = _begun(channel_id).model_dump()
    await connection.execute(insert(_SETTINGS).values(**fresh).on_conflict_do_nothing())
    row = (await connection.execute(text(f"{_READ} FOR UPDATE"), {"channel": channel_id})).one()
    return CheckoutSettingsRow(**row._mapping)
