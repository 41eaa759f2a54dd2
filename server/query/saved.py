"""Saving questions: under a name, shared in the channel, every version kept."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from server.audit.trail import Actor, audit_beside
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.http.versions import ANY_VERSION, Match
from server.ids import new_id
from server.journal.intents import Intent, carry_out_once
from server.protocol.codes import Code
from server.query import repository
from server.query.tables import SavedQueryRow, SavedQueryVersionRow

QUERIES_MAX: Final = 200
"""Of a channel."""
VERSIONS_SHOWN: Final = 50


class SavedQueries:
    """Saved questions of all channels; whoever calls says which channel they are from. Ids of other channels are `not_found`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def create(
        self, channel_id: str, by: Actor, name: str, query: dict[str, Any], *, intent: Intent | None = None
    ) -> SavedQueryRow:
        """Save a question under a name; raises `too_many` with `limit`."""
        now = self._clock.now()
        row = SavedQueryRow(
            id=new_id("y"),
            channel_id=channel_id,
            name=name,
            query=query,
            created_by=by.name,
            changed_by=by.name,
            created_at=now,
            changed_at=now,
        )

        async def write(connection: AsyncConnection) -> str:
            if await repository.QUERIES.count(connection, channel_id) >= QUERIES_MAX:
                why = "The channel has as many saved queries as it may have."
                raise RefusedError(Code.TOO_MANY, why, limit=QUERIES_MAX, left=0)
            await repository.insert_query(connection, row)
            await audit_beside(connection, by, "query.created", row.id, now, channel=channel_id, name=name)
            return row.id

        done = await carry_out_once(self._database, self._clock, intent, str, write)
        return await self.find(channel_id, done)

    async def list_of(self, channel_id: str, *, after: str | None, limit: int) -> list[SavedQueryRow]:
        """Return up to `limit` saved questions of the channel, the newest first."""
        async with self._database.read_soon() as connection:
            return await repository.QUERIES.page(connection, channel_id, after=after, limit=limit)

    async def find(self, channel_id: str, query_id: str) -> SavedQueryRow:
        """Return a saved question; raises `not_found`."""
        async with self._database.read_soon() as connection:
            return _known(await repository.QUERIES.find(connection, channel_id, query_id))

    async def versions(self, channel_id: str, query_id: str) -> Sequence[SavedQueryVersionRow]:
        """Return the newest versions of a saved question, the newest first; raises `not_found`."""
        async with self._database.read_soon() as connection:
            _known(await repository.QUERIES.find(connection, channel_id, query_id))
            return await repository.read_versions(connection, query_id, VERSIONS_SHOWN)

    async def change(
        self,
        channel_id: str,
        by: Actor,
        query_id: str,
        changes: dict[str, Any],
        match: Match = ANY_VERSION,
    ) -> SavedQueryRow:
        """Set `name` or `query`, and return the question; raises `not_found`, and `conflict` unless `match` admits its version."""
        async with self._database.write_soon() as connection:
            row = _known(await repository.QUERIES.find(connection, channel_id, query_id, lock=True))
            match.require(row.version, row)
            wanted = {name: value for name, value in changes.items() if getattr(row, name) != value}
            if not wanted:
                return row
            now = self._clock.now()
            whose = {"changed_at": now, "changed_by": by.name}
            await repository.QUERIES.update(connection, query_id, {**wanted, **whose})
            changed = _known(await repository.QUERIES.find(connection, channel_id, query_id))
            await repository.insert_version(connection, changed)
            named = {"channel": channel_id, "name": changed.name}
            await audit_beside(connection, by, "query.changed", query_id, now, **named)
            return changed

    async def remove(self, channel_id: str, by: Actor, query_id: str) -> None:
        """Remove a saved question; raises `not_found`."""
        async with self._database.write_soon() as connection:
            row = _known(await repository.QUERIES.find(connection, channel_id, query_id, lock=True))
            await repository.QUERIES.delete(connection, query_id)
            named = {"channel": channel_id, "name": row.name}
            await audit_beside(connection, by, "query.removed", query_id, self._clock.now(), **named)


def _known(row: SavedQueryRow | None) -> SavedQueryRow:
    if row is None:
        raise RefusedError(Code.NOT_FOUND, "The channel has no such saved query.")
    return row
