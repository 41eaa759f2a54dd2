"""Answering questions: one look at the channel, bounded in time, in rows, and in how many a channel asks at once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.protocol.codes import Code
from server.query.answer import QueryAnswer, as_row
from server.query.catalogue import refuse_metric
from server.query.cells import (
    Asked,
    Found,
    condition_of,
    names_in,
    of_connection,
    ordered,
    read_cells,
    read_total,
)
from server.query.grammar import Query
from server.query.slots import Chosen, Slot, choose, narrowed, slots_of
from server.sealing.unsealing import facts_of
from server.stats.channel.comparison import SideFacts, compare_figures
from server.stats.channel.facts import Part
from server.stats.channel.look import Look, left_out_of, look_at
from server.stats.channel.parts_repository import read_titles
from server.stats.channel.report import Change
from server.stats.channel.service import READS_AT_ONCE
from server.stats.columns.shelf import Shelf
from server.stats.repository import give_room

SECONDS_MAX: Final = 30.0
"""No question is worked on longer: those who sell come first."""
OF_A_CHANNEL_MAX: Final = 4
"""So many questions of one channel are worked on, or wait for it, in one process."""
FOUND_MAX: Final = 200_000
"""No question has more rows, given or not."""

_CANCELLED = "57014"
_BOUND = text("SELECT set_config('statement_timeout', :ms, true)")


class Queries:
    """Answers questions of all channels; whoever asks says which channel they are from, and no question names another one."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        shelf: Shelf | None = None,
        *,
        seconds_max: float = SECONDS_MAX,
    ) -> None:
        """`shelf` has the columns of shows whose rows no longer change; without one everything is read from SQL."""
        self._database = database
        self._clock = clock
        self._shelf = shelf
        self._seconds_max = seconds_max
        self._reading = asyncio.Semaphore(READS_AT_ONCE)
        self._waiting: Counter[str] = Counter()

    async def answer(self, channel: str, query: Query, *, limit: int | None = None) -> QueryAnswer:
        """Return what a question comes to, `limit` rows of it at most; raises `invalid` (also for one that takes too long) and `busy`."""
        _check(query)
        async with self._bounded(channel):
            return await self._answer(channel, query, limit or query.limit)

    async def _answer(self, channel: str, query: Query, limit: int) -> QueryAnswer:
        asked = Asked(query.metrics, query.dimensions, [condition_of(each) for each in query.filters])
        async with self._database.undone() as connection:
            await self._bound(connection)
            look = await look_at(connection, channel, self._clock.now(), query.days, self._shelf)
            chosen = choose(look, query.period)
            other = None if query.compare is None else choose(look, query.compare, chosen)
            sides = [narrowed(look, each, asked.conditions) for each in (chosen, other) if each is not None]
            if asked.apart != "product":
                found = [await _read(look, each, asked) for each in sides]
                return await _build(look, query, sides, found, limit)
        # The wide rows do not tell products apart: that is in the entries, which may be sealed.
        shows = [show.id for side in sides for show in side.shows]
        async with facts_of(self._database, shows) as connection:
            await give_room(connection)
            await self._bound(connection)
            look = of_connection(look, connection)
            found = [await _read(look, each, asked) for each in sides]
            return await _build(look, query, sides, found, limit)

    @asynccontextmanager
    async def _bounded(self, channel: str) -> AsyncIterator[None]:
        if self._waiting[channel] >= OF_A_CHANNEL_MAX:
            why = f"The channel has {OF_A_CHANNEL_MAX} questions that are worked on: wait for one of them."
            raise RefusedError(Code.BUSY, why, retry_after_ms=1_000)
        self._waiting[channel] += 1
        try:
            async with asyncio.timeout(self._seconds_max + 1), self._reading:
                yield
        except TimeoutError:
            raise self._too_long() from None
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) == _CANCELLED:
                raise self._too_long() from None
            raise
        finally:
            self._waiting[channel] -= 1
            self._waiting += Counter()  # forgets those of whom none is left

    async def _bound(self, connection: AsyncConnection) -> None:
        await connection.execute(_BOUND, {"ms": str(round(self._seconds_max * 1_000))})

    def _too_long(self) -> RefusedError:
        why = f"The question took more than {self._seconds_max:g} s and was stopped: take a shorter period or fewer dimensions."
        return RefusedError(Code.INVALID, why, reason="too_long", seconds_max=self._seconds_max)


Sided = tuple[Found, list[Found]]


def _check(query: Query) -> None:
    """Raise `invalid` for metrics that do not go with the dimensions and filters, naming each and what does."""
    fields = [*query.dimensions, *(each.field for each in query.filters)]
    errors = [
        {"at": f"body/metrics/{i}", "why": refusal.why, "allowed": list(refusal.allowed)}
        for i, metric in enumerate(query.metrics)
        if (refusal := refuse_metric(metric, fields)) is not None
    ]
    if errors:
        raise RefusedError(Code.INVALID, "; ".join(str(each["why"]) for each in errors), errors=errors)


async def _read(look: Look, chosen: Chosen, asked: Asked) -> Sided:
    whole = Slot({}, Part(chosen.shows, chosen.until), whole=True)
    cells = (
        await read_cells(look, slots_of(look, chosen, asked.dimensions), asked) if asked.dimensions else []
    )
    if len(cells) > FOUND_MAX:
        raise RefusedError(Code.INVALID, f"The answer has more than {FOUND_MAX} rows: take fewer dimensions.")
    return await read_total(look, whole, asked), cells


async def _build(
    look: Look, query: Query, sides: Sequence[Chosen], found: Sequence[Sided], limit: int
) -> QueryAnswer:
    total, cells = found[0]
    other_total, fellows = found[1] if len(found) > 1 else (None, [])
    by_values = {tuple(cell.values.items()): cell for cell in fellows}
    rows = ordered(cells, _order_of(query), look.currency, query.dimensions)
    shown = [
        as_row(cell, query.dimensions, _changes(cell, by_values.get(tuple(cell.values.items()))))
        for cell in rows[:limit]
    ]
    periods = [None if side.days is None else look.period(side.days) for side in sides]
    return QueryAnswer(
        **look.about(*(Part(side.shows, side.until) for side in sides)),
        period=periods[0],
        compared_with=periods[1] if len(periods) > 1 else None,
        shows=len(sides[0].shows),
        metrics=list(query.metrics),
        dimensions=list(query.dimensions),
        left_out=left_out_of(total.facts),
        total=as_row(total, (), _changes(total, other_total)),
        rows=shown,
        found=len(rows),
        names=await _names(look, rows[:limit]),
    )


def _order_of(query: Query) -> list[tuple[str, bool]]:
    if query.order:
        return [(each.by, each.descending) for each in query.order]
    in_time = [each for each in query.dimensions if each in {"day", "week", "month", "hour", "weekday"}]
    return [(in_time[0], False)] if in_time else [(query.metrics[0], True)]


def _changes(cell: Found, fellow: Found | None) -> list[Change]:
    if fellow is None:
        return []
    return compare_figures(*(SideFacts(each.facts, each.figures, {}) for each in (cell, fellow)))


async def _names(look: Look, cells: Sequence[Found]) -> dict[str, str]:
    shows, products = set(names_in(cells, "show")), set(names_in(cells, "product"))
    titles = {show.id: show.title for show in look.shows if show.id in shows}
    return {**titles, **(await read_titles(look.connection, products) if products else {})}
