"""The sanctions of a process, and how its rooms hear of what holds in whole channels."""

from collections.abc import Callable
from functools import partial

from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.marks_repository import read_returning
from server.clock import Clock
from server.comments.repository import read_writer
from server.db.engine import Database
from server.hub.connection import Connection
from server.hub.hub import BANNED, Hub
from server.journal.journal import Journal
from server.posts.faces import StaffFace
from server.posts.repository import find_in_show
from server.questions.pseudonyms import Pseudonyms
from server.questions.repository import read_asker
from server.sanctions.following import ChannelBans
from server.sanctions.giving import Push, Writers
from server.sanctions.likeness import Marks
from server.sanctions.recognising import Recognition
from server.sanctions.service import Sanctions
from server.settings import Settings


async def _read_poster(
    connection: AsyncConnection, show_id: str, post_id: str, *, face: StaffFace
) -> tuple[str, str | None] | None:
    found = await find_in_show(connection, show_id, post_id)
    return None if found is None else (found.viewer_id, face.name_of(found) or None)


def writers_with(pseudonyms: Pseudonyms) -> Writers:
    """Return by what people can be named who wrote it; those who want no name are called by their pseudonyms."""
    read_poster = partial(_read_poster, face=StaffFace(pseudonyms.of))
    return {"question": read_asker, "comment": read_writer, "post": read_poster}


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
    pseudonyms: Pseudonyms,
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
        writers=writers_with(pseudonyms),
        returning=read_returning,
        push=push,
        tell=channel_bans.changed,
    )
    return sanctions, channel_bans
