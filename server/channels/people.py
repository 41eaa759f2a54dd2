"""A channel's people: found, changed, let go; and what their passwords are."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.repository import end_staff_role
from server.access.revocations import Revocations
from server.access.roles import is_staff
from server.access.tokens import Identity
from server.audit.trail import audit_beside
from server.channels.hashing import Hashing
from server.channels.passwords import normal_password
from server.channels.people_repository import (
    delete_person,
    delete_sessions,
    insert_person,
    read_admins,
    read_people,
    read_person,
    update_person,
)
from server.channels.repository import read_channel, read_channel_name
from server.channels.rules import Newcomer, email_key, require_admin_left
from server.channels.sessions import PERSON, is_person, keep_name
from server.channels.tables import PersonRow
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.http.versions import ANY_VERSION, Match
from server.ids import new_id
from server.protocol.codes import Code

Follow = Callable[[str, str], Awaitable[None]]
"""Given the channel and the person, what follows when they are called otherwise or have another role, or none any more."""


async def follow_nothing(channel_id: str, person_id: str) -> None:
    """For where nothing else is made of people."""


class People:
    """The people of all channels; whoever calls has looked that the caller is of the channel. `follow` is done after each change."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        revocations: Revocations,
        hashing: Hashing,
        *,
        follow: Follow = follow_nothing,
    ) -> None:
        self._database = database
        self._follow = follow
        self._clock = clock
        self._revocations = revocations
        self._hashing = hashing

    async def list_of(
        self, channel_id: str, *, after: str | None, limit: int, words: Sequence[str]
    ) -> list[PersonRow]:
        """Return up to `limit` of a channel's people behind `after`, who came first first."""
        async with self._database.read_soon() as connection:
            return await read_people(connection, channel_id, after=after, limit=limit, words=words)

    async def find(self, channel_id: str, person_id: str) -> PersonRow:
        """Return a person of the channel; raises `not_found`."""
        async with self._database.read_soon() as connection:
            return found(await read_person(connection, channel_id, person_id))

    async def change(
        self, actor: Identity, person_id: str, changes: Mapping[str, Any], match: Match = ANY_VERSION
    ) -> PersonRow:
        """Set what `changes` names (`role`, `name`, `email`, `email_key`), and return the person as they stand then.

        With another role every token that they hold ends, on every process; their pages get new ones. Raises `not_found`, `last_admin`,
        `email_taken`; `conflict` with `current` when the version is another; `forbidden` when the actor is no admin any more.
        """
        async with self._revocations.ending() as ending:
            connection = ending.connection
            person = await self._locked(connection, actor, person_id)
            match.require(person.version, person)
            changed = {name: value for name, value in changes.items() if getattr(person, name) != value}
            if not changed:
                return person
            if "role" in changed:
                await _require_admin_left(connection, person)
            now = await update_person(connection, person_id, changed)
            await self._heed(connection, actor, person, now)
            if "role" in changed:
                at = await ending.end_person(person_id)
                now = await update_person(connection, person_id, {"tokens_after": at})
        if not changed.keys().isdisjoint(("name", "role")):
            await self._follow(now.channel_id, now.id)
        return now

    async def _heed(
        self, connection: AsyncConnection, actor: Identity, before: PersonRow, now: PersonRow
    ) -> None:
        """Let the roll of staff and the audit know what has changed."""
        await keep_name(connection, now, self._clock)
        if is_staff(before.role) and not is_staff(now.role):
            await end_staff_role(connection, now.channel_id, now.id, now.role)
        known = {"channel": now.channel_id, "name": now.name}
        if before.role != now.role:
            roles = {"from": before.role, "to": now.role}
            await audit_beside(connection, actor, "person.role", now.id, self._clock.now(), **known, **roles)
        other = [name for name in ("name", "email") if getattr(before, name) != getattr(now, name)]
        if other:
            await audit_beside(
                connection, actor, "person.changed", now.id, self._clock.now(), **known, changed=other
            )

    async def remove(self, actor: Identity, person_id: str) -> None:
        """End a person's membership, and every token that they hold, on every process.

        Raises `not_found`, `last_admin`; `forbidden` when the actor is no admin any more.
        """
        async with self._revocations.ending() as ending:
            connection = ending.connection
            person = await self._locked(connection, actor, person_id)
            await _require_admin_left(connection, person)
            await delete_person(connection, person_id)
            await end_staff_role(connection, person.channel_id, person_id, "viewer")
            details = {"channel": person.channel_id, "name": person.name, "role": person.role}
            await audit_beside(connection, actor, "person.removed", person_id, self._clock.now(), **details)
            await ending.end_person(person_id)
        await self._follow(person.channel_id, person_id)

    async def _locked(self, connection: AsyncConnection, actor: Identity, person_id: str) -> PersonRow:
        """Return the person, while nobody else changes anybody of the channel."""
        await read_channel(connection, actor.channel_id, locked=True)
        await require_admin_still(connection, actor, but=person_id)
        return found(await read_person(connection, actor.channel_id, person_id, locked=True))

    async def change_password(self, identity: Identity, current: str, new: str) -> None:
        """Give the caller another password, and end their other sessions.

        Raises `invalid` (`why` is `wrong` for `current`, else as `kept_password` says), `conflict` for who has no password.
        """
        async with self._database.read_soon() as connection:
            person = found(await read_person(connection, identity.channel_id, identity.viewer_id))
            channel = await read_channel_name(connection, identity.channel_id)
        known = person.password_hash
        if known is None:
            raise RefusedError(Code.CONFLICT, "There is no password to change.", why="no_password")
        if not all(await self._hashing.matching(normal_password(current), [known])):
            raise RefusedError(
                Code.INVALID,
                "This is not your password.",
                why="wrong",
                errors=[
                    {"at": "body/current", "why": "This is not your password.", "code": "password_wrong"}
                ],
            )
        stored = await self._hashing.choose(new, (channel, person.name, person.email))
        async with self._revocations.ending() as ending:
            now = await read_person(ending.connection, person.channel_id, person.id, locked=True)
            if now is None or now.password_hash != known:
                raise RefusedError(Code.CONFLICT, "Somebody changed it meanwhile.")
            await update_person(ending.connection, person.id, {"password_hash": stored})
            for session in await delete_sessions(ending.connection, person.id, but=identity.sign_in_id):
                await ending.end_sign_in(session)


async def add_person(
    connection: AsyncConnection, newcomer: Newcomer, *, channel_id: str, role: str, stored: str, clock: Clock
) -> PersonRow:
    """Write a new person of a channel, with what is `stored` of their password; raises `email_taken`."""
    assert stored, "a link that can be used was open when the password was hashed"
    return await write_person(
        connection,
        name=newcomer.name,
        email=newcomer.email,
        channel_id=channel_id,
        role=role,
        clock=clock,
        password_hash=stored,
    )


async def write_person(
    connection: AsyncConnection,
    *,
    name: str,
    email: str,
    channel_id: str,
    role: str,
    clock: Clock,
    password_hash: str | None = None,
    oidc_subject: str | None = None,
) -> PersonRow:
    """Write a new person of a channel, who signs in by a password or by the channel's provider; raises `email_taken`."""
    person = PersonRow(
        id=new_id(PERSON),
        channel_id=channel_id,
        email=email,
        email_key=email_key(email),
        name=name,
        role=role,
        password_hash=password_hash,
        oidc_subject=oidc_subject,
        created_at=clock.now(),
    )
    await insert_person(connection, person)
    await keep_name(connection, person, clock)
    return person


async def require_admin_still(connection: AsyncConnection, actor: Identity, *, but: str = "") -> None:
    """Raise `forbidden` if the actor, by a token that may be a moment old, is one of the channel's people and no admin any more.

    `but`: whom they act on; who does so on themselves needs to be no more than themselves.
    """
    if not is_person(actor.viewer_id) or (actor.viewer_id == but and actor.role != "admin"):
        return
    person = await read_person(connection, actor.channel_id, actor.viewer_id)
    if person is None or person.role != "admin":
        raise RefusedError(Code.FORBIDDEN, "You are no admin of this channel any more.")


async def _require_admin_left(connection: AsyncConnection, person: PersonRow) -> None:
    require_admin_left(await read_admins(connection, person.channel_id), person.id)


def found(person: PersonRow | None) -> PersonRow:
    """Return the person; raises `not_found` for none."""
    if person is None:
        raise RefusedError(Code.NOT_FOUND, "There is no such person in this channel.")
    return person
