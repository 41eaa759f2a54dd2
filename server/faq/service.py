"""FAQs of products: read by viewers, searched for whoever is about to ask, and edited by merchants."""

import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from server.audit.trail import Actor, audit_beside
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.faq import repository
from server.faq.rules import ANSWER_CHARACTERS_MAX, LINES_MAX, QUESTION_CHARACTERS_MAX, FaqLine
from server.http.versions import Match
from server.ids import new_id
from server.journal.intents import Intent, carry_out_once
from server.protocol.codes import Code
from server.shows.selling_repository import find_sold
from server.text import clean_text
from server.text.likeness import Texts

SEARCHED_MAX: Final = 5_000
"""Lines of what a show sells that are searched: the newest."""
KEPT_SECONDS: Final = 10.0
"""So long a line that is new may not be found yet; what is found is read anew."""
SHOWS_MAX: Final = 50


@dataclass(frozen=True, slots=True)
class Edit:
    """What is to be changed of a line; None: it stays."""

    question: str | None = None
    answer: str | None = None
    shown: bool | None = None


class Faq:
    """Lines of what a channel sells."""

    def __init__(
        self, database: Database, clock: Clock, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._clock = clock
        self._monotonic = monotonic
        self._texts: OrderedDict[str, tuple[float, Texts]] = OrderedDict()

    async def shown(self, show_id: str, product_id: str) -> list[FaqLine]:
        """Return what everybody reads of a product of the show, the newest first; raises `not_found`."""
        async with self._database.read_soon() as connection:
            found = await find_sold(connection, show_id, product_id)
            if found is None:
                raise RefusedError(Code.NOT_FOUND)
            return await repository.read_shown(connection, found.product_id)

    async def like(
        self, show_id: str, written: str, product_id: str | None, *, limit: int
    ) -> list[tuple[FaqLine, float]]:
        """Return up to `limit` lines of what the show sells that are like a text, with their likeness, the likest first.

        `product_id`: only that product's. Raises `not_found` for one that the show does not sell.
        """
        async with self._database.read_soon() as connection:
            head = None
            if product_id is not None:
                found = await find_sold(connection, show_id, product_id)
                if found is None:
                    raise RefusedError(Code.NOT_FOUND)
                head = found.product_id
            texts = await self._texts_of(connection, show_id)
            near = {
                like.id: like.likeness
                for like in texts.like(clean_text(written, characters_max=QUESTION_CHARACTERS_MAX))
            }
            read = await repository.read_lines(connection, list(near)) if near else []
        lines = {line.id: line for line in read if line.shown and head in (None, line.product_id)}
        return [(lines[id], likeness) for id, likeness in near.items() if id in lines][:limit]

    async def count_help(self, show_id: str, line_id: str, viewer_id: str, *, counted: bool) -> None:
        """Keep that a line answered what a viewer was about to ask, once for each viewer; `counted` False: only look.

        Raises `not_found` for a line that is not offered in the show.
        """
        async with self._database.write_soon() as connection:
            if not await repository.is_offered(connection, show_id, line_id):
                raise RefusedError(Code.NOT_FOUND)
            if counted:
                await repository.keep_help(connection, line_id, viewer_id, show_id, self._clock.now())

    async def helped(self, lines: Collection[FaqLine]) -> dict[str, int]:
        """Return by its id how many viewers each of these lines answered before they asked."""
        async with self._database.read_soon() as connection:
            found = await repository.read_helped(connection, [line.id for line in lines])
        return {line.id: found.get(line.id, 0) for line in lines}

    async def all_of(self, channel_id: str, product_id: str) -> list[FaqLine]:
        """Return all lines of a product, the oldest first, those that are not shown too; raises `not_found`."""
        async with self._database.read_soon() as connection:
            head = await _head(connection, channel_id, product_id)
            return await repository.read_of_products(connection, [head])

    async def add(
        self, channel_id: str, by: Actor, product_id: str, edit: Edit, *, intent: Intent | None = None
    ) -> FaqLine:
        """Write a line of staff's own; raises `not_found`, `invalid`, and `too_many` with `limit`."""
        question, answer = _clean(edit)
        now = self._clock.now()

        async def write(connection: AsyncConnection) -> str:
            head = await _head(connection, channel_id, product_id)
            if len(await repository.read_of_products(connection, [head], lock=True)) >= LINES_MAX:
                why = "The product has as many lines as it may have."
                raise RefusedError(Code.TOO_MANY, why, limit=LINES_MAX, left=0)
            line = FaqLine(
                id=new_id("fq"),
                channel_id=channel_id,
                product_id=head,
                question=question or "",
                answer=answer or "",
                shown=edit.shown is not False,
                source=None,
                asked_in=None,
                edited=True,
                reworded=True,
                version=1,
                at=now,
                changed_at=now,
                changed_by=by.name,
            )
            await repository.insert_lines(connection, [line])
            await audit_beside(connection, by, "faq.add", line.id, now, channel=channel_id, product=head)
            return line.id

        line_id = await carry_out_once(self._database, self._clock, intent, str, write)
        async with self._database.read_soon() as connection:
            return _known(await repository.find_line(connection, channel_id, line_id))

    async def change(self, channel_id: str, by: Actor, line_id: str, edit: Edit, match: Match) -> FaqLine:
        """Change a line; the same once more changes nothing.

        Raises `not_found`, `invalid`, and `conflict` unless `match` admits its version.
        """
        question, answer = _clean(edit)
        async with self._database.write_soon() as connection:
            line = _known(await repository.find_line(connection, channel_id, line_id, lock=True))
            match.require(line.version, line)
            wanted: dict[str, Any] = {"question": question, "answer": answer, "shown": edit.shown}
            changed = {name: new for name, new in wanted.items() if new not in (None, getattr(line, name))}
            if not changed:
                return line
            now = self._clock.now()
            after = replace(
                line,
                **changed,
                edited=True,
                reworded=line.reworded or "question" in changed,
                version=line.version + 1,
                changed_at=now,
                changed_by=by.name,
            )
            await repository.update_line(connection, after)
            noted = {"channel": channel_id, "product": line.product_id, "changed": sorted(changed)}
            await audit_beside(connection, by, "faq.change", line_id, now, **noted)
        return after

    async def remove(self, channel_id: str, by: Actor, line_id: str, match: Match) -> None:
        """Remove a line for good; raises as `change`."""
        async with self._database.write_soon() as connection:
            line = _known(await repository.find_line(connection, channel_id, line_id, lock=True))
            match.require(line.version, line)
            await repository.delete_lines(connection, [line_id])
            noted = {"channel": channel_id, "product": line.product_id}
            await audit_beside(connection, by, "faq.remove", line_id, self._clock.now(), **noted)

    async def _texts_of(self, connection: AsyncConnection, show_id: str) -> Texts:
        now = self._monotonic()
        until, texts = self._texts.pop(show_id, (now, Texts()))
        if until <= now:
            until, texts = (
                now + KEPT_SECONDS,
                Texts(await repository.read_questions(connection, show_id, SEARCHED_MAX)),
            )
        self._texts[show_id] = (until, texts)
        if len(self._texts) > SHOWS_MAX:
            self._texts.popitem(last=False)
        return texts


def _clean(edit: Edit) -> tuple[str | None, str | None]:
    question = (
        None if edit.question is None else clean_text(edit.question, characters_max=QUESTION_CHARACTERS_MAX)
    )
    answer = None if edit.answer is None else clean_text(edit.answer, characters_max=ANSWER_CHARACTERS_MAX)
    return question, answer


async def _head(connection: AsyncConnection, channel_id: str, product_id: str) -> str:
    head = (await repository.read_heads(connection, channel_id, [product_id])).get(product_id)
    if head is None:
        raise RefusedError(Code.NOT_FOUND)
    return head


def _known(line: FaqLine | None) -> FaqLine:
    if line is None:
        raise RefusedError(Code.NOT_FOUND)
    return line
