"""The API keys that a process has seen lately, so that a request with one costs a look-up; and when each was used.

What has ended is not believed for longer: a revocation reaches every process by the road of those of sign-ins (decision 32), and is asked
for at each use.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from server.access.api_keys import PREFIX, hash_of
from server.access.api_keys_repository import note_uses, read_api_key_by_secret
from server.access.principal import Principal
from server.access.tables import ApiKeyRow
from server.access.tokens import Revoked
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.protocol.codes import Code

KNOWN_FOR = timedelta(seconds=60)
KNOWN_MAX = 10_000
USES_WRITTEN_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class _Known:
    principal: Principal
    until: datetime


class KnownKeys:
    """One process's part."""

    def __init__(self, database: Database, clock: Clock, revoked: Revoked) -> None:
        self._database = database
        self._clock = clock
        self._revoked = revoked
        self._known: dict[str, _Known] = {}
        self._uses: dict[str, datetime] = {}

    def recall(self, secret: str) -> Principal | None:
        """Return whose secret this is if that is known here, without waiting, and note the use; raises `token_revoked`."""
        known, now = self._known.get(hash_of(secret)), self._clock.now()
        if known is None or known.until <= now:
            return None
        return self._use(known.principal, now)

    async def look_up(self, secret: str) -> Principal:
        """Return whose secret this is as SQL says, and note the use; raises `unauthenticated` and `token_revoked`."""
        hashed = hash_of(secret)
        async with self._database.read_soon() as connection:
            row = await read_api_key_by_secret(connection, hashed)
        if row is None:
            raise RefusedError(Code.UNAUTHENTICATED, "There is no such API key.")
        if row.revoked_at is not None:
            raise _ended(row.id)
        now = self._clock.now()
        if len(self._known) >= KNOWN_MAX:
            self._known.clear()
        self._known[hashed] = _Known(_as_principal(row), now + KNOWN_FOR)
        return self._use(self._known[hashed].principal, now)

    def _use(self, principal: Principal, now: datetime) -> Principal:
        if self._revoked.holds(principal.id, principal.id, 0):
            raise _ended(principal.id)
        self._uses[principal.id] = now
        return principal

    async def write_uses(self) -> None:
        """Keep when each key was used last, if it was since the last time; called once a minute, and at the end."""
        uses, self._uses = self._uses, {}
        if uses:
            async with self._database.write_soon() as connection:
                await note_uses(connection, uses)


def is_api_key(credentials: str) -> bool:
    """Whether what came as a bearer's token is an API key's secret: no token of ours begins so."""
    return credentials.startswith(PREFIX)


def _as_principal(row: ApiKeyRow) -> Principal:
    return Principal(row.channel_id, row.id, row.name, "key", row.id, frozenset(row.scopes))


def _ended(id: str) -> RefusedError:
    refused = RefusedError(Code.TOKEN_REVOKED, "This API key was revoked.")
    refused.about = id
    return refused
