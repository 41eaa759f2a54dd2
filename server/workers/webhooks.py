"""The webhooks' worker: claims what is due, sends it, and writes how that ended; at least once, however often a worker dies.

A claim has an end: what a killed worker had under way is taken over then. A worker that is killed between an answer and writing it
down sends again, under the same `webhook-id`.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import random

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.sealing import UnsealError
from server.clock import Clock
from server.db.engine import SQL_AWAY, Database
from server.db.forgetting import ForgetsOld
from server.webhooks import metrics
from server.webhooks.delivery_repository import (
    Claim,
    Result,
    claim,
    count_endpoints,
    finish,
    forget,
    read_waiting,
    switch_off,
    unclaim,
    wait_for_no_disk,
)
from server.webhooks.rules import Outcome, next_try, off_reason
from server.webhooks.sending import SECONDS_MAX, Sending

LOOK_SECONDS = 0.5
"""How often SQL is asked for what is due while nothing is under way."""
PLACES = 8
"""Webhooks under way to one endpoint and from one process; to one that fails, one."""
UNDER_WAY_MAX = 256
CLAIMED_FOR = timedelta(seconds=2 * SECONDS_MAX)
PUT_OFF_FOR = timedelta(minutes=1)
"""How long what this process cannot sign is left to others."""
BACKOFF_SECONDS = (0.25, 10.0)

log = structlog.get_logger()


class WebhookWorker:
    """Delivers what lies in the outbox."""

    def __init__(self, database: Database, clock: Clock, sending: Sending) -> None:
        self._database = database
        self._clock = clock
        self._sending = sending
        self._busy = Counter[str]()
        self._under_way = set[asyncio.Task[None]]()
        self._ended: list[Result] = []
        self._put_off: list[Claim] = []
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Deliver for ever; whatever fails here is logged, and tried again after a pause. What is under way at the end is given up."""
        pause = BACKOFF_SECONDS[0]
        try:
            while True:
                try:
                    await self.run_once()
                    await self.one_has_ended()
                    pause = BACKOFF_SECONDS[0]
                except Exception as error:
                    if (task := asyncio.current_task()) is not None and task.cancelling():
                        raise asyncio.CancelledError from error  # a driver made another error of our end
                    log.warning("webhooks.round_failed", error=type(error).__name__)
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, BACKOFF_SECONDS[1])
        finally:
            await self._stop()

    async def run_once(self) -> int:
        """Write down what has ended, begin what is due and has a place, and return how many are under way or not written down."""
        self._changed.clear()
        ended, put_off = self._ended, self._put_off
        self._ended, self._put_off = [], []
        try:
            async with self._database.write() as connection:
                await wait_for_no_disk(connection)
                await self._write_down(connection, ended, put_off)
                claims = await self._claim(connection)
        except BaseException:
            self._ended += ended
            self._put_off += put_off
            raise
        for each in claims:
            self._begin(each)
        await self._switch_off_dead(ended)
        return len(self._under_way) + len(self._ended) + len(self._put_off)

    async def finish(self) -> None:
        """Wait for everything that is under way, and write it down."""
        while self._under_way:
            await asyncio.wait(self._under_way)
        ended, put_off = self._ended, self._put_off
        async with self._database.write() as connection:
            await self._write_down(connection, ended, put_off)
        self._ended, self._put_off = [], []
        await self._switch_off_dead(ended)

    async def measure(self) -> None:
        """Tell the metrics what waits, as far as SQL answers."""
        try:
            async with self._database.read_soon() as connection:
                waiting, seconds = await read_waiting(connection, self._clock.now())
                on, given_up = await count_endpoints(connection)
        except SQL_AWAY:
            return
        metrics.WAITING.set(waiting)
        metrics.OVERDUE.set(max(0.0, seconds))
        metrics.ENDPOINTS.labels("on").set(on)
        metrics.ENDPOINTS.labels("given_up").set(given_up)

    def _begin(self, each: Claim) -> None:
        self._busy[each.endpoint_id] += 1
        task = asyncio.create_task(self._deliver(each), name=f"webhook {each.event_id}")
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _deliver(self, each: Claim) -> None:
        try:
            result = self._judge(each, await self._sending.send(each))
            self._ended.append(
                result
            )  # the list of now: a round has taken the one that was there before the answer
        except UnsealError:
            self._put_off.append(each)
            metrics.UNSEALED.inc()
            log.error(
                "webhooks.unsealed",
                endpoint=each.endpoint_id,
                mend="give this process the servers' SHOWFLOOR_SECRET",
            )
        except Exception:
            log.exception("webhooks.fault", endpoint=each.endpoint_id)  # its claim runs out
        finally:
            self._busy[each.endpoint_id] -= 1
            if not self._busy[each.endpoint_id]:
                del self._busy[each.endpoint_id]
            self._changed.set()

    def _judge(self, each: Claim, outcome: Outcome) -> Result:
        now = self._clock.now()
        metrics.ATTEMPTS.labels(outcome.failure or "delivered").inc()
        metrics.ATTEMPT_SECONDS.observe(outcome.took_ms / 1000)
        if outcome.failure is None:
            return Result(each, outcome, "delivered", None, now)
        next_at = next_try(each.attempts, each.since, now, random(), outcome.retry_after)
        if next_at is None:
            metrics.FAILED.inc()
        return Result(each, outcome, "failed" if next_at is None else "waiting", next_at, now)

    async def _write_down(
        self, connection: AsyncConnection, ended: Sequence[Result], put_off: Sequence[Claim]
    ) -> None:
        """Write what has ended; what cannot be written is tried again, or runs out and is delivered once more."""
        if ended:
            await finish(connection, ended)
        if put_off:
            await unclaim(connection, put_off, self._clock.now() + PUT_OFF_FOR)

    async def _claim(self, connection: AsyncConnection) -> list[Claim]:
        free = UNDER_WAY_MAX - len(self._under_way)
        if free <= 0:
            return []
        now = self._clock.now()
        return await claim(connection, now, now + CLAIMED_FOR, busy=self._busy, places=PLACES, most=free)

    async def _switch_off_dead(self, ended: Sequence[Result]) -> None:
        for result in ended:
            endpoint, failure = result.claim.endpoint_id, result.outcome.failure
            if failure is None:
                continue
            reason = off_reason(failure, result.claim.failing_since or result.at, result.at)
            if reason is None:
                continue
            async with self._database.write() as connection:
                channel = await switch_off(connection, endpoint, reason, result.at)
            if channel is not None:
                metrics.SWITCHED_OFF.labels(reason).inc()
                log.warning("webhooks.switched_off", endpoint=endpoint, channel=channel, reason=reason)

    async def one_has_ended(self) -> None:
        """Wait until something has ended, or it is time to look again."""
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await self._changed.wait()
        except TimeoutError:
            pass

    async def _stop(self) -> None:
        """End what is under way: its claims run out, and others take it over."""
        tasks = list(self._under_way)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)


class WebhookForgetting(ForgetsOld):
    """Forgets events that are older than `kept_for`, with their deliveries."""

    at_once_max = 1_000

    async def forget_before(self, connection: AsyncConnection, before: datetime, most: int) -> int:
        """Delete at most so many events, and return how many."""
        return await forget(connection, before, most)
