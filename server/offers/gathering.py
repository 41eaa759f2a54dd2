"""What many ask for at once is answered together: whoever comes while one round of questions is answered shares the next."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from server.errors import RefusedError
from server.protocol.codes import Code

A = TypeVar("A")
R = TypeVar("R")

AT_ONCE_MAX = 2_000
WAITING_MAX = 20_000
"""Per key and process; above, `busy`."""


class Gathering(Generic[A, R]):
    """Asks by `answer`, once for all that wait under a key: it gets them in order, and returns as many answers or refusals."""

    def __init__(self, answer: Callable[[str, Sequence[A]], Awaitable[Sequence[R | RefusedError]]]) -> None:
        self._answer = answer
        self._waiting: dict[str, list[tuple[A, asyncio.Future[R]]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def ask(self, key: str, asked: A) -> R:
        """Return the answer to `asked`; raises its refusal, `busy`, and whatever `answer` raises."""
        waiting = self._waiting.get(key)
        if waiting is None:
            waiting = self._waiting[key] = []
            task = asyncio.create_task(self._answer_all(key, waiting), name=f"gathering {key}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        if len(waiting) >= WAITING_MAX:
            raise RefusedError(Code.BUSY, retry_after_ms=1000)
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        waiting.append((asked, future))
        return await future

    async def close(self) -> None:
        """Wait until everybody is answered."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _answer_all(self, key: str, waiting: list[tuple[A, asyncio.Future[R]]]) -> None:
        try:
            while waiting:
                round = waiting[:AT_ONCE_MAX]
                del waiting[:AT_ONCE_MAX]
                await self._answer_round(key, round)
        finally:
            del self._waiting[key]
            for _, future in waiting:  # this task was cancelled
                future.cancel()

    async def _answer_round(self, key: str, round: list[tuple[A, asyncio.Future[R]]]) -> None:
        answers: Sequence[R | RefusedError | Exception]
        try:
            answers = await self._answer(key, [asked for asked, _ in round])
        except Exception as error:
            answers = [error] * len(round)
        for (_, future), answer in zip(round, answers, strict=True):
            if future.done():  # whoever asked does not wait any more
                continue
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)
