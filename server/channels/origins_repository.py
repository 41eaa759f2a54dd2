"""The SQL of whom channels let in."""

from typing import NamedTuple

import msgspec

from server.db.engine import Database

Mark = tuple[str | None, ...]
"""Another one whenever a channel was made or has changed."""


class OpenTo(NamedTuple):
    """The origins that one channel lets in, and those that may show it in a frame."""

    channel_id: str
    origins: tuple[str, ...]
    frame_ancestors: tuple[str, ...]


async def read_mark(database: Database) -> Mark:
    """Return the mark of all channels, in one round trip."""
    (mark,) = await database.ask("SELECT count(*), sum(version) FROM channel")
    return tuple(mark)


async def read_open_to(database: Database) -> list[OpenTo]:
    """Return the channels that let anybody in."""
    rows = await database.ask(
        "SELECT id, array_to_json(origins), array_to_json(frame_ancestors) FROM channel "
        "WHERE origins <> '{}' OR frame_ancestors <> '{}'"
    )
    return [OpenTo(str(id), _tuple(origins), _tuple(ancestors)) for id, origins, ancestors in rows]


def _tuple(document: str | None) -> tuple[str, ...]:
    return msgspec.json.decode(document or "[]", type=tuple[str, ...])
