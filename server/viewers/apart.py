"""Whose votes count apart, of all who vote in one transaction."""

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncConnection

from server.hub.crowd import Doubt
from server.ledger.repository import read_watched


async def read_suspects(
    connection: AsyncConnection,
    show_id: str,
    voters: Iterable[tuple[str, Doubt | None]],
    watch_seconds: float,
) -> set[str]:
    """Return those voters, each with their doubt, whose votes count apart.

    Who has watched for `watch_seconds` by the ledger has watched, wherever they are joined now. 0: there is nothing to watch.
    """
    burst, unwatched = set(), set()
    for viewer_id, doubt in voters:
        if doubt is Doubt.BURST:
            burst.add(viewer_id)
        elif doubt is Doubt.UNWATCHED and watch_seconds:
            unwatched.add(viewer_id)
    if unwatched:
        unwatched -= await read_watched(connection, show_id, sorted(unwatched), watch_seconds)
    return burst | unwatched
