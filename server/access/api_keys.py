"""API keys: what a program of the merchant's acts with. Shown once, kept as a hash, ended on every process within a second.

SHA-256 without salt or stretching is right here, though it would not be for a password: a secret is 256 random bits, so there is no list
of likely ones to try, and each request has to be answered without 50 ms of hashing.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.api_keys_repository import (
    insert_api_key,
    read_api_key,
    read_api_keys,
    update_api_key,
)
from server.access.noting import Note
from server.access.principal import Principal
from server.access.revocations import Revocations
from server.access.sealing import Sealing
from server.access.tables import ApiKeyRow
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.http.versions import Match
from server.ids import new_id
from server.journal.intents import Intent, carry_out_once
from server.protocol.codes import Code
from server.text import clean_line

PREFIX: Final = "sk_"
"""By which a key is told from a token, and found by whoever searches a repository for secrets that should not be there."""
SECRET_BYTES: Final = 32
HINT_CHARACTERS: Final = 4
API_KEY_NAME_CHARACTERS_MAX: Final = 60


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as people see it; `hint` is the end of its secret."""

    id: str
    name: str
    scopes: list[str]
    hint: str
    created_at: datetime
    created_by: str
    created_by_name: str
    last_used_at: datetime | None
    revoked_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class Made:
    """A new key with its secret, which is sealed where the answer is kept to be repeated."""

    api_key: ApiKey
    secret: str


class ApiKeys:
    """Makes, lists, renames and revokes the keys of a channel. An id of another channel is `not_found`."""

    def __init__(
        self, database: Database, clock: Clock, revocations: Revocations, sealing: Sealing, note: Note
    ) -> None:
        self._database = database
        self._note = note
        self._clock = clock
        self._revocations = revocations
        self._sealing = sealing

    async def make(
        self, by: Principal, name: str, scopes: Sequence[str], *, intent: Intent | None = None
    ) -> Made:
        """Return a new key with its secret, which can be had by the same intent for as long as that is kept, and not later.

        Raises `invalid` for a name that holds nothing visible or too much.
        """
        shown = clean_line(name, characters_max=API_KEY_NAME_CHARACTERS_MAX)

        async def write(connection: AsyncConnection) -> Made:
            secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
            row = ApiKeyRow(
                id=new_id("ak"),
                channel_id=by.channel_id,
                name=shown,
                scopes=sorted(set(scopes)),
                secret_sha256=hash_of(secret),
                hint=secret[-HINT_CHARACTERS:],
                created_at=self._clock.now(),
                created_by=by.id,
                created_by_name=by.name,
            )
            await insert_api_key(connection, row)
            await self._note(
                connection, by, "key.made", row.id, row.created_at, name=row.name, scopes=row.scopes
            )
            return Made(as_api_key(row), self._sealing.seal(secret.encode(), _purpose_of(row.id)))

        made = await carry_out_once(self._database, self._clock, intent, Made, write)
        return Made(made.api_key, self._sealing.open(made.secret, _purpose_of(made.api_key.id)).decode())

    async def list_of(self, channel_id: str, *, after: str | None, limit: int) -> list[ApiKey]:
        """Return the channel's keys, revoked ones too, the newest first."""
        async with self._database.read_soon() as connection:
            rows = await read_api_keys(connection, channel_id, after=after, limit=limit)
        return [as_api_key(row) for row in rows]

    async def find(self, channel_id: str, id: str) -> ApiKey:
        """Return a key of the channel; raises `not_found`."""
        async with self._database.read_soon() as connection:
            return as_api_key(_found(await read_api_key(connection, channel_id, id)))

    async def lock(self, connection: AsyncConnection, channel_id: str, id: str) -> ApiKeyRow:
        """Return a key's row, locked; raises `not_found`."""
        return _found(await read_api_key(connection, channel_id, id, lock=True))

    async def rename(self, by: Principal, id: str, name: str, match: Match) -> ApiKey:
        """Call a key otherwise; raises `not_found`, `invalid`, and `conflict` when `match` does not admit its version."""
        shown = clean_line(name, characters_max=API_KEY_NAME_CHARACTERS_MAX)
        async with self._database.write_soon() as connection:
            row = await self.lock(connection, by.channel_id, id)
            match.require(row.version, as_api_key(row))
            before, row.name = row.name, shown
            details = {"name": shown, "from": before}
            await self._note(connection, by, "key.renamed", row.id, self._clock.now(), **details)
            await update_api_key(connection, row)
        return as_api_key(row)

    async def revoke(self, by: Principal, id: str) -> ApiKey:
        """End a key: every process refuses it within a second. One that has ended already stays as it is; raises `not_found`."""
        ended: list[ApiKeyRow] = []

        async def end(connection: AsyncConnection) -> str:
            row = await self.lock(connection, by.channel_id, id)
            if row.revoked_at is None:
                row.revoked_at = self._clock.now()
                await self._note(connection, by, "key.revoked", row.id, row.revoked_at, name=row.name)
                await update_api_key(connection, row)
            ended[:] = [row]
            return id

        await self._revocations.end_key(end)
        return as_api_key(ended[0])


def hash_of(secret: str) -> str:
    """Return by what a secret is found."""
    return hashlib.sha256(secret.encode()).hexdigest()


def as_api_key(row: ApiKeyRow) -> ApiKey:
    """Return a row as people see it."""
    return ApiKey(**row.model_dump(exclude={"channel_id", "secret_sha256"}))


def _purpose_of(id: str) -> str:
    return f"api key {id}"


def _found(row: ApiKeyRow | None) -> ApiKeyRow:
    if row is None:
        raise RefusedError(Code.NOT_FOUND, "This channel has no such key.")
    return row
