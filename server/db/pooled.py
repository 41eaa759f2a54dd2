"""Connections of SQLAlchemy's pool: whether one still lives, before it is used and when it comes back."""

import select
from typing import Any

from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection


async def give_back(connection: AsyncConnection) -> None:
    """Return a connection to the pool; one that is closed is thrown away, for the pool would try to roll it back and log that it cannot."""
    if not connection.invalidated and not connection.closed:
        raw = await connection.get_raw_connection()
        if raw.driver_connection is not None and raw.driver_connection.closed:
            await connection.invalidate()
    await connection.close()


def try_if_told(dbapi: DBAPIConnection, record: ConnectionPoolEntry, proxy: PoolProxiedConnection) -> None:
    """Ask a connection that has something to tell whether it still lives; the pool replaces one that does not.

    One that has nothing to tell is not asked: that would be two round trips before each first command after a pause, and whoever takes
    it finds out by its BEGIN, before anything is done.
    """
    if not has_something_to_tell(record.driver_connection):
        return
    try:
        cursor = dbapi.cursor()
        cursor.execute("SELECT 1")
        cursor.close()
        dbapi.rollback()
    except Exception as error:
        raise DisconnectionError from error


def has_something_to_tell(connection: Any) -> bool:
    """Whether there is something to read on an idle connection: most often its end, else a notice. Costs no round trip."""
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.pgconn.socket, select.POLLIN)
    return bool(poll.poll(0))
