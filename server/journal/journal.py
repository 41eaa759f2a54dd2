"""Group commit: commands that arrive while a transaction runs share the next one.

The order is: lock the head → handlers read, write and publish → publications, head and what handlers left in one statement →
commit → deliver → answer. A process that dies after the commit has lost nothing: every process finds the new offsets by the top check.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from sqlalchemy.exc import DBAPIError

from server.clock import Clock
from server.db.engine import Database, is_away
from server.errors import RefusedError
from server.journal import metrics, repository
from server.journal.intents import INSERT_INTENTS, Intent, as_row, is_taken, read_stored
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code
from server.protocol.publication import Publication

C = TypeVar("C")
R = TypeVar("R")
Handler = Callable[[ShowTransaction, Sequence[C]], Awaitable[Sequence[R | RefusedError]]]
Deliver = Callable[[str, str, list[Publication]], None]

BATCH_COMMANDS_MAX = 1000
WAITING_COMMANDS_MAX = 10_000
"""Per show and process; above, `busy`."""
CONTENTION_TRIES = 5
_CONTENTION = ("40001", "40P01", "55P03")

log = structlog.get_logger()


@dataclass(slots=True, eq=False)
class _Waiting:
    handler: Handler[Any, Any]
    command: Any
    answer: asyncio.Future[Any]
    intent: Intent | None = None
    kind: Any = None


class _Queue(deque[_Waiting]):
    """A show's commands that wait. `hurried` is set while one of them waits for no round."""

    def __init__(self) -> None:
        super().__init__()
        self.hurried = asyncio.Event()
        self.free_at = float("-inf")
        """The loop's time from which the next transaction may begin: one after the other they take at most half of it."""


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
        self._waiting: dict[str, _Queue] = {}
        self._committers: set[asyncio.Task[None]] = set()

    async def commit(
        self,
        show_id: str,
        handler: Handler[C, R],
        command: C,
        *,
        hurried: bool = False,
        intent: Intent | None = None,
        kind: Any = Any,
    ) -> R:
        """Carry out `command` by `handler` in the show's next transaction, and return its result once that is committed.

        What a busy room could not be told yet waits for the room's next round, so that all of it shares a transaction; unless somebody
        waits for the answer itself: then the transaction is `hurried` and waits for no round.

        With an `intent` it is carried out once, and its first result returned each time; `kind` is the result's type, which JSON keeps.

        Raises `RefusedError`: what the handler refused with, or `key_reused`, `not_found`, `busy`, `unavailable`, `internal`.
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
        waiting = _Waiting(handler, command, answer, intent, kind)
        queue.append(waiting)
        if hurried or len(queue) >= BATCH_COMMANDS_MAX:
            queue.hurried.set()
        result: R = await waiting.answer
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
                batch = _take_batch(queue)
                queue.hurried.clear()
                if not await self._commit_batch(show_id, batch):
                    # Whoever has waited behind them would wait as long for the same answer.
                    _refuse_all(queue, _unavailable())
                    queue.clear()
                self._commit_seconds = loop.time() - began
                queue.free_at = loop.time() + self._commit_seconds
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
        await asyncio.sleep(max(0.0, queue.free_at - loop.time()))

    async def _commit_batch(self, show_id: str, batch: list[_Waiting]) -> bool:
        """Commit and answer; return False when PostgreSQL was away, so that those behind need not find it out again."""
        try:
            answers = await self._transact(show_id, batch)
        except Exception as error:
            away = not isinstance(error, RefusedError) and is_away(error)
            if len(batch) > 1 and not away:
                return await self._commit_one_by_one(show_id, batch)
            _refuse_all(batch, _as_refused(error))
            return not away
        for waiting, answer in zip(batch, answers, strict=True):
            _resolve(waiting.answer, answer)
        return True

    async def _commit_one_by_one(self, show_id: str, batch: list[_Waiting]) -> bool:
        """One bad command must not harm the others: each gets a transaction of its own."""
        for index, waiting in enumerate(batch):
            if not await self._commit_batch(show_id, [waiting]):
                _refuse_all(batch[index + 1 :], _unavailable())
                return False
        return True

    async def _transact(self, show_id: str, batch: list[_Waiting]) -> list[Any]:
        for attempt in range(CONTENTION_TRIES):
            try:
                return await self._transact_once(show_id, batch)
            except DBAPIError as error:
                if not _is_contention(error) or attempt == CONTENTION_TRIES - 1:
                    raise
                await asyncio.sleep(0.005 * 2**attempt)
        raise AssertionError("the last attempt returns or raises")

    async def _transact_once(self, show_id: str, batch: list[_Waiting]) -> list[Any]:
        async with self._database.write_soon() as connection:
            head = await repository.lock_head(connection, show_id)
            if head is None:
                raise RefusedError(Code.NOT_FOUND)
            tx = ShowTransaction(show_id, connection, self._clock.now(), head.epoch, head.top)
            answers = await _answer(tx, batch)
            await repository.write_and_commit(connection, tx)
        metrics.TRANSACTIONS.inc()
        metrics.COMMANDS.inc(len(batch))
        if tx.publications:
            self._deliver(show_id, tx.epoch, tx.publications)
        return answers


def _take_batch(queue: deque[_Waiting]) -> list[_Waiting]:
    """Take the next commands off the queue. A repeated intent stays for the batch after, which finds the first one's result."""
    batch: list[_Waiting] = []
    repeated: list[_Waiting] = []
    places = set()
    while queue and len(batch) < BATCH_COMMANDS_MAX:
        waiting = queue.popleft()
        if waiting.intent is not None and waiting.intent.place in places:
            repeated.append(waiting)
            continue
        if waiting.intent is not None:
            places.add(waiting.intent.place)
        batch.append(waiting)
    queue.extendleft(reversed(repeated))
    return batch


async def _answer(tx: ShowTransaction, batch: list[_Waiting]) -> list[Any]:
    """Return the stored results of known intents, carry out everything else, and leave the new intents' results to be written."""
    stored = await read_stored(tx.connection, [w.intent for w in batch if w.intent is not None])
    known = {
        w: stored[w.intent.place].answer(w.intent, w.kind)
        for w in batch
        if w.intent and w.intent.place in stored
    }
    fresh = [waiting for waiting in batch if waiting not in known] if known else batch
    answers = await _run_handlers(tx, fresh)
    rows = [
        as_row(waiting.intent, answer, tx.now)
        for waiting, answer in zip(fresh, answers, strict=True)
        if waiting.intent is not None and not isinstance(answer, RefusedError)
    ]
    if rows:
        tx.write(INSERT_INTENTS, rows)
    if not known:
        return answers
    known |= dict(zip(fresh, answers, strict=True))
    return [known[waiting] for waiting in batch]


async def _run_handlers(tx: ShowTransaction, batch: list[_Waiting]) -> list[Any]:
    """Run each handler once over its commands, in the order in which the handlers came first; answers are in batch order."""
    groups: dict[Handler[Any, Any], list[int]] = {}
    for index, waiting in enumerate(batch):
        groups.setdefault(waiting.handler, []).append(index)
    answers: list[Any] = [None] * len(batch)
    for handler, indexes in groups.items():
        results = await handler(tx, [batch[i].command for i in indexes])
        for index, result in zip(indexes, results, strict=True):
            answers[index] = result
    return answers


def _is_contention(error: DBAPIError) -> bool:
    """Whether the same transaction may succeed when it is run again."""
    return getattr(error.orig, "sqlstate", None) in _CONTENTION or is_taken(error)


def _as_refused(error: Exception) -> RefusedError:
    if isinstance(error, RefusedError):
        return error
    if is_away(error):
        metrics.AWAY.inc()
        log.warning("journal.database_away", error=type(error).__name__)
        return _unavailable()
    log.error("journal.transaction_failed", exc_info=error)
    return RefusedError(Code.INTERNAL, retry_after_ms=2000)


def _unavailable() -> RefusedError:
    return RefusedError(Code.UNAVAILABLE, retry_after_ms=2000)


def _refuse_all(commands: Iterable[_Waiting], refused: RefusedError) -> None:
    for waiting in commands:
        _resolve(waiting.answer, refused)


def _resolve(answer: asyncio.Future[Any], result: Any) -> None:
    if answer.done():  # its waiter has gone; the command stands all the same
        return
    if isinstance(result, RefusedError):
        answer.set_exception(result)
    else:
        answer.set_result(result)
