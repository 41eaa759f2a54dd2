"""The people of a channel's shows, counted once over any groups of them: read once, then counted as often as is asked."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

import numpy as np
from sqlalchemy.ext.asyncio import AsyncConnection

from server.stats.chance import Sample
from server.stats.channel.facts import PEOPLE_COLUMNS, Left, Part, People, Questions, ShowOf, Till
from server.stats.columns import fold
from server.stats.columns.beside_repository import read_elsewhere, read_gone
from server.stats.columns.flags import NOBODY
from server.stats.columns.fold import By, Counts, Group
from server.stats.columns.join import Channel, Placed
from server.stats.columns.numbers import numbered
from server.stats.columns.purchases import bought_before
from server.stats.columns.rows import ANSWERED, OPEN, ShowRows
from server.stats.columns.shelf import Shelf, Wanted
from server.stats.report import Sales

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_NO_SALES: Final = Sales(orders=0, units=0, gmv_minor=0)


class Asking(Protocol):
    """What a look knows of the channel (`look.Look`)."""

    @property
    def connection(self) -> AsyncConnection: ...
    @property
    def channel(self) -> str: ...
    @property
    def currency(self) -> str: ...
    @property
    def shows(self) -> Sequence[ShowOf]: ...


@dataclass(frozen=True, slots=True)
class Audience:
    """What has been read for `parts`: their shows, and those that people of theirs may have been in within the window."""

    parts: Sequence[Part]
    channel: Channel
    groups: Sequence[Group]

    async def people(self, by: By | None = None) -> dict[tuple[int, str], People]:
        """Return people by part and label; the label is empty where nothing is known, and without `by`. Parts without any are not in it."""
        found = await asyncio.to_thread(fold.count, self.channel, self.groups, by)
        return {key: _people_of(counts) for key, counts in found.items()}

    def questions(self) -> dict[int, Questions]:
        """Return what was asked in each part."""
        return {i: _questions_of(self._rows(group)) for i, group in enumerate(self.groups)}

    def tills(self) -> dict[int, list[Till]]:
        """Return what each part sold, by currency."""
        return {i: _tills_of(self._rows(group)) for i, group in enumerate(self.groups)}

    def left(self) -> dict[int, Left]:
        """Return how many people of each part are in no figure."""
        return {
            i: Left(*(_people_in(self._rows(group), name) for name in ("suspects", "staff")))
            for i, group in enumerate(self.groups)
        }

    def _rows(self, group: Group) -> list[ShowRows]:
        return [self.channel.shows[show].rows for show in group.shows]


async def read_audience(
    look: Asking, shelf: Shelf, parts: Sequence[Part], window: timedelta, as_of: datetime
) -> Audience:
    """Read what figures of these parts need."""
    asked = {show.id for part in parts for show in part.shows}
    near = _near(look.shows, parts, window)
    others = [show.id for show in look.shows if show.id not in {each.id for each in near}] if asked else []
    wanted = Wanted([show.id for show in near], others, look.currency, as_of)
    read = await shelf.read(look.connection, wanted)
    gone = await read_gone(look.connection, look.channel)
    unknown = [id for id in asked if (read[id]["sold.flags"] & NOBODY).any()]
    elsewhere = await read_elsewhere(look.connection, look.channel, unknown)
    everything = await asyncio.to_thread(numbered, [*read.values(), gone, elsewhere])
    rows = dict(zip(read, everything, strict=False))
    gone, elsewhere = everything[-2:]
    before = dict(zip(rows, await asyncio.to_thread(bought_before, list(rows.values())), strict=True))
    placed = [
        Placed(
            rows[show.id], since_epoch(show.started_at), since_epoch(show.ended_at or as_of), before[show.id]
        )
        for show in near
    ]
    channel = Channel(
        placed, window // _MICROSECOND, gone["gone.who"], gone["gone.at"], elsewhere["elsewhere.who"]
    )
    place = {show.id: i for i, show in enumerate(near)}
    groups = [Group([place[show.id] for show in part.shows], since_epoch(part.until)) for part in parts]
    return Audience(parts, channel, groups)


def since_epoch(at: datetime) -> int:
    """Return a moment as microseconds since 1970."""
    return (at - _EPOCH) // _MICROSECOND


def _near(shows: Sequence[ShowOf], parts: Sequence[Part], window: timedelta) -> list[ShowOf]:
    """Return the channel's shows that may be joined with those that are asked for, the oldest first."""
    starts = [show.started_at for part in parts for show in part.shows]
    if not starts:
        return []
    return [show for show in shows if min(starts) - window <= show.started_at < max(starts) + window]


def _people_of(counts: Counts) -> People:
    watched = np.sort(np.concatenate(counts.watched)) if counts.watched else np.empty(0, np.int64)
    whole = {
        name: counts.numbers.get(name, 0)
        for name in PEOPLE_COLUMNS
        if name not in ("watched_squares", "median_us")
    }
    return People(**whole, watched_squares=float(np.square(watched / 1e6).sum()), median_us=_middle(watched))


def _middle(numbers: np.typing.NDArray[np.int64 | np.float64]) -> float | None:
    """Return the median of numbers in order; None of none."""
    n = len(numbers)
    return (float(numbers[(n - 1) // 2]) + float(numbers[n // 2])) / 2 if n else None


def _questions_of(shows: Sequence[ShowRows]) -> Questions:
    if not shows:
        return Questions()
    who, state, viewed, took = (
        np.concatenate([rows[f"asked.{name}"] for rows in shows])
        for name in ("who", "state", "viewed", "answer_us")
    )
    return Questions(
        asked=len(who),
        asked_beside=int(np.count_nonzero(viewed == 0)),
        answered=int(np.count_nonzero(state == ANSWERED)),
        open=int(np.count_nonzero(state == OPEN)),
        askers=len(np.unique(who[viewed > 0])),
        median_seconds=_middle(np.sort(took[state == ANSWERED]) / 1e6),
    )


def _people_in(shows: Sequence[ShowRows], name: str) -> int:
    return len(np.unique(np.concatenate([rows[name] for rows in shows]))) if shows else 0


def _tills_of(shows: Sequence[ShowRows]) -> list[Till]:
    sold: defaultdict[str, defaultdict[str, list[int]]] = defaultdict(
        lambda: defaultdict(lambda: [0, 0, 0, 0])
    )
    reported: dict[str, list[int]] = {}
    for rows in shows:
        for currency, by, *numbers in rows.tills:
            sold[currency][by] = _add(sold[currency][by], numbers)
        for currency, *numbers in rows.reported:
            reported[currency] = _add(reported.get(currency, [0, 0, 0, 0]), numbers)
    return [_till(currency, sold[currency], reported.get(currency)) for currency in sorted(sold)]


def _add(one: Sequence[int], other: Sequence[int]) -> list[int]:
    return [a + b for a, b in zip(one, other, strict=True)]


def _till(currency: str, by: Mapping[str, Sequence[int]], reported: Sequence[int] | None) -> Till:
    """Of each kind of buyer: orders, units, their amount, and the sum of the amounts' squares."""
    audience = [numbers for who, numbers in by.items() if who != "staff"]
    orders, _, amount, squares = (
        (sum(each) for each in zip(*audience, strict=True)) if audience else (0, 0, 0, 0)
    )
    return Till(
        currency=currency,
        viewers=_sales(by.get("viewers")),
        without_a_view=_sales(by.get("without_a_view")),
        suspected_bots=_sales(by.get("suspected_bots")),
        staff=_sales(by.get("staff")),
        orders=Sample(orders, amount, float(squares)),
        reported=None if reported is None else _sales(reported),
        refunded_minor=None if reported is None else reported[3],
    )


def _sales(numbers: Sequence[int] | None) -> Sales:
    return _NO_SALES if numbers is None else Sales(orders=numbers[0], units=numbers[1], gmv_minor=numbers[2])
