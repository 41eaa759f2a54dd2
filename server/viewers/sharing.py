"""Sharing a show: a link's code for each time, and the same one for the same key."""

from sqlalchemy.ext.asyncio import AsyncConnection

from server.clock import Clock
from server.db.engine import Database
from server.hub.connection import Connection
from server.hub.dispatch import Commands
from server.journal.intents import carry_out_once
from server.ledger.recorder import Recorder
from server.pace.rates import Act, By
from server.pace.service import Pace
from server.protocol.codec import ok_line
from server.protocol.commands import Share
from server.viewers.caller import intent_in
from server.viewers.share_codes import ShareCodes


class Sharing:
    """Gives out the codes of share links, and records whose they are."""

    def __init__(
        self, database: Database, recorder: Recorder, clock: Clock, pace: Pace, codes: ShareCodes
    ) -> None:
        self._database = database
        self._recorder = recorder
        self._clock = clock
        self._pace = pace
        self._codes = codes

    def commands(self) -> Commands:
        """Return the handlers for the dispatcher."""
        return {Share: self.share}

    async def share(self, connection: Connection, command: Share) -> bytes | None:
        """Record a share, before and after the show too, and return the code for its link. SQL is asked only about a key.

        Raises `too_fast` when the viewer has shared too often.
        """
        self._pace.note(Act.SHARE, {By.VIEWER: connection.viewer_id})
        new = self._codes.make(connection.channel_id)

        async def take(_: AsyncConnection) -> str:
            return new

        intent = intent_in(connection, command)
        share_id = (
            new if intent is None else await carry_out_once(self._database, self._clock, intent, str, take)
        )
        if share_id == new and connection.counted:
            self._recorder.share(
                connection.show_id, connection.viewer_id, connection.id, share_id, command.via
            )
        return None if command.id is None else ok_line(command.id, share=share_id)
