"""The ledger's stream: recorders append, the worker reads in order, and what is counted is cut off."""

from dataclasses import dataclass
from typing import Any

import structlog

from server.bus.connections import REDIS_AWAY, Link
from server.bus.keys import Keys

ENTRIES_MAX = 500_000
"""About this many flushes wait while SQL is away; older ones are cut off then (and found missing by their numbers)."""
SET_ASIDE_MAX = 1000
START = "0-0"
FIELD = b"b"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class StreamEntry:
    """One flush as it lies in the stream."""

    id: str
    blob: bytes


class LedgerStream:
    """The stream behind one link. All but `append` raise one of `REDIS_AWAY`."""

    def __init__(self, link: Link, keys: Keys) -> None:
        self._link = link
        self._set_aside = keys.ledger_set_aside
        self.key = keys.ledger

    async def append(self, blob: bytes) -> bool:
        """Put `blob` at the end. False: it is not known to have arrived (it may have)."""
        try:
            await self._link.run("XADD", self.key, "MAXLEN", "~", ENTRIES_MAX, "*", FIELD, blob)
        except REDIS_AWAY as error:
            log.debug("ledger.append_failed", error=type(error).__name__)
            return False
        return True

    async def read(self, after: str, count: int) -> list[StreamEntry]:
        """Return up to `count` entries after the id `after`, oldest first."""
        found = await self._link.run("XRANGE", self.key, f"({after}", "+", "COUNT", count)
        return [_entry(id, fields) for id, fields in found]

    async def wait(self, after: str, seconds: float) -> bool:
        """Return True as soon as there is an entry after `after`, False after `seconds` (keep it under the answer limit)."""
        words = ("XREAD", "COUNT", 1, "BLOCK", int(seconds * 1000), "STREAMS", self.key, after)
        return bool(await self._link.run(*words))

    async def went_back(self, after: str) -> bool:
        """Whether the stream has begun anew since `after` was read: Redis was emptied, restored or replaced."""
        if after == START or await self._link.run("EXISTS", self.key) == 0:
            return after != START
        newest = await self._link.run("XREVRANGE", self.key, "+", "-", "COUNT", 1)
        return bool(newest) and _order(_text(newest[0][0])) < _order(after)

    async def trim(self, through: str) -> None:
        """Cut off everything up to and including the id `through`."""
        milliseconds, number = _order(through)
        await self._link.run("XTRIM", self.key, "MINID", f"{milliseconds}-{number + 1}")

    async def look(self) -> tuple[int, float, int]:
        """Return how many flushes wait, the age of the oldest in seconds by Redis' own clock, and how many are set aside."""
        words = (("XLEN", self.key), ("XRANGE", self.key, "-", "+", "COUNT", 1), ("TIME",))
        length, oldest, (seconds, _), aside = _checked(
            await self._link.run_many([*words, ("XLEN", self._set_aside)])
        )
        began = _order(_text(oldest[0][0]))[0] / 1000 if oldest else float(seconds)
        return int(length), max(0.0, float(seconds) - began), int(aside)

    async def set_aside(self, blob: bytes) -> None:
        """Keep a flush that could not be counted where somebody can look at it."""
        await self._link.run("XADD", self._set_aside, "MAXLEN", "~", SET_ASIDE_MAX, "*", FIELD, blob)


def _checked(answers: list[Any]) -> list[Any]:
    failed = next((answer for answer in answers if isinstance(answer, Exception)), None)
    if failed is not None:
        raise failed
    return answers


def _entry(id: bytes | str, fields: dict[bytes, bytes]) -> StreamEntry:
    return StreamEntry(_text(id), fields.get(FIELD, b""))


def _text(id: bytes | str) -> str:
    return id.decode("ascii") if isinstance(id, bytes) else id


def _order(id: str) -> tuple[int, int]:
    milliseconds, _, number = id.partition("-")
    return int(milliseconds), int(number)
