"""The people of a channel's shows, counted once over any groups of them: read once, then counted as often as is asked."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol

import numpy as np
from sqlalchemy.ext.asyncio import AsyncConnection

from server.stats.channel.asking import median_of, middle, questions_of
from server.stats.channel.cut import ALL, Cell, Cut
from server.stats.channel.facts import PEOPLE_COLUMNS, Left, Part, People, Questions, ShowOf, Till
from server.stats.channel.parts_repository import ModePeople
from server.stats.channel.tills import tills_of
from server.stats.channel.tills_repository import read_tills_in
from server.stats.columns import fold
from server.stats.columns.beside_repository import read_elsewhere, read_gone, read_scored
from server.stats.columns.flags import NOBODY
from server.stats.columns.fold import Counts, Group
from server.stats.columns.join import Channel, Placed
from server.stats.columns.numbers import numbered
from server.stats.columns.purchases import bought_before
from server.stats.columns.rows import ShowRows
from server.stats.columns.scored import Scored
from server.stats.columns.shelf import Shelf, Wanted
from server.stats.columns.walks import TIMES

_OF_TIMES: Final = frozenset(("watched_squares", "median_us", "clicked_in_order", "paid_in_order", *TIMES))
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


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

    async def people(self, cut: Cut = ALL) -> dict[Cell, People]:
        """Return people by part and the words of the cut, over the rows that it lets count. Cells of nobody are not in it."""
        found = await asyncio.to_thread(fold.count, self.channel, self.groups, cut)
        return {cell: _people_of(counts) for cell, counts in found.items()}

    async def modes(self, cut: Cut = ALL) -> dict[tuple[Cell, str], ModePeople]:
        """Return who watched live and who the replay, by part and the words of the cut."""
        found = await asyncio.to_thread(fold.count, self.channel, self.groups, cut)
        modes = {
            (cell, mode): ModePeople.of(mode, counts.all(name), _people_of(counts))
            for cell, counts in found.items()
            for mode, name in (("live", "watched_us"), ("replay", "replayed_us"))
            if counts.times[name]
        }
        return {key: each for key, each in modes.items() if each.viewers}

    def questions(self, cut: Cut = ALL) -> dict[Cell, Questions]:
        """Return what was asked in each part, by the words that rows of those who asked say."""
        return {
            (i, words): each
            for i, group in enumerate(self.groups)
            for words, each in questions_of(self._rows(group), cut).items()
        }

    async def tills_in(
        self, connection: AsyncConnection, asked: dict[str, Any], cut: Cut
    ) -> dict[Cell, list[Till]]:
        """Return what was sold by part and the words of the cut: of chosen rows SQL knows it, order by order."""
        if cut.by or cut.where:
            return await read_tills_in(connection, asked, cut)
        return {(i, ()): tills for i, tills in self.tills().items() if tills}

    def tills(self) -> dict[int, list[Till]]:
        """Return what each part sold, by currency."""
        return {i: tills_of(self._rows(group)) for i, group in enumerate(self.groups)}

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
    scored = await read_scored(look.connection, [show.id for show in near])
    everything = await asyncio.to_thread(numbered, [*read.values(), gone, elsewhere, scored])
    rows = dict(zip(read, everything, strict=False))
    gone, elsewhere, scored = everything[-3:]
    before = dict(zip(rows, await asyncio.to_thread(bought_before, list(rows.values())), strict=True))
    placed = [
        Placed(
            rows[show.id], since_epoch(show.started_at), since_epoch(show.ended_at or as_of), before[show.id]
        )
        for show in near
    ]
    channel = Channel(
        placed,
        window // _MICROSECOND,
        gone["gone.who"],
        gone["gone.at"],
        elsewhere["elsewhere.who"],
        Scored.of(scored),
    )
    place = {show.id: i for i, show in enumerate(near)}
    groups = [Group(sorted(place[show.id] for show in part.shows), since_epoch(part.until)) for part in parts]
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
    watched, walks = np.sort(counts.all("watched_us")), {name: counts.all(name) for name in TIMES}
    whole = {name: counts.numbers.get(name, 0) for name in PEOPLE_COLUMNS if name not in _OF_TIMES}
    return People(
        **whole,
        watched_squares=float(np.square(watched / 1e6).sum()),
        median_us=middle(watched),
        clicked_in_order=len(walks["to_click_us"]),
        paid_in_order=len(walks["to_pay_us"]),
        to_click_us=median_of(walks["to_click_us"]),
        to_pay_us=median_of(walks["to_pay_us"]),
        to_convert_us=median_of(walks["to_convert_us"]),
    )


def _people_in(shows: Sequence[ShowRows], name: str) -> int:
    return len(np.unique(np.concatenate([rows[name] for rows in shows]))) if shows else 0
