"""Orders of questions that votes and moves change, taken once and read page by page.

The order is that of the moment at which its first page is read. It is kept for all processes, so each question of that moment is in exactly
one page, as it stands when that page is read, however much is voted and moved meanwhile; what is no longer chosen then is left out, and
what was asked later is not in it.
"""

import asyncio
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol

from server.bus.connections import REDIS_AWAY
from server.errors import RefusedError
from server.protocol.codes import Code
from server.questions.choice import Choice

KEPT_SECONDS: Final = 300
"""From the last page that was read of it."""
FRESH_SECONDS: Final = 1.0
QUESTIONS_PER_SECOND: Final = 500
"""What is read by everybody is taken anew after `FRESH_SECONDS`, or a second for so many questions, so that no crowd fills Redis."""
_CURSOR: Final = re.compile(r"([0-9a-f]{16})-(\d{1,7})")
_CURSOR_BEFORE: Final = re.compile(r"[01]-\d{1,9}-[A-Za-z0-9_-]{1,40}")
"""Of a server of the version before: whoever holds it begins anew. A page keeps one question once."""
_REPEAT: Final = "+"
"""Stands before the id of a question that a repeat buyer asked."""


class Kept(Protocol):
    """Where lists are kept for a while; raises one of `REDIS_AWAY`."""

    async def keep(self, name: str, words: Sequence[str], *, seconds: int) -> None:
        """Keep words under a name that nobody else has."""
        ...

    async def read(self, name: str, first: int, n: int, *, seconds: int) -> list[str]:
        """Return up to `n` words from the `first` on, from 0, none when there is no such list."""
        ...


class Ranked(NamedTuple):
    """Ids in order, which of them repeat buyers asked, and the cursor behind them."""

    ids: list[str]
    repeat_buyers: frozenset[str]
    next: str | None


@dataclass(slots=True)
class _Ranking:
    name: str
    words: list[str]
    until: float
    keeping: asyncio.Lock = field(default_factory=asyncio.Lock)
    kept: bool = False


Read = Callable[[Choice], Awaitable[tuple[list[str], Collection[str]]]]
"""Reads all ids of a choice in their order, and which of them repeat buyers asked."""


class Rankings:
    """Takes orders by `read`, and keeps them."""

    def __init__(self, kept: Kept, read: Read, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._kept = kept
        self._read = read
        self._monotonic = monotonic
        self._shared: dict[Choice, asyncio.Task[_Ranking]] = {}

    async def first(self, choice: Choice, limit: int, *, shared: bool) -> Ranked:
        """Take the order, or with `shared` the one that somebody took just now, and return its first page.

        Raises `unavailable` when there is more than that and it cannot be kept.
        """
        ranking = await (self._take_shared(choice) if shared else self._take(choice))
        more = len(ranking.words) > limit
        if more:
            await self._keep(choice.show_id, ranking)
        return _ranked(ranking.words[:limit], f"{ranking.name}-{limit}" if more else None)

    async def after(self, choice: Choice, cursor: str, limit: int) -> Ranked | None:
        """Return the page behind a cursor; None when it is one of the version before. Raises `invalid` for one that is not kept."""
        if _CURSOR_BEFORE.fullmatch(cursor):
            return None
        found = _CURSOR.fullmatch(cursor)
        if found is None:
            raise RefusedError(Code.INVALID, "This cursor is of another order.")
        at = int(found[2])
        try:
            name = _name_in(choice.show_id, found[1])
            words = await self._kept.read(name, at, limit + 1, seconds=KEPT_SECONDS)
        except REDIS_AWAY as error:
            raise RefusedError(Code.UNAVAILABLE) from error
        if not words:
            raise RefusedError(Code.INVALID, "This order is no longer kept: begin without a cursor.")
        more = len(words) > limit
        return _ranked(words[:limit], f"{found[1]}-{at + limit}" if more else None)

    async def _take(self, choice: Choice) -> _Ranking:
        ids, repeat = await self._read(choice)
        words = [f"{_REPEAT}{id}" if id in repeat else id for id in ids]
        seconds = max(FRESH_SECONDS, len(words) / QUESTIONS_PER_SECOND)
        return _Ranking(secrets.token_hex(8), words, self._monotonic() + seconds)

    async def _take_shared(self, choice: Choice) -> _Ranking:
        known = self._shared.get(choice)
        if known is None or self._is_over(known):
            self._shared = {c: taking for c, taking in self._shared.items() if not self._is_over(taking)}
            known = self._shared[choice] = asyncio.create_task(self._take(choice), name="order of questions")
        # Whoever goes away must not take it from the others.
        return await asyncio.shield(known)

    def _is_over(self, taking: "asyncio.Task[_Ranking]") -> bool:
        if not taking.done():
            return False
        failed = taking.cancelled() or taking.exception() is not None
        return failed or taking.result().until <= self._monotonic()

    async def _keep(self, show_id: str, ranking: _Ranking) -> None:
        async with ranking.keeping:
            if ranking.kept:
                return
            try:
                await self._kept.keep(_name_in(show_id, ranking.name), ranking.words, seconds=KEPT_SECONDS)
            except REDIS_AWAY as error:
                raise RefusedError(Code.UNAVAILABLE) from error
            ranking.kept = True


def _name_in(show_id: str, name: str) -> str:
    return f"questions:{show_id}:{name}"


def _ranked(words: Sequence[str], following: str | None) -> Ranked:
    ids = [word.removeprefix(_REPEAT) for word in words]
    repeat = frozenset(word.removeprefix(_REPEAT) for word in words if word.startswith(_REPEAT))
    return Ranked(ids, repeat, following)
