"""The sanctions of a process, and how its rooms hear of what holds in whole channels."""

from collections.abc import Callable
from typing import Final

from server.clock import Clock
from server.comments.repository import read_writer
from server.db.engine import Database
from server.hub.hub import BANNED, Hub
from server.journal.journal import Journal
from server.questions.repository import read_asker
from server.sanctions.following import ChannelBans
from server.sanctions.giving import Push, Writers
from server.sanctions.service import Sanctions

WRITERS: Final[Writers] = {"question": read_asker, "comment": read_writer}


def sanctions_for(
    hub: Hub, journal: Journal, database: Database, clock: Clock, *, push: Push, tell: Callable[[bytes], None]
) -> tuple[Sanctions, ChannelBans]:
    """Return the sanctions of all shows, and what ends the connections of those who are banned from a whole channel.

    People are told by `push`, the other processes by `tell`.
    """
    channel_bans = ChannelBans(
        hub,
        database,
        tell=tell,
        close=lambda connection: hub.evict(connection, BANNED, "banned from this channel", "banned"),
    )
    sanctions = Sanctions(journal, database, clock, writers=WRITERS, push=push, tell=channel_bans.changed)
    return sanctions, channel_bans
