"""How connections end: sent elsewhere with no command left unanswered, closed for a reason, dropped where they are stuck."""

import asyncio
import random
from collections.abc import Iterable, Sequence

from server.hub import metrics
from server.hub.connection import Connection
from server.protocol.codec import encode

PER_SECOND = 500
STEP_SECONDS = 0.05
RECONNECT_MS_MAX = 2000
ANSWER_SECONDS_MAX = 3.0
"""How long a viewer is kept for the answers to commands that are under way."""


async def send_away(connections: Sequence[Connection], seconds: float) -> None:
    """Ask all of them to come back elsewhere, in an order by chance, spread over at most `seconds`.

    What a viewer says from then on is not heard; what was heard before is answered first. Returns when all are closed.
    """
    leaving = random.sample(connections, len(connections))
    spread = min(seconds, len(leaving) / PER_SECOND)
    portions = max(1, round(spread / STEP_SECONDS))
    asked: list[Connection] = []
    for first in range(portions):
        for connection in leaving[first::portions]:
            _ask_to_leave(connection)
            asked.append(connection)
        asked = _close_those_without_commands(asked)
        await asyncio.sleep(spread / portions)
    deadline = asyncio.get_running_loop().time() + ANSWER_SECONDS_MAX
    while asked and asyncio.get_running_loop().time() < deadline:
        await asyncio.sleep(STEP_SECONDS)
        asked = _close_those_without_commands(asked)
    for connection in asked:
        _close(connection)


def _ask_to_leave(connection: Connection) -> None:
    connection.leaving = True
    if not connection.is_ending:
        connection.send(encode({"type": "reconnect", "after_ms": random.randint(0, RECONNECT_MS_MAX)}))


def _close_those_without_commands(connections: Iterable[Connection]) -> list[Connection]:
    """Close whoever waits for nothing, and return the others."""
    waiting = []
    for connection in connections:
        if connection.in_flight:
            waiting.append(connection)
        else:
            _close(connection)
    return waiting


def _close(connection: Connection) -> None:
    if not connection.is_ending:
        metrics.EVICTIONS.labels("drain").inc()
        connection.close(1001, "going away")


def evict(connection: Connection, code: int, why: str, reason: str) -> None:
    """Close a connection, and count it under `reason`."""
    metrics.EVICTIONS.labels(reason).inc()
    connection.close(code, why)


def end_unjoined(connection: Connection) -> None:
    """Close a connection that has not joined in time; drop one that was closed before and may be stuck."""
    if connection.is_ending:
        connection.abort()
    else:
        evict(connection, 4408, "join did not come in time", "no_join")


def end_stuck(connection: Connection) -> None:
    """Drop a connection that is met closing for the second time: its peer takes nothing, and `close` would wait for it."""
    if connection.ending:
        connection.abort()
    connection.ending = True
