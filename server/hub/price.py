"""What a connection pays for what it says: a token for every line before it is looked at, and more for a join. Pure.

A bucket of tokens fills at `commands_per_second` up to `commands_burst`. What is sent while it is empty is not carried out, and adds to
the connection's excess, which runs off at the same rate: whoever sends far more than the limit for long is closed, however much of it
was within the limit. The caller brings the time, in seconds of one clock.
"""

from server.hub.admission import Limits
from server.hub.connection import Connection

LINES_MAX = 64
"""Lines of one frame; none of a frame with more is carried out."""
EXCESS_MAX = 1000
"""Lines above the limit, less those that have run off; whoever sends more is closed with 4429."""
ANSWER_BYTES_A_TOKEN = 1024
"""Of the answer to a `join`."""
READ_TOKENS = 10
"""For a join that waits for the database."""


def spend(connection: Connection, limits: Limits, now: float) -> float:
    """Take one token; return 0, or how many seconds to wait for it when there is none."""
    if limits.allow_all:
        return 0.0
    rate = limits.commands_per_second
    allowance = connection.allowance + (now - connection.allowance_at) * rate
    if allowance > limits.commands_burst:  # noqa: PLR1730 - for every command, where a call of `min` would cost
        allowance = limits.commands_burst
    connection.allowance_at = now
    if allowance < 1.0:
        connection.allowance = allowance
        return (1.0 - allowance) / rate
    connection.allowance = allowance - 1.0
    return 0.0


def charge_join(connection: Connection, tokens: float) -> None:
    """Take tokens for what a `join` made us do, which shows only afterwards. There may be fewer than none then.

    A socket's first one is free: the limits on sockets are its price, and what was sent behind it must not wait.
    """
    if connection.joins > 1:
        connection.allowance -= tokens


def owed(connection: Connection, limits: Limits, now: float) -> float:
    """Return how many seconds it takes until the connection owes nothing, for what was paid before it is carried out."""
    if limits.allow_all:
        return 0.0
    rate = limits.commands_per_second
    return max(0.0, -(connection.allowance + (now - connection.allowance_at) * rate) / rate)


def exceed(connection: Connection, limits: Limits, lines: int, now: float) -> bool:
    """Note lines above the limit; return whether these are more than are borne."""
    if limits.allow_all:
        return False
    rate = limits.commands_per_second
    connection.excess_until = max(now, connection.excess_until) + lines / rate
    return (connection.excess_until - now) * rate > EXCESS_MAX
