"""What the terminal does with channels, beside running servers or without any."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

from server.access.revocations import Revocations
from server.access.tokens import tokens_for
from server.channels.people_repository import read_people_by_email
from server.channels.repository import read_channels
from server.channels.rules import Plan, email_key
from server.channels.tables import ChannelRow
from server.clock import Clock, SystemClock
from server.db.engine import Database
from server.running.people import PeopleParts, people_parts
from server.running.trouble import Trouble
from server.settings import Settings


class ChannelTerminal:
    """One command's way to the channels."""

    def __init__(self, database: Database, parts: PeopleParts) -> None:
        self._database = database
        self._parts = parts

    @classmethod
    @asynccontextmanager
    async def opened(cls, settings: Settings, url: str, clock: Clock) -> AsyncIterator["ChannelTerminal"]:
        """Yield one on the database at `url`, and close its connections afterwards."""
        database = Database(url, pool_size=1)
        revocations = Revocations(database, clock)
        parts = people_parts(
            settings, database, clock, tokens=tokens_for(settings, clock), revocations=revocations
        )
        try:
            yield cls(database, parts)
        finally:
            await database.close()

    async def channels(self) -> Sequence[ChannelRow]:
        """Return all channels, the oldest first."""
        async with self._database.read() as connection:
            return await read_channels(connection)

    async def create(self, plan: Plan, id: str | None, email: str, lifetime: timedelta) -> tuple[str, str]:
        """Make a channel; return its id and the path of its first admin's invitation."""
        channel = await self._parts.founding.create(plan, id=id)
        return channel.id, await self._invite(channel.id, "admin", email, lifetime)

    async def invite(
        self, channel_id: str | None, role: str, email: str, lifetime: timedelta
    ) -> tuple[str, str]:
        """Return the name of the channel, the only one unless named, and the path of a new invitation to it."""
        channels = {row.id: row for row in await self.channels()}
        if channel_id is None and len(channels) == 1:
            channel_id = next(iter(channels))
        if channel_id is None or channel_id not in channels:
            raise _which(channel_id, list(channels))
        return channels[channel_id].name, await self._invite(channel_id, role, email, lifetime)

    async def sign_out(self, viewer_id: str) -> None:
        """End everything that somebody is signed in by."""
        await self._parts.sessions.end_all(viewer_id)

    async def people_with(self, email: str, channel_id: str | None) -> list[str]:
        """Return the ids of the people who have the e-mail address, in the channel or in any."""
        async with self._database.read() as connection:
            return [row.id for row in await read_people_by_email(connection, email_key(email), channel_id)]

    async def owner_path(self) -> str | None:
        """Return the path of a new owner's link; None where there is a channel."""
        return await self._parts.founding.owner_path()

    async def _invite(self, channel_id: str, role: str, email: str, lifetime: timedelta) -> str:
        invitations = self._parts.invitations
        return invitations.path_of(await invitations.invite(channel_id, role, email=email, lifetime=lifetime))


def _which(channel_id: str | None, known: list[str]) -> Trouble:
    if not known:
        return Trouble("there is no channel yet", "make one: `showfloor channel create NAME --currency …`")
    what = f"there is no channel {channel_id!r}" if channel_id else "there are several channels"
    return Trouble(what, f"say --channel, one of: {', '.join(known)}")


async def owner_path(settings: Settings, url: str) -> str | None:
    """Return the path of a new owner's link to the database at `url`; None where there is a channel."""
    async with ChannelTerminal.opened(settings, url, SystemClock()) as terminal:
        return await terminal.owner_path()
