"""Buckets that all processes share, in Redis: how often somebody may do something, wherever they do it.

Of each bucket one number is kept, the time in microseconds at which it is full again, by Redis' own clock. It is forgotten then.
"""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from redis.exceptions import RedisError

from server.bus.connections import Link
from server.bus.direct import RedisCommand
from server.bus.keys import Keys

COMMANDS_MAX = 500
"""In one pipeline."""

# KEYS: the bucket. ARGV: what one costs, how far ahead the bucket may be spent (both µs), how many, and whether they are spent already.
# Answers how many µs to wait: for these, of which none is taken then; or, if they are spent already, for the next one.
SPEND = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local cost, ahead = tonumber(ARGV[1]), tonumber(ARGV[2])
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now) + cost * tonumber(ARGV[3])
local wait = full - ahead - now
if ARGV[4] == '1' then
  full = math.min(full, now + 2 * ahead)
  wait = full + cost - ahead - now
elseif wait > 0 then
  return wait
end
redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.max(1, math.ceil((full - now) / 1000)))
return math.max(0, wait)
"""


class Spending(NamedTuple):
    """`n` of something by whoever `key` names. `done`: it is too late to refuse."""

    key: str
    cost_seconds: float
    ahead_seconds: float
    n: int = 1
    done: bool = False


class SharedBuckets:
    """Those who ask while an answer is awaited share the next pipeline, so that a crowd costs few round trips and one connection."""

    def __init__(self, link: Link, keys: Keys) -> None:
        self._link = link
        self._keys = keys
        self._waiting: list[tuple[RedisCommand, asyncio.Future[float]]] = []
        self._sending: asyncio.Task[None] | None = None

    async def spend(self, spendings: Sequence[Spending]) -> list[float]:
        """Spend, and return how many seconds each has to wait; 0: it need not. Raises one of `REDIS_AWAY`."""
        loop = asyncio.get_running_loop()
        answers = [loop.create_future() for _ in spendings]
        commands = (self._command(spending) for spending in spendings)
        self._waiting += zip(commands, answers, strict=True)
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send(), name="shared buckets")
        found = await asyncio.gather(*answers, return_exceptions=True)
        for each in found:
            if isinstance(each, BaseException):
                raise each
        return [each for each in found if not isinstance(each, BaseException)]

    async def close(self) -> None:
        """Wait for the answers that are under way."""
        if self._sending is not None:
            await asyncio.wait([self._sending])

    def _command(self, spending: Spending) -> RedisCommand:
        key, cost, ahead, n, done = spending
        micros = (round(cost * 1_000_000), round(ahead * 1_000_000))
        return ("EVAL", SPEND, 1, self._keys.bucket(key), *micros, n, int(done))

    async def _send(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:COMMANDS_MAX], self._waiting[COMMANDS_MAX:]
            try:
                answers = await self._link.run_many([command for command, _ in batch])
            except Exception as error:  # whatever it is, each who waits is told
                answers = [error] * len(batch)
            for (_, future), answer in zip(batch, answers, strict=True):
                _resolve(future, answer)


def _resolve(future: "asyncio.Future[float]", answer: object) -> None:
    if future.done():  # whoever asked has gone
        return
    if isinstance(answer, int):
        future.set_result(answer / 1_000_000)
    else:
        future.set_exception(answer if isinstance(answer, Exception) else RedisError("no number"))
