"""A guest who signs in midway keeps what they did in the show. Nothing is written anew: who reads asks whose it is.

What the guest did stays under the guest's id, in the journal and in the ledger; an alias says that it is the known viewer's, and can be
taken back. Figures go by it (`server.stats.canonical`), and so does what the viewer finds as their own.
"""

from collections.abc import Collection

from server.access.tokens import Identity
from server.clock import Clock
from server.db.engine import Database
from server.ids import new_id
from server.viewers.alias_repository import (
    insert_alias_once,
    read_canonicals,
    read_guests_of,
    take_back_aliases,
)
from server.viewers.tables import ViewerAliasRow


class Aliases:
    """Notes, reads and takes back aliases."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def note(self, show_id: str, guest_id: str, canonical: Identity) -> None:
        """Keep that what the guest did in the show is the known viewer's; for guests of somebody already, and for oneself, nothing is."""
        if canonical.guest or guest_id == canonical.viewer_id:
            return
        row = ViewerAliasRow(
            id=new_id("va"),
            show_id=show_id,
            raw=guest_id,
            canonical=canonical.viewer_id,
            at=self._clock.now(),
        )
        async with self._database.write_soon() as connection:
            await insert_alias_once(connection, row)

    async def guests_of(self, show_id: str, identity: Identity) -> list[str]:
        """Return the guests of the show who are this viewer; a guest is nobody else."""
        if identity.guest:
            return []
        async with self._database.read_soon() as connection:
            return await read_guests_of(connection, show_id, identity.viewer_id)

    async def known_as(self, show_id: str, viewers: Collection[str]) -> dict[str, str]:
        """Return who they are by now, of those of the viewers who were guests of the show before they signed in."""
        async with self._database.read_soon() as connection:
            return await read_canonicals(connection, show_id, viewers)

    async def take_back(self, show_id: str, viewer_id: str) -> None:
        """Let the guests of the show who are this viewer be themselves again; done once or often, it is the same."""
        async with self._database.write_soon() as connection:
            await take_back_aliases(connection, show_id, viewer_id, self._clock.now())
