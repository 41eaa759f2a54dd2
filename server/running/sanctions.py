"""The sanctions of a process, and how its rooms hear of what holds in whole channels."""

from collections.abc import Callable
from functools import partial
from typing import Final

from server.access.marks_repository import read_returning
from server.clock import Clock
from server.comments.repository import read_writer
from server.db.engine import Database
from server.hub.connection import Connection
from server.hub.hub import BANNED, Hub
from server.journal.journal import Journal
from server.questions.repository import read_asker
from server.sanctions.following import ChannelBans
from server.sanctions.giving import Push, Writers
from server.sanctions.likeness import Marks
from server.sanctions.recognising import Recognition
from server.sanctions.service import Sanctions
from server.settings import Settings

WRITERS: Final[Writers] = {"question": read_asker, "comment": read_writer}


def _put_out(hub: Hub, connection: Connection) -> None:
    hub.evict(connection, BANNED, "banned from this channel", "banned")


def recognition_for(settings: Settings, hub: Hub, database: Database) -> Recognition:
    """Return what recognises the banned, at one process."""
    return Recognition(hub, database, Marks(settings.signing_secret()), partial(_put_out, hub))


def sanctions_for(
    hub: Hub,
    journal: Journal,
    database: Database,
    clock: Clock,
    recognition: Recognition,
    *,
    push: Push,
    tell: Callable[[bytes], None],
) -> tuple[Sanctions, ChannelBans]:
    """Return the sanctions of all shows, and what ends the connections of those who are banned from a whole channel.

    People are told by `push`, the other processes by `tell`.
    """
    channel_bans = ChannelBans(
        hub,
        database,
        tell=tell,
        close=partial(_put_out, hub),
        recognition=recognition,
    )
    sanctions = Sanctions(
        journal,
        database,
        clock,
        writers=WRITERS,
        returning=read_returning,
        push=push,
        tell=channel_bans.changed,
    )
    return sanctions, channel_bans
