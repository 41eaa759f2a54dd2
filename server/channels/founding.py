"""How a channel begins: by the terminal, or by the owner's link, which makes the first one together with its admin."""

from datetime import timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.audit.trail import Actor, audit_beside
from server.channels.hashing import OF_A_PERSON, Hashing
from server.channels.invitations_repository import (
    delete_ended_invitations,
    insert_invitation,
    read_by_code,
    wait_to_found,
)
from server.channels.links import OWNER_LIFETIME, Links, explain, hash_of, is_open, use
from server.channels.people import add_person
from server.channels.repository import any_channel, insert_channel
from server.channels.rules import Newcomer, Plan
from server.channels.sessions import Sessions, SignedIn, Whence
from server.channels.tables import ChannelRow
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.ids import new_id
from server.journal.intents import carry_out_once, intent_of
from server.protocol.codes import Code

LINKS_KEPT = timedelta(days=30)
"""How long after its end who comes by a link is told what became of it."""


class Founding:
    """Makes channels."""

    def __init__(
        self, database: Database, clock: Clock, *, links: Links, sessions: Sessions, hashing: Hashing
    ) -> None:
        self._database = database
        self._clock = clock
        self._links = links
        self._sessions = sessions
        self._hashing = hashing

    async def found(
        self, code: str, plan: Plan, owner: Newcomer, whence: Whence, *, key: str | None = None
    ) -> SignedIn:
        """Make the first channel and its admin by the owner's link, all or nothing, and sign the admin in.

        The same code and key get the same again. Raises `unauthenticated` for a link that does not work (any more), or when there
        is a channel, `invalid` for the password.
        """
        now = self._clock.now()
        async with self._database.read_soon() as connection:
            link = await read_by_code(connection, hash_of(code))
        stored = ""
        if is_open(link, "owner", now):
            own = (plan.name, owner.name, owner.email)
            stored = await self._hashing.choose(owner.password, own, at=OF_A_PERSON)
        elif key is None:
            raise explain(link, "owner", now)

        async def once(connection: AsyncConnection) -> str:
            return await self._found(connection, code, plan, owner, stored=stored, whence=whence)

        intent = intent_of(f"code_{hash_of(code)}", key, "POST /v1/channels", plan, owner.name, owner.email)
        return await self._sessions.resume(
            await carry_out_once(self._database, self._clock, intent, str, once)
        )

    async def _found(
        self,
        connection: AsyncConnection,
        code: str,
        plan: Plan,
        owner: Newcomer,
        *,
        stored: str,
        whence: Whence,
    ) -> str:
        await wait_to_found(connection)
        await use(connection, code, "owner", self._clock.now())
        if await any_channel(connection):
            raise RefusedError(Code.UNAUTHENTICATED, "There is a channel already.", why="used_up")
        channel = await self._add_channel(connection, plan)
        person = await add_person(
            connection, owner, channel_id=channel.id, role="admin", stored=stored, clock=self._clock
        )
        actor = Actor(person.id, person.name, person.role)
        await audit_beside(
            connection, actor, "channel.created", channel.id, self._clock.now(), channel=channel.id
        )
        return await self._sessions.begin(connection, person.id, whence)

    async def create(self, plan: Plan, *, id: str | None = None) -> ChannelRow:
        """Make a channel that has no people yet; raises `conflict` when there is one with the id."""
        async with self._database.write_soon() as connection:
            return await self._add_channel(connection, plan, id)

    async def _add_channel(
        self, connection: AsyncConnection, plan: Plan, id: str | None = None
    ) -> ChannelRow:
        row = ChannelRow(
            id=id or new_id("c"),
            name=plan.name,
            currency=plan.currency,
            time_zone=plan.time_zone,
            language=plan.language,
            created_at=self._clock.now(),
        )
        try:
            await insert_channel(connection, row)
        except IntegrityError:
            raise RefusedError(Code.CONFLICT, f"There is a channel {row.id} already.") from None
        return row

    async def owner_path(self) -> str | None:
        """Return the address of a new owner's link, good for an hour; None when there is a channel already."""
        async with self._database.write_soon() as connection:
            if await any_channel(connection):
                return None
            await delete_ended_invitations(connection, self._clock.now() - LINKS_KEPT)
            row = self._links.new("owner", lifetime=OWNER_LIFETIME)
            await insert_invitation(connection, row)
        return self._links.path_of(row)
