"""Forgetting what is old, a little at a time, so that nobody waits long for a row."""

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.engine import Database

Forget = Callable[[AsyncConnection, int], Awaitable[int]]
"""Deletes at most so many old rows, and returns how many it has deleted."""


async def forget_all(database: Database, forget: Forget, at_once_max: int) -> int:
    """Have `forget` delete all that is old, each time in a transaction of its own; return how many rows that were."""
    forgotten = 0
    while True:
        async with database.write() as connection:
            gone = await forget(connection, at_once_max)
        forgotten += gone
        if gone < at_once_max:
            return forgotten
