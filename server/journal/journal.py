"""Group commit: commands that arrive while a transaction runs share the next one.

The order is: lock the head → handlers read, write and publish → publications, head and what handlers left in one statement →
commit → deliver → answer. A process that dies after the commit has lost nothing: every process finds the new offsets by the top check.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

import structlog
from sqlalchemy.exc import DBAPIError

from server.clock import Clock
from server.db.doubt import InDoubtError
from server.db.engine import Database, is_away
from server.errors import RefusedError, unavailable
from server.journal import metrics, repository
from server.journal.batch import (
    BATCH_COMMANDS_MAX,
    C,
    Handler,
    R,
    Waiting,
    answer_batch,
    leave_in_doubt,
    refuse_all,
    resolve,
    take_batch,
)
from server.journal.intents import Intent, is_taken
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code
from server.protocol.publication import Publication

Deliver = Callable[[str, str, list[Publication]], None]

WAITING_COMMANDS_MAX = 10_000
"""Per show and process; above, `busy`."""
STRETCHES_MAX = 10_000
"""Of how many shows it is remembered that nobody else has written."""
CONTENTION_TRIES = 5
REST = 2.0
"""How many times as long as a transaction took nothing patient is begun after it: two thirds of the time are for who waits for nothing."""
_CONTENTION = ("40001", "40P01", "55P03")

log = structlog.get_logger()


class _Stretch(NamedTuple):
    """A part of a show's journal that this process alone has written: behind `since`, up to `top`."""

    epoch: str
    since: int
    top: int


class _Queue(deque[Waiting]):
    """A show's commands that wait. `hurried` is set while one of them waits for no round."""

    def __init__(self) -> None:
        super().__init__()
        self.hurried = asyncio.Event()
        self.free_at = float("-inf")
        """The loop's time from which the next transaction may begin in which all are patient."""


class Journal:
    """The writing side of all journals in this process. `deliver` is called after each commit, in offset order per show."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        deliver: Deliver,
        *,
        round_due: Callable[[str, float], float] = lambda _, now: now,
    ) -> None:
        self._database = database
        self._clock = clock
        self._deliver = deliver
        self._round_due = round_due
        self._commit_seconds = 0.0
        """How long the last transaction took."""
        self._ours: dict[str, _Stretch] = {}
        self._waiting: dict[str, _Queue] = {}
        self._committers: set[asyncio.Task[None]] = set()

    async def commit(
        self,
        show_id: str,
        handler: Handler[C, R],
        command: C,
        *,
        intent: Intent | None = None,
        kind: Any = Any,
        repeatable: bool = False,
        patient: bool = False,
    ) -> R:
        """Carry out `command` by `handler` in the show's next transaction, and return its result once that is committed.

        `patient`: for what a crowd does and for what nobody waits for. What a busy room could not be told yet waits for the room's next
        round, so that all of it shares a transaction; until somebody comes whose command waits for no round.

        With an `intent` it is carried out once, and its first result returned each time; `kind` is the result's type, which JSON keeps.
        `repeatable`: the same command once more does no harm even without an intent, and gets the result.

        Raises `RefusedError`: what the handler refused with, or `key_reused`, `not_found`, `busy`, `unavailable`,
        `outcome_unknown`, `internal`.
        """
        queue = self._waiting.get(show_id)
        if queue is None:
            queue = self._waiting[show_id] = _Queue()
            task = asyncio.create_task(self._commit_all(show_id, queue), name=f"journal {show_id}")
            self._committers.add(task)
            task.add_done_callback(self._committers.discard)
        if len(queue) >= WAITING_COMMANDS_MAX:
            raise RefusedError(Code.BUSY, retry_after_ms=1000)
        answer = asyncio.get_running_loop().create_future()
        waiting = Waiting(handler, command, answer, intent, kind, repeatable=repeatable or intent is not None)
        queue.append(waiting)
        if not patient or len(queue) >= BATCH_COMMANDS_MAX:
            queue.hurried.set()
        result: R = await waiting.result
        return result

    async def close(self) -> None:
        """Wait until everything that was accepted is committed and answered."""
        while self._committers:
            await asyncio.wait(self._committers)

    async def _commit_all(self, show_id: str, queue: _Queue) -> None:
        """Run transactions until nobody waits. A quiet show commits at once, a busy one as often as its rooms have rounds."""
        loop = asyncio.get_running_loop()
        try:
            while queue:
                await self._wait_for_turn(show_id, queue)
                began = loop.time()
                batch = take_batch(queue)
                queue.hurried.clear()
                if not await self._commit_batch(show_id, batch):
                    # Whoever has waited behind them would wait as long for the same answer.
                    refuse_all(queue, unavailable())
                    queue.clear()
                self._commit_seconds = loop.time() - began
                queue.free_at = loop.time() + REST * self._commit_seconds
        finally:
            # Nothing can be appended between the loop's last look and here: no await lies between.
            del self._waiting[show_id]

    async def _wait_for_turn(self, show_id: str, queue: _Queue) -> None:
        """Return when the next transaction may begin, so that it ends when the room's next round is due."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        wait = self._round_due(show_id, now) - self._commit_seconds - now
        if wait > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await queue.hurried.wait()
        if not queue.hurried.is_set():
            await asyncio.sleep(max(0.0, queue.free_at - loop.time()))

    async def _commit_batch(self, show_id: str, batch: list[Waiting]) -> bool:
        """Commit and answer; return False when PostgreSQL was away, so that those behind need not find it out again."""
        try:
            answers = await self._transact(show_id, batch)
        except Exception as error:
            away = not isinstance(error, RefusedError) and is_away(error)
            if len(batch) > 1 and not away:
                return await self._commit_one_by_one(show_id, batch)
            if isinstance(error, InDoubtError):
                leave_in_doubt(batch, error)
            else:
                refuse_all(batch, _as_refused(error))
            return not away
        for waiting, answer in zip(batch, answers, strict=True):
            resolve(waiting.result, answer)
        return True

    async def _commit_one_by_one(self, show_id: str, batch: list[Waiting]) -> bool:
        """One bad command must not harm the others: each gets a transaction of its own."""
        for index, waiting in enumerate(batch):
            if not await self._commit_batch(show_id, [waiting]):
                refuse_all(batch[index + 1 :], unavailable())
                return False
        return True

    async def _transact(self, show_id: str, batch: list[Waiting]) -> list[Any]:
        for attempt in range(CONTENTION_TRIES):
            try:
                return await self._transact_once(show_id, batch)
            except DBAPIError as error:
                if not _may_succeed_again(error) or attempt == CONTENTION_TRIES - 1:
                    raise
                await asyncio.sleep(0.005 * 2**attempt)
        raise AssertionError("the last attempt returns or raises")

    async def _transact_once(self, show_id: str, batch: list[Waiting]) -> list[Any]:
        async with self._database.seat_soon() as seat:
            head = await repository.lock_head(seat, show_id)
            if head is None:
                raise RefusedError(Code.NOT_FOUND)
            tx = ShowTransaction(
                show_id,
                seat.connection,
                self._clock.now(),
                head.epoch,
                head.top,
                rehearsal=head.rehearsal,
                alone_since=self._alone_since(head),
            )
            answers = await answer_batch(tx, batch)
            await repository.write_and_commit(seat, tx)
        self._note_ours(tx)
        metrics.TRANSACTIONS.inc()
        metrics.COMMANDS.inc(len(batch))
        self._deliver_now(tx)
        return answers

    def _alone_since(self, head: repository.Head) -> int:
        """Return the offset behind which only this process has published, which is the newest one where another has meanwhile."""
        ours = self._ours.get(head.show_id)
        return ours.since if ours and (ours.epoch, ours.top) == (head.epoch, head.top) else head.top

    def _note_ours(self, tx: ShowTransaction) -> None:
        if len(self._ours) >= STRETCHES_MAX:
            self._ours.clear()
        self._ours[tx.show_id] = _Stretch(tx.epoch, tx.alone_since, tx.top)

    def _deliver_now(self, tx: ShowTransaction) -> None:
        """Deliver what is committed. Whatever fails here, the command stands: the top check delivers then."""
        try:
            if tx.publications:
                self._deliver(tx.show_id, tx.epoch, tx.publications)
            for tell in tx.afterwards:
                tell()
        except Exception:
            log.exception("journal.delivery_failed", show=tx.show_id)


def _may_succeed_again(error: DBAPIError) -> bool:
    """Whether the same transaction may succeed when it is run again: others were in its way, or it was given a dead connection."""
    contention = getattr(error.orig, "sqlstate", None) in _CONTENTION
    return error.connection_invalidated or contention or is_taken(error)


def _as_refused(error: Exception) -> RefusedError:
    if isinstance(error, RefusedError):
        return error
    if is_away(error):
        metrics.AWAY.inc()
        log.warning("journal.database_away", error=type(error).__name__)
        return unavailable()
    log.error("journal.transaction_failed", exc_info=error)
    return RefusedError(Code.INTERNAL, retry_after_ms=2000)
