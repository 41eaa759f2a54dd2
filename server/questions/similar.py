"""Questions like a text: what the asker is shown before sending, and a moderator when there may be twins.

Each process keeps the texts of the shows that were asked about lately, as they are compared. What has become of a question is read when it
is found, so an answer is as true as SQL; and all texts of a show are read anew now and then, so that none outlives its erasure for long.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from server.db.engine import Database
from server.protocol.pushes import QuestionState
from server.questions.people_repository import read_texts
from server.questions.repository import read_questions
from server.questions.rules import VISIBLE, Question
from server.text.likeness import Texts

SHOWS_MAX: Final = 50
"""Of more shows the one asked about longest ago is forgotten. 5,000 questions take some 4 MB."""
KEPT_SECONDS: Final = 600.0
_LATE: Final = timedelta(seconds=30)
"""So long after the time that it bears SQL may show a question: a transaction ends later, another process's clock is behind."""
FOR_STAFF: Final[frozenset[QuestionState]] = VISIBLE | frozenset[QuestionState]({"pending", "shadowed"})
"""What is neither gone nor part of another one."""


@dataclass(slots=True)
class _Known:
    until: float
    texts: Texts = field(default_factory=Texts)
    asked_at: datetime | None = None
    """When the newest of them was asked."""
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(frozen=True, slots=True)
class Similar:
    """A question that is like a text; `likeness` is from 68 to 100."""

    question: Question
    likeness: float


class SimilarQuestions:
    """Finds them. Who may enter the show is asked before."""

    def __init__(self, database: Database, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._monotonic = monotonic
        self._shows: OrderedDict[str, _Known] = OrderedDict()

    async def like(
        self, show_id: str, text: str, *, states: frozenset[QuestionState], limit: int
    ) -> list[Similar]:
        """Return up to `limit` of the show's questions in `states` that are like `text`, the likest first."""
        known = await self._known(show_id)
        near = {like.id: like.likeness for like in known.texts.like(text)}
        if not near:
            return []
        async with self._database.read_soon() as connection:
            read = await read_questions(connection, show_id, list(near))
        standing = {each.id: each for each in read if each.state in states}
        return [Similar(standing[id], likeness) for id, likeness in near.items() if id in standing][:limit]

    async def holding(self, show_id: str, words: str) -> list[str]:
        """Return the ids of the show's questions that hold each of the words, in any case, width and kind of kana; none for no word."""
        return (await self._known(show_id)).texts.holding(words)

    async def _known(self, show_id: str) -> _Known:
        known = self._kept(show_id)
        async with known.reading:
            await self._catch_up(show_id, known)
        return known

    def _kept(self, show_id: str) -> _Known:
        now = self._monotonic()
        known = self._shows.pop(show_id, None)
        if known is None or known.until <= now:
            known = _Known(now + KEPT_SECONDS)
        self._shows[show_id] = known
        if len(self._shows) > SHOWS_MAX:
            self._shows.popitem(last=False)
        return known

    async def _catch_up(self, show_id: str, known: _Known) -> None:
        """Read the texts that have come since; those of the last seconds once more, since one may have come late."""
        since = None if known.asked_at is None else known.asked_at - _LATE
        async with self._database.read_soon() as connection:
            read = await read_texts(connection, show_id, since)
        known.texts.add((id, text) for id, _, text in read)
        if read:
            known.asked_at = read[-1][1]
