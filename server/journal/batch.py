"""What waits for a show's next transaction: taken off the queue together, answered together."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog

from server.db.doubt import InDoubtError
from server.errors import RefusedError, outcome_unknown
from server.journal import metrics
from server.journal.intents import INSERT_INTENTS, Intent, as_row, read_stored
from server.journal.transaction import ShowTransaction

C = TypeVar("C")
R = TypeVar("R")
Handler = Callable[[ShowTransaction, Sequence[C]], Awaitable[Sequence[R | RefusedError]]]

BATCH_COMMANDS_MAX = 1000

log = structlog.get_logger()


@dataclass(slots=True, eq=False)
class Waiting:
    """A command that waits; `kind` is its result's type, `repeatable` whether the same command once more does no harm."""

    handler: Handler[Any, Any]
    command: Any
    result: asyncio.Future[Any]
    intent: Intent | None = None
    kind: Any = None
    repeatable: bool = False


def take_batch(queue: deque[Waiting]) -> list[Waiting]:
    """Take the next commands off the queue. A repeated intent stays for the batch after, which finds the first one's result."""
    batch: list[Waiting] = []
    repeated: list[Waiting] = []
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


async def answer_batch(tx: ShowTransaction, batch: list[Waiting]) -> list[Any]:
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


async def _run_handlers(tx: ShowTransaction, batch: list[Waiting]) -> list[Any]:
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


def leave_in_doubt(batch: Iterable[Waiting], error: InDoubtError) -> None:
    """Tell each that it may have been carried out. If it was, the top check finds what it published."""
    metrics.IN_DOUBT.inc()
    log.warning("journal.commit_in_doubt", error=type(error.__cause__).__name__)
    for waiting in batch:
        resolve(waiting.result, outcome_unknown(repeatable=waiting.repeatable))


def refuse_all(commands: Iterable[Waiting], refused: RefusedError) -> None:
    """Answer each with the same refusal."""
    for waiting in commands:
        resolve(waiting.result, refused)


def resolve(answer: asyncio.Future[Any], result: Any) -> None:
    """Answer one command."""
    if answer.done():  # its waiter has gone; the command stands all the same
        return
    if isinstance(result, RefusedError):
        answer.set_exception(result)
    else:
        answer.set_result(result)
