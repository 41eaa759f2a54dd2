"""The merchants' own providers of sign-ins, as admins see and change them."""

from typing import Final

from server.access.principal import Principal
from server.access.sealing import Sealing, UnsealError
from server.audit.trail import note_by
from server.channels.oidc_claims import refused
from server.channels.oidc_discovery import Discoveries
from server.channels.oidc_repository import (
    forget_subjects,
    insert_no_provider_once,
    read_provider,
    read_providers_sealed_otherwise,
    read_sole_channel,
    update_provider,
    write_client_secret,
)
from server.channels.tables import OidcProviderRow
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.http.versions import Match
from server.protocol.codes import Code

NOWHERE: Final = ""
"""The issuer of a channel that has no provider any more: the row stays, so that its versions go on."""


class OidcProviders:
    """One process's part."""

    def __init__(
        self, database: Database, clock: Clock, *, sealing: Sealing, discoveries: Discoveries
    ) -> None:
        self._database = database
        self._clock = clock
        self._sealing = sealing
        self._discoveries = discoveries

    async def look(self, channel_id: str) -> OidcProviderRow:
        """Return the channel's provider; without one, a row whose `issuer` is empty."""
        async with self._database.read_soon() as connection:
            row = await read_provider(connection, channel_id)
        return row or _none_of(channel_id)

    async def find(self, channel_id: str) -> OidcProviderRow:
        """Return the channel's provider; raises `not_found`."""
        row = await self.look(channel_id)
        if row.issuer == NOWHERE:
            raise RefusedError(Code.NOT_FOUND, "This channel has no provider of sign-ins.")
        return row

    async def channel_with_provider(self, channel_id: str | None) -> str | None:
        """Return the channel if it has a provider; without one named, the server's only channel. None: there is nothing to offer."""
        async with self._database.read_soon() as connection:
            asked = channel_id or await read_sole_channel(connection)
            row = await read_provider(connection, asked) if asked else None
        return row.channel_id if row is not None and row.issuer != NOWHERE else None

    async def set(
        self, by: Principal, issuer: str, client_id: str, client_secret: str | None, match: Match
    ) -> OidcProviderRow:
        """Set the channel's provider, once it answers at its issuer; without a secret, the one of before stays.

        Raises `invalid` for one that does not answer, and without a secret that was for this issuer; `conflict` when `match` does not
        admit the version.
        """
        await self._discoveries.test(issuer)
        channel_id = by.channel_id
        async with self._database.write_soon() as connection:
            await insert_no_provider_once(connection, _none_of(channel_id))
            row = await read_provider(connection, channel_id, lock=True)
            assert row is not None, "written above"
            match.require(row.version, row)
            if row.issuer != issuer:
                # The secret of one provider is never sent to another one.
                row.client_secret = ""
                await forget_subjects(connection, channel_id)
            if client_secret is not None:
                row.client_secret = self._sealing.seal(client_secret.encode(), _purpose_of(channel_id))
            if not row.client_secret:
                wrong = {"at": "body/client_secret", "code": "missing", "why": "a new provider needs it"}
                raise RefusedError(Code.INVALID, "The client's secret is missing.", errors=[wrong])
            row.issuer, row.client_id = issuer, client_id
            await update_provider(connection, row)
            details = {"name": issuer, "client": client_id, "new_secret": client_secret is not None}
            await note_by(connection, by, "provider.set", channel_id, self._clock.now(), **details)
        return row

    async def remove(self, by: Principal, match: Match) -> None:
        """Let nobody sign in by a provider any more; who is signed in stays. Raises `conflict` when `match` does not admit the version."""
        channel_id = by.channel_id
        async with self._database.write_soon() as connection:
            row = await read_provider(connection, channel_id, lock=True)
            match.require(row.version if row else 0, row or _none_of(channel_id))
            if row is None or row.issuer == NOWHERE:
                return
            await note_by(connection, by, "provider.removed", channel_id, self._clock.now(), name=row.issuer)
            row.issuer, row.client_id, row.client_secret = NOWHERE, "", ""
            await update_provider(connection, row)
            await forget_subjects(connection, channel_id)

    def secret_of(self, row: OidcProviderRow) -> str:
        """Return the client's secret; raises `unauthenticated` for one that was sealed by a secret of the server's which is no more."""
        try:
            return self._sealing.open(row.client_secret, _purpose_of(row.channel_id)).decode()
        except UnsealError:
            raise refused("client_secret") from None


async def reseal_providers(database: Database, sealing: Sealing) -> None:
    """Seal anew what the server's secret before has sealed of all channels' providers."""
    async with database.write() as connection:
        for row in await read_providers_sealed_otherwise(connection, sealing.mark):
            row.client_secret = sealing.anew(row.client_secret, _purpose_of(row.channel_id))
            await write_client_secret(connection, row)


def _none_of(channel_id: str) -> OidcProviderRow:
    return OidcProviderRow(channel_id=channel_id, issuer=NOWHERE, client_id="", client_secret="", version=0)


def _purpose_of(channel_id: str) -> str:
    return f"oidc {channel_id}"
