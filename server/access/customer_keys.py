"""The keys by which a channel's shop signs its customers in, as its admins see and change them."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.customer_claims import purpose_of_pseudonyms, purpose_of_secret
from server.access.customers_repository import (
    end_secret,
    insert_secret,
    insert_source_once,
    read_secrets,
    read_secrets_sealed_otherwise,
    read_source,
    read_sources_sealed_otherwise,
    update_source,
    write_pseudonym_key,
    write_secret,
)
from server.access.noting import Note
from server.access.principal import Principal
from server.access.revocations import Revocations
from server.access.sealing import Sealing, UnsealError
from server.access.tables import CustomerSecretRow, CustomerSourceRow
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.http.outbound import Outbound
from server.http.versions import Match
from server.ids import new_id
from server.journal.intents import Intent, carry_out_once
from server.protocol.codes import Code

PREFIX: Final = "cs_"
SECRET_BYTES: Final = 32
HINT_CHARACTERS: Final = 4
SECRETS_MAX: Final = 2
"""One that signs, and one that is about to, while they are changed over."""


@dataclass(frozen=True, slots=True)
class CustomerSecret:
    """A secret as people see it."""

    id: str
    hint: str
    created_at: datetime
    created_by_name: str


@dataclass(frozen=True, slots=True)
class CustomerSource:
    """What a channel's shop signs with: secrets that are good, the newest first, and the address of its public keys, or none."""

    secrets: list[CustomerSecret]
    jwks_url: str
    version: int


@dataclass(frozen=True, slots=True)
class MadeSecret:
    """A new secret, sealed where the answer is kept to be repeated."""

    id: str
    secret: str


class CustomerKeys:
    """Shows and changes them. Processes that know a key hear of its end within a second."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        revocations: Revocations,
        sealing: Sealing,
        outbound: Outbound,
        *,
        note: Note,
    ) -> None:
        self._note = note
        self._database = database
        self._clock = clock
        self._revocations = revocations
        self._sealing = sealing
        self._outbound = outbound

    async def find(self, channel_id: str) -> CustomerSource:
        """Return what the channel's shop signs with, which may be nothing."""
        async with self._database.read_soon() as connection:
            return await _source_in(connection, channel_id)

    async def add_secret(self, by: Principal, *, intent: Intent | None = None) -> MadeSecret:
        """Return a new secret, good at once beside the one before; raises `too_many` when there are two."""

        async def write(connection: AsyncConnection) -> MadeSecret:
            await self._lock(connection, by.channel_id)
            if len(await read_secrets(connection, by.channel_id)) >= SECRETS_MAX:
                raise RefusedError(
                    Code.TOO_MANY,
                    "Two secrets are good already; end the older one first.",
                    limit=SECRETS_MAX,
                    left=0,
                )
            secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
            made = MadeSecret(new_id("cs"), "")
            made = MadeSecret(made.id, self._sealing.seal(secret.encode(), purpose_of_secret(made.id)))
            await insert_secret(
                connection,
                CustomerSecretRow(
                    id=made.id,
                    channel_id=by.channel_id,
                    secret=made.secret,
                    hint=secret[-HINT_CHARACTERS:],
                    created_at=self._clock.now(),
                    created_by_name=by.name,
                ),
            )
            await self._note(connection, by, "customer_secret.made", made.id, self._clock.now())
            return made

        made = await carry_out_once(self._database, self._clock, intent, MadeSecret, write)
        return MadeSecret(made.id, self._sealing.open(made.secret, purpose_of_secret(made.id)).decode())

    async def end_secret(self, by: Principal, id: str) -> None:
        """End a secret: what it signs is refused by every process within a second; raises `not_found`."""

        async def end(connection: AsyncConnection) -> str:
            if not await end_secret(connection, by.channel_id, id, self._clock.now()):
                raise RefusedError(Code.NOT_FOUND, "This channel has no such secret that is good.")
            await self._note(connection, by, "customer_secret.ended", id, self._clock.now())
            return id

        await self._revocations.end_key(end)

    async def set_address(self, by: Principal, url: str, match: Match) -> CustomerSource:
        """Set where the shop publishes its keys, empty for nowhere. What the keys of before have signed is refused from then on.

        Raises `invalid` for an address that this server does not go to, and `conflict` when `match` does not admit the version.
        """
        if url:
            await self._outbound.require_fit(url)

        async def write(connection: AsyncConnection) -> str:
            row = await self._lock(connection, by.channel_id)
            match.require(row.version, await _source_in(connection, by.channel_id))
            before = row.jwks_id
            row.jwks_url, row.jwks_id = url, new_id("jw") if url else ""
            await update_source(connection, row)
            await self._note(connection, by, "customer_keys.changed", row.jwks_id, self._clock.now(), url=url)
            return before

        await self._revocations.end_key(write)
        return await self.find(by.channel_id)

    async def _lock(self, connection: AsyncConnection, channel_id: str) -> CustomerSourceRow:
        """Return the channel's row, locked, and made if this is the first time."""
        await insert_source_once(
            connection, CustomerSourceRow(channel_id=channel_id, pseudonym_key=self._new_key(channel_id))
        )
        found = await read_source(connection, channel_id, lock=True)
        assert found is not None, "written above"
        try:
            self._sealing.open(found.pseudonym_key, purpose_of_pseudonyms(channel_id))
        except UnsealError:  # the server's secret was changed without the one before
            found.pseudonym_key = self._new_key(channel_id)
            await write_pseudonym_key(connection, found)
        return found

    def _new_key(self, channel_id: str) -> str:
        key = secrets.token_hex(SECRET_BYTES).encode()
        return self._sealing.seal(key, purpose_of_pseudonyms(channel_id))


async def reseal_customer_keys(database: Database, sealing: Sealing) -> None:
    """Seal anew what the server's secret before has sealed of all channels' customer keys."""
    async with database.write() as connection:
        for secret in await read_secrets_sealed_otherwise(connection, sealing.mark):
            secret.secret = sealing.anew(secret.secret, purpose_of_secret(secret.id))
            await write_secret(connection, secret)
        for source in await read_sources_sealed_otherwise(connection, sealing.mark):
            source.pseudonym_key = sealing.anew(
                source.pseudonym_key, purpose_of_pseudonyms(source.channel_id)
            )
            await write_pseudonym_key(connection, source)


async def _source_in(connection: AsyncConnection, channel_id: str) -> CustomerSource:
    row = await read_source(connection, channel_id)
    rows = await read_secrets(connection, channel_id)
    known = [CustomerSecret(each.id, each.hint, each.created_at, each.created_by_name) for each in rows]
    return CustomerSource(known, "" if row is None else row.jwks_url, 1 if row is None else row.version)
