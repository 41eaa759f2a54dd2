"""Commands to one Redis server past redis-py's client: its connections, without the pool, retries and observations around each command.

They cost as much again as the command itself (docs/decisions/0030), and a busy show publishes with every commit.
"""

from collections.abc import Callable, Sequence
from typing import Any

import hiredis
from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.exceptions import RedisError, ResponseError

Word = str | bytes | int | float
RedisCommand = tuple[Word, ...]

_pack: Callable[[RedisCommand], bytes] = hiredis.pack_command  # type: ignore[assignment]  # its stub knows of one word


class DirectConnections:
    """As many connections as exchanges are under way at once, made as `pool` makes its own."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool
        self._idle: list[AbstractConnection] = []

    async def exchange(self, commands: Sequence[RedisCommand]) -> list[Any]:
        """Run commands in one round trip; return the answers as they come, a command's own error at its place.

        Raises `RedisError` or `OSError`. Where this fails or is cancelled, the connection is closed: what it was told cannot be taken back.
        """
        connection = self._idle.pop() if self._idle else self._make()
        try:
            await _revive(connection)
            packed = b"".join(map(_pack, commands))
            await connection.send_packed_command(packed, check_health=False)
            answers = [await _answer(connection) for _ in commands]
        except BaseException:
            await connection.disconnect(nowait=True)
            raise
        self._idle.append(connection)
        return answers

    def _make(self) -> AbstractConnection:
        made: AbstractConnection = self._pool.make_connection()  # type: ignore[no-untyped-call]
        return made

    async def close(self) -> None:
        """Close the connections that are idle; one in use closes when its exchange is cancelled."""
        while self._idle:
            await self._idle.pop().disconnect()


async def _revive(connection: AbstractConnection) -> None:
    """Connect one that is new, was closed by the server, or has something to say that nobody asked for."""
    try:
        usable = connection.is_connected and not await connection.can_read()
    except (RedisError, OSError):
        usable = False
    if not usable:
        await connection.disconnect(nowait=True)
        await connection.connect()  # type: ignore[no-untyped-call]


async def _answer(connection: AbstractConnection) -> Any:
    try:
        return await connection.read_response()
    except ResponseError as error:
        return error
