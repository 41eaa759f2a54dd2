"""The ledger's streams: a recorder appends to the one of its process, workers read each in order, and what is counted is cut off."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import structlog

from server.bus.connections import REDIS_AWAY, Link
from server.bus.keys import Keys

ENTRIES_MAX = 500_000
"""About this many flushes of a stream wait while SQL is away; older ones are cut off then (and found missing by their numbers)."""
SET_ASIDE_MAX = 1000
START = "0-0"
FIELD = b"b"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class StreamEntry:
    """One flush as it lies in its stream."""

    id: str
    blob: bytes


@dataclass(frozen=True, slots=True)
class Waiting:
    """What no worker has counted yet: flushes, and by stream the age of its oldest in seconds, 0 where there is none; and those aside."""

    flushes: int
    seconds: dict[str, float]
    aside: int


class LedgerStream:
    """One of the streams. All methods raise one of `REDIS_AWAY`."""

    def __init__(self, link: Link, key: str) -> None:
        self._link = link
        self.key = key

    async def read(self, after: str, count: int) -> list[StreamEntry]:
        """Return up to `count` entries after the id `after`, oldest first."""
        found = await self._link.run("XRANGE", self.key, f"({after}", "+", "COUNT", count)
        return [_entry(id, fields) for id, fields in found]

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


class LedgerStreams:
    """All of them behind one link, and the one that this process appends to. All but `append` raise one of `REDIS_AWAY`.

    A process keeps to one stream, so that its flushes stay in their order; several workers have a stream each.
    """

    def __init__(self, link: Link, keys: Keys, process_id: str) -> None:
        self._link = link
        self._set_aside = keys.ledger_set_aside
        self._own = keys.ledgers[crc32(process_id.encode()) % len(keys.ledgers)]
        self.all = {key: LedgerStream(link, key) for key in (keys.ledger, *keys.ledgers)}
        """By key. The first is that of servers of the version before, which had no other."""

    async def append(self, blob: bytes) -> bool:
        """Put `blob` at the end of this process's stream. False: it is not known to have arrived (it may have)."""
        try:
            await self._link.run("XADD", self._own, "MAXLEN", "~", ENTRIES_MAX, "*", FIELD, blob)
        except REDIS_AWAY as error:
            log.debug("ledger.append_failed", error=type(error).__name__)
            return False
        return True

    async def find_filled(self) -> list[LedgerStream]:
        """Return the streams in which there is anything."""
        lengths = _checked(await self._link.run_many([("XLEN", key) for key in self.all]))
        return [stream for stream, length in zip(self.all.values(), lengths, strict=True) if length]

    async def find_ends(self, positions: Mapping[str, str]) -> dict[str, str]:
        """Return where those of the streams stand that have nothing after their position: there, or at the start of a new one."""
        asked = list(positions)
        exists = [("EXISTS", key) for key in asked]
        ranges = [("XRANGE", key, f"({positions[key]}", "+", "COUNT", 1) for key in asked]
        found = _checked(await self._link.run_many([*exists, *ranges]))
        there, after = found[: len(asked)], found[len(asked) :]
        return {key: positions[key] if there[n] else START for n, key in enumerate(asked) if not after[n]}

    async def wait(self, positions: Mapping[str, str], seconds: float) -> bool:
        """Return True as soon as a stream has an entry after its position, False after `seconds` (keep it under the answer limit)."""
        words = ("XREAD", "COUNT", 1, "BLOCK", max(1, int(seconds * 1000)), "STREAMS")
        after = (positions.get(key, START) for key in self.all)
        return bool(await self._link.run(*words, *self.all, *after))

    async def look(self) -> Waiting:
        """Return what waits, by Redis' own clock."""
        lengths = [("XLEN", key) for key in self.all]
        oldest = [("XRANGE", key, "-", "+", "COUNT", 1) for key in self.all]
        *found, (seconds, micros), aside = _checked(
            await self._link.run_many([*lengths, *oldest, ("TIME",), ("XLEN", self._set_aside)])
        )
        now = int(seconds) + int(micros) / 1e6
        ages = {
            key: max(0.0, now - _order(_text(entries[0][0]))[0] / 1000) if entries else 0.0
            for key, entries in zip(self.all, found[len(self.all) :], strict=True)
        }
        return Waiting(sum(int(length) for length in found[: len(self.all)]), ages, int(aside))

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
