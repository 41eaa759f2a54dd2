"""Invitations to a channel: made by admins and by the terminal, used once by who joins."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.tokens import Identity
from server.audit.trail import TERMINAL, Actor, audit_beside
from server.channels.founding import LINKS_KEPT
from server.channels.hashing import OF_A_PERSON, Hashing
from server.channels.invitations_repository import (
    delete_ended_invitations,
    delete_invitation,
    insert_invitation,
    read_by_code,
    read_invitation,
    read_open_invitations,
)
from server.channels.links import Links, explain, hash_of, is_open, kind_of, use
from server.channels.people import add_person, require_admin_still
from server.channels.people_repository import read_person
from server.channels.repository import channel_exists, read_channel
from server.channels.rules import Newcomer
from server.channels.sessions import Sessions, SignedIn, Whence
from server.channels.tables import ChannelRow, InvitationRow, PersonRow
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.journal.intents import carry_out_once, intent_of
from server.protocol.codes import Code


@dataclass(frozen=True, slots=True)
class Sight:
    """What somebody who holds a link may see of it."""

    link: InvitationRow
    channel: ChannelRow | None
    person: PersonRow | None


class Invitations:
    """The links into all channels."""

    def __init__(
        self, database: Database, clock: Clock, *, links: Links, sessions: Sessions, hashing: Hashing
    ) -> None:
        self._database = database
        self._clock = clock
        self._links = links
        self._sessions = sessions
        self._hashing = hashing

    async def invite(
        self,
        channel_id: str,
        role: str,
        *,
        email: str,
        lifetime: timedelta,
        by: Identity | None = None,
        key: str | None = None,
    ) -> InvitationRow:
        """Return a new invitation; the same caller and key get the same one again. Raises `not_found` for no such channel."""
        row = self._links.new("join", lifetime=lifetime, by=by, channel_id=channel_id, role=role, email=email)

        async def once(connection: AsyncConnection) -> str:
            await self._add(connection, row, by)
            return row.id

        asked = ("POST /v1/invitations", channel_id, role, email, lifetime.total_seconds())
        intent = intent_of(by.viewer_id if by else "", key, *asked)
        id = await carry_out_once(self._database, self._clock, intent, str, once)
        if id == row.id:
            return row
        async with self._database.read_soon() as connection:
            found = await read_invitation(connection, id)
        if found is None:
            raise RefusedError(Code.NOT_FOUND, "This invitation was withdrawn.")
        return found

    async def _add(self, connection: AsyncConnection, row: InvitationRow, by: Identity | None) -> None:
        channel_id = row.channel_id or ""
        if not await channel_exists(connection, channel_id):
            raise RefusedError(Code.NOT_FOUND, "There is no such channel.")
        await delete_ended_invitations(connection, self._clock.now() - LINKS_KEPT)
        await insert_invitation(connection, row)
        if by is not None:
            await require_admin_still(connection, by)
        details = {"channel": channel_id, "role": row.role, **({"name": row.email} if row.email else {})}
        await audit_beside(connection, by or TERMINAL, "person.invited", row.id, self._clock.now(), **details)

    def path_of(self, row: InvitationRow) -> str:
        """Return the address of an invitation behind the server's name."""
        return self._links.path_of(row)

    async def list_of(self, channel_id: str, *, after: str | None, limit: int) -> Sequence[InvitationRow]:
        """Return up to `limit` invitations behind `after` that can still be used, the oldest first."""
        async with self._database.read_soon() as connection:
            now = self._clock.now()
            return await read_open_invitations(connection, channel_id, now, after=after, limit=limit)

    async def withdraw(self, by: Identity, invitation_id: str) -> None:
        """Let an invitation work no more; raises `not_found` for one that was used, or is not the channel's."""
        async with self._database.write_soon() as connection:
            await require_admin_still(connection, by)
            if not await delete_invitation(connection, by.channel_id, invitation_id):
                raise RefusedError(Code.NOT_FOUND, "There is no such invitation.")
            await audit_beside(
                connection,
                by,
                "invitation.withdrawn",
                invitation_id,
                self._clock.now(),
                channel=by.channel_id,
            )

    async def look(self, code: str) -> Sight:
        """Return what the link of a code is for, without using it; raises `unauthenticated`."""
        now = self._clock.now()
        async with self._database.read_soon() as connection:
            link = await read_by_code(connection, hash_of(code))
            if link is None or link.used_at is not None or link.ends_at <= now:
                raise explain(link, "join" if link is None else kind_of(link), now)
            if link.channel_id is None:
                return Sight(link, None, None)
            channel = await read_channel(connection, link.channel_id)
            person = (
                await read_person(connection, link.channel_id, link.person_id) if link.person_id else None
            )
            return Sight(link, channel, person)

    async def accept(
        self, code: str, newcomer: Newcomer, whence: Whence, *, key: str | None = None
    ) -> SignedIn:
        """Let somebody join by an invitation, and sign them in; the same code and key get the same again.

        Raises `unauthenticated` for a link that does not work (any more), `invalid` for the password, and `email_taken`: the link
        works on then.
        """
        now = self._clock.now()
        async with self._database.read_soon() as connection:
            link = await read_by_code(connection, hash_of(code))
            channel = await read_channel(connection, link.channel_id or "") if link else None
        stored = ""
        if is_open(link, "join", now) and channel is not None:
            own = (channel.name, newcomer.name, newcomer.email)
            stored = await self._hashing.choose(newcomer.password, own, at=OF_A_PERSON)
        elif key is None:
            raise explain(link, "join", now)

        async def once(connection: AsyncConnection) -> str:
            return await self._join(connection, code, newcomer, stored, whence)

        asked = ("POST /v1/invitations/accept", newcomer.name, newcomer.email)
        intent = intent_of(f"code_{hash_of(code)}", key, *asked)
        return await self._sessions.resume(
            await carry_out_once(self._database, self._clock, intent, str, once)
        )

    async def _join(
        self, connection: AsyncConnection, code: str, newcomer: Newcomer, stored: str, whence: Whence
    ) -> str:
        link = await use(connection, code, "join", self._clock.now())
        channel_id = link.channel_id or ""
        person = await add_person(
            connection, newcomer, channel_id=channel_id, role=link.role, stored=stored, clock=self._clock
        )
        actor = Actor(person.id, person.name, person.role)
        details = {"channel": channel_id, "name": person.name, "invitation": link.id, "role": person.role}
        await audit_beside(connection, actor, "person.joined", person.id, self._clock.now(), **details)
        return await self._sessions.begin(connection, person.id, whence)
