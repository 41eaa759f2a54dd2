"""Pages of the questions that viewers see, kept for a moment: when thousands ask for the same page at once, SQL is asked once."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from server.access.entry import ShowTerms
from server.questions.browsing import Browsing
from server.questions.choice import Choice, Page
from server.questions.service import Questions

FRESH_SECONDS = 1.0
PAGES_MAX = 1_000
"""Above that the older half is forgotten; a page is some tens of KB."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which page: questions in states that viewers see, behind a cursor."""

    choice: Choice
    cursor: str | None
    limit: int


@dataclass(frozen=True, slots=True)
class VisiblePage:
    """A page, and who may come to its show."""

    door: ShowTerms
    page: Page


class VisiblePages:
    """Reads pages, each once for all who ask within a second."""

    def __init__(
        self, questions: Questions, browsing: Browsing, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._questions = questions
        self._browsing = browsing
        self._monotonic = monotonic
        self._pages: dict[Wanted, tuple[float, asyncio.Task[VisiblePage]]] = {}

    async def page(self, wanted: Wanted) -> VisiblePage:
        """Return the page, at most a second old; raises `not_found`, what `Browsing.page` raises, and what SQL raises."""
        now = self._monotonic()
        known = self._pages.get(wanted)
        if known is None or known[0] <= now or (known[1].done() and known[1].exception() is not None):
            reading = asyncio.create_task(self._read(wanted), name="visible questions")
            known = self._pages[wanted] = (now + FRESH_SECONDS, reading)
            self._forget(now)
        # Whoever goes away must not take the page from the others.
        return await asyncio.shield(known[1])

    async def _read(self, wanted: Wanted) -> VisiblePage:
        door = await self._questions.door_of(wanted.choice.show_id)
        page = await self._browsing.page(wanted.choice, wanted.cursor, wanted.limit, shared=True)
        return VisiblePage(door, page)

    def _forget(self, now: float) -> None:
        if len(self._pages) <= PAGES_MAX:
            return
        self._pages = {key: page for key, page in self._pages.items() if page[0] > now}
        for key in list(self._pages)[: max(0, len(self._pages) - PAGES_MAX // 2)]:
            del self._pages[key]
