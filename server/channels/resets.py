"""A new password for who has forgotten theirs: an admin makes a link, which works once."""

from server.access.revocations import Revocations
from server.access.tokens import Identity
from server.audit.trail import audit_beside
from server.channels.hashing import Hashing
from server.channels.invitations_repository import delete_reset_links, insert_invitation, read_by_code
from server.channels.links import RESET_LIFETIME, Links, explain, hash_of, is_open, use
from server.channels.people import found, require_admin_still
from server.channels.people_repository import delete_sessions, read_person, update_person
from server.channels.repository import read_channel_name
from server.channels.sessions import Sessions, SignedIn, Whence
from server.channels.tables import InvitationRow
from server.clock import Clock
from server.db.engine import Database


class Resets:
    """The links to new passwords."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        links: Links,
        sessions: Sessions,
        hashing: Hashing,
        revocations: Revocations,
    ) -> None:
        self._database = database
        self._clock = clock
        self._links = links
        self._sessions = sessions
        self._hashing = hashing
        self._revocations = revocations

    async def make_link(self, by: Identity, person_id: str) -> InvitationRow:
        """Return a new link to a new password for a person; those of before work no more. Raises `not_found`."""
        async with self._database.write_soon() as connection:
            await require_admin_still(connection, by)
            person = found(await read_person(connection, by.channel_id, person_id))
            await delete_reset_links(connection, person_id)
            row = self._links.new(
                "reset",
                lifetime=RESET_LIFETIME,
                by=by,
                channel_id=by.channel_id,
                role=person.role,
                email=person.email,
                person_id=person_id,
            )
            await insert_invitation(connection, row)
            await audit_beside(
                connection,
                by,
                "person.reset",
                person_id,
                self._clock.now(),
                channel=by.channel_id,
                name=person.name,
            )
        return row

    def path_of(self, row: InvitationRow) -> str:
        """Return the address of a link behind the server's name."""
        return self._links.path_of(row)

    async def use_link(self, code: str, password: str, whence: Whence) -> SignedIn:
        """Give a person another password by a link, end all of their sessions, and sign them in.

        Raises `unauthenticated` for a link that does not work (any more), `invalid` for the password.
        """
        now = self._clock.now()
        async with self._database.read_soon() as connection:
            link = await read_by_code(connection, hash_of(code))
            if link is None or not is_open(link, "reset", now):
                raise explain(link, "reset", now)
            person = found(await read_person(connection, link.channel_id or "", link.person_id or ""))
            channel = await read_channel_name(connection, person.channel_id)
        stored = await self._hashing.choose(password, (channel, person.name, person.email))
        async with self._revocations.ending() as ending:
            connection = ending.connection
            await read_person(connection, person.channel_id, person.id, locked=True)
            await use(connection, code, "reset", self._clock.now())
            gone = await delete_sessions(connection, person.id)
            session_id = await self._sessions.begin(connection, person.id, whence)
            await update_person(connection, person.id, {"password_hash": stored})
            for each in gone:
                await ending.end_sign_in(each)
        return await self._sessions.resume(session_id)
