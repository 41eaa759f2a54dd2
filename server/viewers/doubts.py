"""Whose votes and taps count apart, and what the ledger is told of it."""

import time
from collections.abc import Callable

from server.hub.connection import Connection
from server.hub.crowd import Crowd, Doubt, Standing
from server.ledger.recorder import Recorder
from server.viewers.caller import Caller


class Doubts:
    """Asks how a guest stands when they do something. Whoever acts in doubt is a suspect in the ledger.

    Who had only not watched yet is none any more once they have watched, which is looked at when they act, pause or leave, and at the end.
    """

    def __init__(
        self, crowd: Crowd, recorder: Recorder, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._crowd = crowd
        self._recorder = recorder
        self._monotonic = monotonic

    def of(self, caller: Caller) -> Doubt | None:
        """Return why what the caller does counts apart; None: it counts."""
        standing = self._crowd.known(caller.viewer_id)
        if standing is None or caller.role != "viewer":
            return None
        return self._judge(standing, caller.show_id, caller.viewer_id, caller.id)

    def about(self, connection: Connection) -> Doubt | None:
        """Return the same of a connection, without a look-up."""
        standing = connection.standing
        if standing is None:
            return None
        return self._judge(standing, connection.show_id, connection.viewer_id, connection.id)

    def settle(self, connection: Connection) -> None:
        """Take the suspicion back from a guest who has watched since."""
        if (standing := connection.standing) is not None and standing.suspect_in:
            self._judge(standing, connection.show_id, connection.viewer_id, connection.id, acts=False)

    def _judge(
        self, standing: Standing, show_id: str, viewer_id: str, connection_id: str, *, acts: bool = True
    ) -> Doubt | None:
        doubt = standing.doubt(self._monotonic())
        if doubt is None:
            if standing.suspect_in:
                self._recorder.clear(standing.suspect_in, viewer_id)
                standing.suspect_in = ""
        elif acts and standing.suspect_in != show_id:
            standing.suspect_in = show_id
            self._recorder.attend(
                show_id,
                viewer_id,
                connection_id,
                guest=True,
                remembered=False,
                source=None,
                suspect=True,
                joined=False,
            )
        return doubt
