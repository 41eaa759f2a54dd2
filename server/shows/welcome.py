"""From which channels a channel takes a hand-over of an audience: from none, unless it says so."""

from collections.abc import Sequence

from server.audit.trail import Actor, audit_beside
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.http.versions import Match
from server.protocol.codes import Code
from server.shows.tables import WelcomeRow
from server.shows.welcome_repository import find_channels, lock_welcome, read_welcome, write_welcome
from server.shows.welcome_rules import Whose


class Welcomes:
    """The settings of all channels."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def find(self, channel_id: str) -> WelcomeRow:
        """Return whose hand-over the channel takes."""
        async with self._database.read_soon() as connection:
            return await read_welcome(connection, channel_id)

    async def set(
        self, channel_id: str, actor: Actor, whose: Whose, channels: Sequence[str], match: Match
    ) -> WelcomeRow:
        """Set it, for hand-overs from now on, and return how it stands.

        Raises `not_found` with the `channels` that there are not, and `conflict` by `match`.
        """
        named = sorted(set(channels))
        async with self._database.write() as connection:
            before = await lock_welcome(connection, channel_id)
            match.require(before.version, before)
            if missing := set(named) - await find_channels(connection, named):
                raise RefusedError(Code.NOT_FOUND, "There is no such channel.", channels=sorted(missing))
            if (before.whose, before.channels) == (whose, named):
                return before
            now = WelcomeRow(channel_id=channel_id, whose=whose, channels=named, version=before.version + 1)
            await write_welcome(connection, now)
            terms = {"before": before.whose, "after": whose, "channels": named, "channel": channel_id}
            at = self._clock.now()
            await audit_beside(connection, actor, "hand_over.settings", channel_id, at, **terms)
            return now
