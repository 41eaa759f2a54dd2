"""Where a channel's people are signed in: a session for each sign-in, which its tokens carry as theirs.

What a person may is read from SQL whenever a token is made for them, under a lock that a change of their role waits for: a token that was
made before the change is ended by it, and one that is made after it says what is so then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.repository import save_staff_member
from server.access.revocations import Revocations
from server.access.roles import is_staff
from server.access.tables import StaffMemberRow
from server.access.tokens import Identity, Tokens
from server.channels.hashing import Hashing
from server.channels.passwords import normal_password
from server.channels.people_repository import (
    delete_sessions,
    insert_session,
    read_people_by_email,
    read_person,
    read_session,
    read_sessions,
    touch_session,
    update_person,
)
from server.channels.repository import read_channel_name
from server.channels.rules import email_key, member_role
from server.channels.tables import PersonRow, SessionRow
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.ids import new_id
from server.protocol.codes import Code

PERSON = "pn"
"""How the ids of a channel's people begin: their tokens are renewed by what SQL says of them."""
_WRONG = "The e-mail address or the password is wrong."


@dataclass(frozen=True, slots=True)
class Whence:
    """Where somebody signs in: a device in words, the network that they come from."""

    device: str
    address: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in, with the token that says so."""

    identity: Identity
    token: str


def is_person(viewer_id: str) -> bool:
    """Whether the id is that of one of a channel's people, not of a viewer or of whom the terminal has made a token for."""
    return viewer_id.startswith(f"{PERSON}_")


class Sessions:
    """Begins, renews, lists and ends them. `kept_for`: how long one may be renewed."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        tokens: Tokens,
        *,
        revocations: Revocations,
        hashing: Hashing,
        kept_for: timedelta,
    ) -> None:
        self._database = database
        self._clock = clock
        self._tokens = tokens
        self._revocations = revocations
        self._hashing = hashing
        self._kept_for = kept_for

    async def sign_in(self, email: str, password: str, channel_id: str | None, whence: Whence) -> SignedIn:
        """Sign in by e-mail and password.

        Raises `unauthenticated`, the same and after the same time whether the address is unknown or the password wrong; `conflict` with
        `channels` when both are right in several, of which one must be named; `busy`.
        """
        given = normal_password(password)
        async with self._database.read_soon() as connection:
            known = await read_people_by_email(connection, email_key(email), channel_id)
        people = [person for person in known if person.password_hash]
        stored = [person.password_hash or "" for person in people]
        right = await self._hashing.matching(given, stored)
        found = [person for person, matches in zip(people, right, strict=True) if matches]
        if not found:
            raise RefusedError(Code.UNAUTHENTICATED, _WRONG)
        if len(found) > 1:
            raise await self._which_channel(found)
        return await self.resume(await self._begin_by_password(found[0], given, whence))

    async def _which_channel(self, people: Sequence[PersonRow]) -> RefusedError:
        async with self._database.read_soon() as connection:
            channels = [
                {"id": each.channel_id, "name": await read_channel_name(connection, each.channel_id)}
                for each in people
            ]
        return RefusedError(Code.CONFLICT, "Name the channel to sign in to.", channels=channels)

    async def _begin_by_password(self, person: PersonRow, password: str, whence: Whence) -> str:
        known, anew = person.password_hash or "", None
        if self._hashing.is_old(known):
            anew = await self._hashing.hash(password)
        async with self._database.write_soon() as connection:
            now = await read_person(connection, person.channel_id, person.id, locked=True)
            if now is None or now.password_hash != known:
                raise RefusedError(Code.UNAUTHENTICATED, _WRONG)
            if anew is not None:
                await update_person(connection, person.id, {"password_hash": anew})
            return await self.begin(connection, person.id, whence)

    async def begin(self, connection: AsyncConnection, person_id: str, whence: Whence) -> str:
        """Write a new session of a person, and return its id; `resume` gives a token of it once that is committed."""
        now = self._clock.now()
        session = SessionRow(
            id=new_id("t"),
            person_id=person_id,
            created_at=now,
            seen_at=now,
            ends_at=now + self._kept_for,
            device=whence.device,
            address=whence.address,
        )
        await insert_session(connection, session)
        return session.id

    async def resume(self, session_id: str) -> SignedIn:
        """Return a fresh token of a session, with its person's name and role as they are now; raises `token_revoked` when it has ended."""
        async with self._database.write_soon() as connection:
            now = self._clock.now()
            found = await read_session(connection, session_id, now)
            if found is None:
                raise RefusedError(Code.TOKEN_REVOKED)
            session, person = found
            await touch_session(connection, session_id, now)
            await keep_name(connection, person, self._clock)
            identity = self._tokens.renew(_identity_of(session, person))
            return SignedIn(identity, self._tokens.sign(identity, after=person.tokens_after))

    async def renew(self, token: str) -> SignedIn:
        """Return a fresh token for the bearer of `token`: of a person's with what they are now, of anybody else's with the same rights.

        Raises what `Tokens.verify` raises; but a token of a person that was ended by a change of role is good for this, as long as the
        session goes on.
        """
        identity = self._tokens.recognise(token)
        if is_person(identity.viewer_id):
            return await self.resume(identity.sign_in_id)
        renewed = self._tokens.renew(self._tokens.verify(token))
        return SignedIn(renewed, self._tokens.sign(renewed))

    async def list_of(self, person_id: str) -> Sequence[SessionRow]:
        """Return where a person is signed in, the newest first."""
        async with self._database.read_soon() as connection:
            return await read_sessions(connection, person_id, self._clock.now())

    async def touch(self, session_id: str) -> None:
        """Keep that a session is used now."""
        async with self._database.write_soon() as connection:
            await touch_session(connection, session_id, self._clock.now())

    async def end_all(self, viewer_id: str) -> None:
        """End every token that somebody holds, a person of a channel or not, with what it could be renewed by."""
        async with self._revocations.ending() as ending:
            for session_id in await delete_sessions(ending.connection, viewer_id):
                await ending.end_sign_in(session_id)
            await ending.end_person(viewer_id)

    async def end(self, person_id: str, session_id: str) -> None:
        """End one session of a person, on every process; raises `not_found`."""
        async with self._revocations.ending() as ending:
            if not await delete_sessions(ending.connection, person_id, only=session_id):
                raise RefusedError(Code.NOT_FOUND, "There is no such session.")
            await ending.end_sign_in(session_id)


def _identity_of(session: SessionRow, person: PersonRow) -> Identity:
    """Return who a session is of; it is renewed before it is signed."""
    return Identity(
        viewer_id=person.id,
        role=member_role(person.role),
        channel_id=person.channel_id,
        guest=False,
        remembered=True,
        name=person.name,
        expires_at=session.ends_at,
        sign_in_id=session.id,
        signed_in_at=session.created_at,
    )


async def keep_name(connection: AsyncConnection, person: PersonRow, clock: Clock) -> None:
    """Keep under which name, and in which role, somebody is staff: from then on nobody else carries the name in the channel."""
    row = StaffMemberRow(
        channel_id=person.channel_id,
        viewer_id=person.id,
        role=person.role,
        name=person.name,
        seen_at=clock.now(),
    )
    if is_staff(person.role):
        await save_staff_member(connection, row)
