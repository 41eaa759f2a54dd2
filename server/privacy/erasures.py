"""Erasures that are asked for while servers run: the person is sent away at once, and erased as soon as nothing about them is under way."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from server.access.principal import Principal
from server.access.revocations import Revocations
from server.access.tokens import Identity
from server.audit.trail import note_by
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.ids import new_id
from server.privacy import erasure_repository as kept
from server.privacy import repository
from server.privacy.erasure_repository import Erasure
from server.privacy.service import Privacy
from server.privacy.tables import ErasureRow
from server.protocol.codes import Code

CLAIMED_FOR = timedelta(minutes=1)
"""After so long another process takes on what one that died had begun."""
AGAIN_AFTER = timedelta(seconds=1)


class Erasures:
    """One process's part. `drop_files` removes the files of exports that name the person."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        privacy: Privacy,
        revocations: Revocations,
        *,
        drop_files: Callable[[], Awaitable[object]],
    ) -> None:
        self._database = database
        self._clock = clock
        self._privacy = privacy
        self._revocations = revocations
        self._drop_files = drop_files

    async def ask_as(self, viewer: Identity) -> ErasureRow:
        """Have the bearer of a viewer's token erased; their sign-ins end at once, on every process.

        Raises `forbidden` for staff, and for a guest who is a customer since: then the customer must ask, with their own token.
        """
        ids = await self._require_own(viewer)
        row = self._asked(viewer.channel_id, viewer.viewer_id)
        return await self._keep(Erasure(row, partly=False), ids)

    async def ask_for(self, by: Principal, viewer_id: str) -> ErasureRow:
        """Have erased what the caller's channel keeps of a viewer; raises `not_found`, and `forbidden` for staff.

        Of a viewer of other channels, too, what those keep stays, and is theirs to erase.
        """
        channel_id = by.channel_id
        ids = await self._privacy.ids_of(viewer_id, channel_id)
        row = self._asked(channel_id, viewer_id)
        row.asked_by, row.asked_by_name = by.id, by.name
        async with self._database.read() as connection:
            everywhere = await repository.read_ids(connection, viewer_id)
            reach = await repository.read_reach(connection, everywhere, channel_id)
        return await self._keep(Erasure(row, partly=reach.channel is not None), ids, by)

    async def look_at(self, channel_id: str, viewer_id: str) -> dict[str, Any]:
        """Return what the channel keeps of a viewer, as `Privacy.hand_out`; raises as `ask_for`."""
        await self._privacy.ids_of(viewer_id, channel_id)
        return await self._privacy.hand_out(viewer_id, channel_id)

    async def hand_out_by(self, by: Principal, viewer_id: str) -> dict[str, Any]:
        """Return the same for an admin to hand on, and note that in the audit."""
        found = await self.look_at(by.channel_id, viewer_id)
        async with self._database.write() as connection:
            await note_by(connection, by, "privacy.hand_out", "", self._clock.now())
        return found

    async def hand_out_to(self, viewer: Identity) -> dict[str, Any]:
        """Return what is kept of the bearer of a viewer's token; raises `not_found`, and `forbidden` as `ask_as`."""
        await self._require_own(viewer)
        return await self._privacy.hand_out(viewer.viewer_id)

    async def find_buyer(self, channel_id: str, order: str) -> str:
        """Return whose an order of the channel is; raises `not_found`."""
        async with self._database.read() as connection:
            found = await kept.find_buyer(connection, channel_id, order)
        if found is None:
            raise RefusedError(Code.NOT_FOUND)
        return found

    async def list_of(self, channel_id: str, *, after: str | None, limit: int) -> list[ErasureRow]:
        """Return the channel's erasures, the newest first."""
        async with self._database.read() as connection:
            return await kept.read_erasures(connection, channel_id, after=after, limit=limit)

    async def run_once(self) -> bool:
        """Carry out the next one that is due and can be; returns whether any was due."""
        now = self._clock.now()
        async with self._database.write() as connection:
            due = await kept.claim(connection, now, now + CLAIMED_FOR)
        if due is None:
            return False
        async with self._database.read() as connection:
            ids = await repository.read_ids(connection, due.row.viewer_id, due.channel)
        quiet = await self._privacy.is_quiet(ids, due.channel)
        if quiet and await self._privacy.is_settled(due.row.asked_at):
            await self._carry_out(due, ids)
        else:
            async with self._database.write() as connection:
                await kept.put_off(connection, due, self._clock.now() + AGAIN_AFTER)
        return True

    def _asked(self, channel_id: str, viewer_id: str) -> ErasureRow:
        now = self._clock.now()
        return ErasureRow(
            id=new_id("e"), channel_id=channel_id, viewer_id=viewer_id, asked_at=now, try_at=now + AGAIN_AFTER
        )

    async def _keep(self, erasure: Erasure, ids: list[str], by: Principal | None = None) -> ErasureRow:
        """Write it down and end the person's sign-ins, of a part those of its channel, once however often it is asked for."""
        row, channel = erasure.row, erasure.channel
        async with self._revocations.ending() as ending:
            if (before := await kept.find_open(ending.connection, ids, channel)) is not None:
                return before
            if by is not None:
                await note_by(ending.connection, by, "privacy.erase", row.id, row.asked_at)
            await kept.insert_erasure(ending.connection, erasure)
            for id in ids:
                await ending.end_person(id, channel_id=channel)
        return row

    async def _carry_out(self, erasure: Erasure, ids: list[str]) -> None:
        done = await self._privacy.erase(ids, channel=erasure.channel)
        now = self._clock.now()
        async with self._database.write() as connection:
            await kept.write_done(connection, erasure, now, ids=done.ids, shows=done.shows, rows=done.rows)
        await self._drop_files()

    async def _require_own(self, viewer: Identity) -> list[str]:
        """Return all ids of the bearer, who may ask for what is kept of them; raises `forbidden`."""
        if viewer.role != "viewer":
            raise RefusedError(Code.FORBIDDEN, "Whoever works for a channel is removed by its admins.")
        async with self._database.read() as connection:
            if await repository.is_staff(connection, [viewer.viewer_id]):
                raise RefusedError(Code.FORBIDDEN, "Whoever works for a channel is removed by its admins.")
            # The device may be another's by now.
            if viewer.guest and await repository.is_somebody(connection, viewer.viewer_id):
                raise RefusedError(
                    Code.FORBIDDEN, "This guest is a customer of the shop: sign in there first."
                )
            return await repository.read_ids(connection, viewer.viewer_id)
