"""How a channel screens what viewers write: read and set by its own people."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from server.access.principal import Principal
from server.access.sealing import Sealing, UnsealError
from server.audit.trail import note_by
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.http.versions import ANY_VERSION, Match
from server.protocol.codes import Code
from server.screening.repository import (
    lock_settings,
    read_sealed_otherwise,
    read_settings,
    write_settings,
)
from server.screening.reviewing import purpose_of
from server.screening.rules import Fallback, Settings
from server.screening.tables import ScreeningSettingsRow
from server.webhooks.service import Check
from server.webhooks.signing import as_text, new_secret


@dataclass(frozen=True, slots=True)
class Wish:
    """What a channel's screening is to be; of `settings` the reviewer is left out, whose secret the server makes."""

    settings: Settings
    reviewer_url: str | None
    reviewer_fallback: Fallback

    def columns(self) -> dict[str, Any]:
        """Return it as it is kept."""
        given = self.settings
        return {
            "entries": [{"kind": e.kind, "text": e.text, "does": e.does} for e in given.entries],
            "links": given.links,
            "hosts": list(given.hosts),
            "slow_seconds": given.slow_seconds,
            "newcomers_held": given.newcomers_held,
            "reviewer_url": self.reviewer_url,
            "reviewer_fallback": self.reviewer_fallback,
        }


class ScreeningSettings:
    """The settings of all channels. `changed()` is called behind each change, once it is committed."""

    def __init__(
        self, database: Database, clock: Clock, sealing: Sealing, check: Check, changed: Callable[[], None]
    ) -> None:
        self._database = database
        self._clock = clock
        self._sealing = sealing
        self._check = check
        self._changed = changed

    async def find(self, channel_id: str) -> ScreeningSettingsRow:
        """Return a channel's settings; of one that never had any those of the beginning, as version 0."""
        async with self._database.read_soon() as connection:
            row = await read_settings(connection, channel_id)
        return ScreeningSettingsRow(channel_id=channel_id, version=0) if row is None else row

    async def set(self, by: Principal, wish: Wish, match: Match = ANY_VERSION) -> ScreeningSettingsRow:
        """Set all of it, and return how it stands then; raises `conflict` when `match` does not admit its version.

        A reviewer who is new gets a secret; one who goes leaves none. Raises `invalid` for an address that this server does not go to.
        """
        if wish.reviewer_url is not None:
            await self._check(wish.reviewer_url)
        wanted = wish.columns()
        async with self._database.write_soon() as connection:
            before = await lock_settings(
                connection, ScreeningSettingsRow(channel_id=by.channel_id, version=0)
            )
            match.require(before.version, before)
            changed = sorted(name for name, value in wanted.items() if getattr(before, name) != value)
            if not changed:
                return before
            secret = before.reviewer_secret or self._new_secret(by.channel_id)
            wanted |= {
                "reviewer_secret": secret if wish.reviewer_url else None,
                "version": before.version + 1,
            }
            after = ScreeningSettingsRow(**(before.model_dump() | wanted))
            await write_settings(connection, after)
            await note_by(
                connection, by, "screening.changed", by.channel_id, self._clock.now(), changed=changed
            )
        self._changed()
        return after

    async def secret(self, channel_id: str) -> str:
        """Return what texts for the channel's reviewer are signed with; raises `not_found`, `unavailable`."""
        row = await self.find(channel_id)
        if row.reviewer_secret is None:
            raise RefusedError(Code.NOT_FOUND, "The channel has no reviewer.")
        try:
            return as_text(self._sealing.open(row.reviewer_secret, purpose_of(channel_id)))
        except UnsealError:
            raise RefusedError(
                Code.UNAVAILABLE,
                "The secret cannot be read by this server; make a new one.",
                retry_after_ms=60_000,
            ) from None

    async def renew_secret(self, by: Principal) -> str:
        """Make another secret, which holds at once, and return it; raises `not_found`."""
        async with self._database.write_soon() as connection:
            row = await lock_settings(connection, ScreeningSettingsRow(channel_id=by.channel_id, version=0))
            if row.reviewer_url is None:
                raise RefusedError(Code.NOT_FOUND, "The channel has no reviewer.")
            row.reviewer_secret, row.version = self._new_secret(by.channel_id), row.version + 1
            await write_settings(connection, row)
            await note_by(connection, by, "screening.secret", by.channel_id, self._clock.now())
        self._changed()
        return await self.secret(by.channel_id)

    def _new_secret(self, channel_id: str) -> str:
        return self._sealing.seal(new_secret(), purpose_of(channel_id))


async def reseal_reviewers(database: Database, sealing: Sealing) -> None:
    """Seal anew what the server's secret before has sealed of all channels' reviewers."""
    async with database.write() as connection:
        for row in await read_sealed_otherwise(connection, sealing.mark):
            assert row.reviewer_secret is not None, "those with a secret alone are read"
            row.reviewer_secret = sealing.anew(row.reviewer_secret, purpose_of(row.channel_id))
            row.version += 1
            await write_settings(connection, row)
