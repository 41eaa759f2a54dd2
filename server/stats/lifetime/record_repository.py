"""Reading a channel's record as of a moment."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.stats.columns.beside_repository import read_gone, read_scored
from server.stats.columns.numbers import numbered, strangers_in
from server.stats.columns.rows import Column, ShowRows
from server.stats.columns.scored import Scored
from server.stats.columns.shelf import Shelf, Wanted
from server.stats.lifetime.people_repository import Beside, Scope, is_provisional
from server.stats.lifetime.record import Names, Record, ShowThen, paid_of

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_OWN: Final = text("""
    SELECT id, started_at, ended_at, bots_looked_for FROM show WHERE channel_id = :channel AND started_at <= :as_of
    ORDER BY started_at, id
""")


@dataclass(frozen=True, slots=True)
class Left:
    """What is known of who is in no figure; of guests only who counts people knows."""

    provisional: bool
    suspects: int | None
    staff: int

    def beside(self, guests: int) -> Beside:
        """Return it, with how many guests were somewhere where the channel may not recognise them."""
        return Beside(self.provisional, self.suspects, self.staff, guests)


async def read_record(
    connection: AsyncConnection, shelf: Shelf, scope: Scope, *, answers: bool = False
) -> tuple[Record, Left]:
    """Return the channel's shows that had begun by `scope.as_of`, with everybody who was in them, and how they answered where asked."""
    given = {"channel": scope.channel_id, "as_of": scope.as_of}
    own = (await connection.execute(_OWN, given)).all()
    ids = [show.id for show in own]
    read = await shelf.read(connection, Wanted([], [], scope.currency, scope.as_of, people=ids))
    gone = await read_gone(connection, scope.channel_id)
    scored = await read_scored(connection, ids if answers else [])
    provisional = await is_provisional(connection, scope)
    record = await asyncio.to_thread(_as_record, own, read, (gone, scored), scope.as_of)
    looked_for = all(show.bots_looked_for for show in own) if own else None
    suspects = _people_in(record, "suspects")
    return record, Left(
        provisional, suspects if suspects or looked_for else None, _people_in(record, "staff_came")
    )


def since_epoch(at: datetime) -> int:
    """Return a moment as microseconds since 1970."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def moment_of(at: int) -> datetime:
    """Return the moment so many microseconds after 1970 began."""
    return _EPOCH + timedelta(microseconds=at)


def _as_record(
    own: Sequence[Row[Any]], read: Mapping[str, ShowRows], beside: tuple[ShowRows, ShowRows], as_of: datetime
) -> Record:
    everything = [*(read[show.id] for show in own), *beside]
    strangers, top = strangers_in(everything)
    *all_rows, gone, scored = numbered(everything)
    shows = [_then(show, rows, as_of) for show, rows in zip(own, all_rows, strict=True)]
    last = _last_by(gone, since_epoch(as_of))
    paid = paid_of(shows, last, since_epoch(as_of))
    people = max(
        (int(who[-1]) + 1 for who in (*(show.rows["who"] for show in shows), paid.who) if len(who)), default=0
    )
    unnumbered = [id for id, rows in read.items() if len(rows["who"]) and rows["who"][0] < 0]
    names = Names(top, strangers, unnumbered)
    return Record(shows, *last, since_epoch(as_of), people, paid, Scored.of(scored), names)


def _then(show: Row[Any], rows: ShowRows, as_of: datetime) -> ShowThen:
    ended = show.ended_at is not None and show.ended_at <= as_of
    finish = show.ended_at if ended else as_of
    return ShowThen(show.id, rows, since_epoch(show.started_at), since_epoch(finish), running=not ended)


def _last_by(gone: ShowRows, as_of: int) -> tuple[Column, Column]:
    """Return who had taken consent back by then, each once, and when last."""
    before = gone["gone.at"] <= as_of
    who, at = gone["gone.who"][before], gone["gone.at"][before]
    order = np.lexsort((at, who))
    who, at = who[order], at[order]
    last = np.append(who[1:] != who[:-1], True)[: len(who)]
    return who[last], at[last]


def _people_in(record: Record, name: str) -> int:
    return len(np.unique(np.concatenate([show.rows[name] for show in record.shows]))) if record.shows else 0
