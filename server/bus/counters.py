"""A show's live counters in Redis: reactions and viewers watching, summed over all processes.

Each process tells totals of its own since its start, never differences, and Redis remembers what each has told; so a script whose
answer was lost may run again and adds nothing twice. Emptied counters are seeded from SQL, or from what this process saw last if that
is more.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import structlog

from server.bus import metrics
from server.bus.connections import Link
from server.bus.direct import RedisCommand
from server.bus.keys import Keys

PRESENCE_MS = 2000
"""A process that has not ticked for so long no longer counts towards the viewers watching."""
KEYS_LIVE_MS = 3_600_000
SEED_SECONDS_MAX = 0.5
"""How long a tick waits for SQL."""
ROOM_IDLE_SECONDS = 600.0
"""A show that has not been reported for so long is forgotten here."""
MARK = "_"

log = structlog.get_logger()

# KEYS: totals, processes. ARGV: process, viewers watching, presence ms, keys' life ms, then for each kind: name, total of this process that
# Redis is known to have, total of this process now. Answers false when the totals are not there, else {viewers of all, totals}.
TICK = """
if redis.call('EXISTS', KEYS[1]) == 0 then return false end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local packed = redis.call('HGET', KEYS[2], ARGV[1])
local told = packed and cjson.decode(packed).told or {}
for i = 5, #ARGV, 3 do
  local kind, total = ARGV[i], tonumber(ARGV[i + 2])
  local added = total - (told[kind] or tonumber(ARGV[i + 1]))
  if added > 0 then redis.call('HINCRBY', KEYS[1], kind, added) end
  told[kind] = total
end
local me = {['until'] = now + tonumber(ARGV[3]), watching = tonumber(ARGV[2]), told = told}
redis.call('HSET', KEYS[2], ARGV[1], cjson.encode(me))
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('PEXPIRE', KEYS[2], ARGV[4])
local watching = 0
local processes = redis.call('HGETALL', KEYS[2])
for i = 1, #processes, 2 do
  local other = cjson.decode(processes[i + 1])
  if other['until'] < now then redis.call('HDEL', KEYS[2], processes[i]) else watching = watching + other.watching end
end
return {watching, redis.call('HGETALL', KEYS[1])}
"""

# KEYS: totals. ARGV: keys' life ms, then kind and total by turns. Changes nothing when the totals are there by now.
SEED = """
if redis.call('EXISTS', KEYS[1]) == 0 then
  redis.call('HSET', KEYS[1], '_', 0)
  for i = 2, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
end
return 1
"""

SeedReactions = Callable[[str], Awaitable[dict[str, int]]]


@dataclass(frozen=True, slots=True)
class RoomReport:
    """What one room says at a tick: viewers `watching` now, and `reactions` added since the last tick that was answered."""

    show_id: str
    watching: int
    reactions: dict[str, int]


@dataclass(frozen=True, slots=True)
class RoomTotals:
    """A show over all processes."""

    show_id: str
    watching: int
    reactions: dict[str, int]


@dataclass(slots=True)
class _Room:
    """This process's own totals for a show: `known` are those that Redis surely has, `carried` waits; `seen` is the last answer."""

    known: dict[str, int] = field(default_factory=dict)
    carried: dict[str, int] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    told_at: float = 0.0


class Counters:
    """Tells Redis what this process's rooms report, and what all processes together have."""

    def __init__(self, link: Link, keys: Keys, process_id: str, seed_reactions: SeedReactions) -> None:
        self._link = link
        self._keys = keys
        self._process_id = process_id
        self._seed_reactions = seed_reactions
        self._rooms: dict[str, _Room] = {}
        self._seeding: dict[str, asyncio.Task[dict[str, int]]] = {}

    async def tick(self, reports: list[RoomReport]) -> list[RoomTotals]:
        """Tell all reports in one pipeline and return a total for each, in order. Raises one of `REDIS_AWAY`; then nothing is taken over.

        After an answer every report counts as taken over, even if its show could not be seeded yet.
        """
        self._forget_idle()
        answers = await self._link.run_many([self._tick_command(report) for report in reports])
        emptied = [report for report, answer in zip(reports, answers, strict=True) if answer is None]
        if emptied:
            again = await self._seed_and_tick(emptied)
            answers = [
                again.get(r.show_id) if a is None else a for r, a in zip(reports, answers, strict=True)
            ]
        failed = next((answer for answer in answers if isinstance(answer, Exception)), None)
        if failed is not None:
            raise failed
        return [self._take(report, answer) for report, answer in zip(reports, answers, strict=True)]

    def _tick_command(self, report: RoomReport) -> RedisCommand:
        room = self._rooms.setdefault(report.show_id, _Room())
        kinds = [
            word
            for kind in report.reactions.keys() | room.carried.keys()
            for word in (kind, room.known.get(kind, 0), _total(room, report, kind))
        ]
        keys = (self._keys.totals(report.show_id), self._keys.processes(report.show_id))
        return ("EVAL", TICK, 2, *keys, self._process_id, report.watching, PRESENCE_MS, KEYS_LIVE_MS, *kinds)

    def _take(self, report: RoomReport, answer: Any) -> RoomTotals:
        """Remember what Redis has now; without an answer, carry the report to the next tick and guess the totals."""
        room = self._rooms[report.show_id]
        room.told_at = time.monotonic()
        kinds = report.reactions.keys() | room.carried.keys()
        if answer is None:
            room.carried = {kind: room.carried.get(kind, 0) + report.reactions.get(kind, 0) for kind in kinds}
            guess = {
                k: room.seen.get(k, 0) + room.carried.get(k, 0)
                for k in room.seen.keys() | room.carried.keys()
            }
            return RoomTotals(report.show_id, report.watching, guess)
        room.known.update({kind: _total(room, report, kind) for kind in kinds})
        room.carried = {}
        watching, flat = answer
        pairs = zip(flat[::2], flat[1::2], strict=True)
        room.seen = {name: int(total) for kind, total in pairs if (name := kind.decode()) != MARK}
        return RoomTotals(report.show_id, int(watching), dict(room.seen))

    async def _seed_and_tick(self, reports: list[RoomReport]) -> dict[str, Any]:
        """Seed the shows whose counters are gone, then tell their reports again; shows that could not be seeded are left out."""
        seeds: list[RedisCommand] = []
        seeded: list[RoomReport] = []
        for report in reports:
            try:
                totals = await self._read_seed(report.show_id)
            except Exception as error:
                log.warning("bus.seed_failed", show=report.show_id, error=type(error).__name__)
                continue
            seen = self._rooms[report.show_id].seen
            most = {kind: max(totals.get(kind, 0), seen.get(kind, 0)) for kind in totals.keys() | seen.keys()}
            words = [word for pair in most.items() for word in pair]
            seeds.append(("EVAL", SEED, 1, self._keys.totals(report.show_id), KEYS_LIVE_MS, *words))
            seeded.append(report)
        if not seeded:
            return {}
        metrics.SEEDED.inc(len(seeded))
        await self._link.run_many(seeds)
        answers = await self._link.run_many([self._tick_command(report) for report in seeded])
        return {report.show_id: answer for report, answer in zip(seeded, answers, strict=True)}

    async def _read_seed(self, show_id: str) -> dict[str, int]:
        """Read a show's totals from SQL. SQL that hangs must not hold up the pulse: a later tick takes what comes late."""
        task = self._seeding.get(show_id)
        if task is None:
            task = self._seeding[show_id] = asyncio.create_task(self._read(show_id), name=f"seed {show_id}")
        await asyncio.wait({task}, timeout=SEED_SECONDS_MAX)
        if not task.done():
            raise TimeoutError
        del self._seeding[show_id]
        return task.result()

    async def _read(self, show_id: str) -> dict[str, int]:
        return await self._seed_reactions(show_id)

    def _forget_idle(self) -> None:
        """Forget shows that nobody here has reported for long; Redis has forgotten this process for them long before."""
        before = time.monotonic() - ROOM_IDLE_SECONDS
        for show_id in [s for s, room in self._rooms.items() if room.told_at and room.told_at < before]:
            del self._rooms[show_id]


def _total(room: _Room, report: RoomReport, kind: str) -> int:
    return room.known.get(kind, 0) + room.carried.get(kind, 0) + report.reactions.get(kind, 0)
