"""The SQL of audiences that come from other shows."""

from datetime import datetime

from sqlalchemy import delete, exists, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.clock import to_wire
from server.protocol.arriving import Arrival, Declined
from server.shows.tables import ArrivalRow, DeclinedArrivalRow

ARRIVALS_SHOWN_MAX = 20
"""The newest; more shows than that hand over to one at once only where somebody wants to disturb."""

_ARRIVAL = ArrivalRow.__table__  # type: ignore[attr-defined]
_DECLINED = DeclinedArrivalRow.__table__  # type: ignore[attr-defined]
_WRITE = text(
    """
    INSERT INTO arrival (show_id, from_show_id, title, host, channel, viewers, at, told, gone)
    SELECT :to, s.id, s.title, s.host, c.name, :viewers, :at, false, false
    FROM show s JOIN channel c ON c.id = s.channel_id WHERE s.id = :from
    ON CONFLICT (show_id, from_show_id) DO UPDATE
    SET title = excluded.title, host = excluded.host, channel = excluded.channel, viewers = excluded.viewers, at = excluded.at,
        told = false, gone = false
    """
)


_READ_DECLINED = text("""
    SELECT s.id, s.title, s.host, c.name FROM declined_arrival AS d
    JOIN show AS s ON s.id = d.from_show_id JOIN channel AS c ON c.id = s.channel_id
    WHERE d.show_id = :show ORDER BY d.at DESC, s.id
""")


async def write_arrival(
    connection: AsyncConnection, from_show: str, to: str, viewers: int | None, at: datetime
) -> None:
    """Keep that a show's audience is handed over to another one; `viewers` None: nobody counted them."""
    await connection.execute(_WRITE, {"from": from_show, "to": to, "viewers": viewers, "at": at})


async def take_back_arrival(connection: AsyncConnection, from_show: str, to: str) -> None:
    """Keep that it is handed over no more."""
    there = (_ARRIVAL.c.show_id == to) & (_ARRIVAL.c.from_show_id == from_show)
    await connection.execute(update(_ARRIVAL).where(there).values(gone=True, told=False))


async def read_to_be_told(connection: AsyncConnection, from_show: str) -> list[str]:
    """Return the shows whose staff are still to be told something of the audience of this one."""
    wanted = select(_ARRIVAL.c.show_id).where(
        _ARRIVAL.c.from_show_id == from_show, _ARRIVAL.c.told.is_(False)
    )
    return list(await connection.scalars(wanted.order_by(_ARRIVAL.c.show_id)))


async def read_untold(connection: AsyncConnection, show_id: str) -> bool:
    """Whether anything was written of who comes to the show that its staff were not told."""
    wanted = select(func.count()).where(_ARRIVAL.c.show_id == show_id, _ARRIVAL.c.told.is_(False))
    return bool(await connection.scalar(wanted))


async def mark_told(connection: AsyncConnection, show_id: str) -> None:
    """Keep that the show's staff know how it stands; what was taken back goes."""
    here = _ARRIVAL.c.show_id == show_id
    await connection.execute(delete(_ARRIVAL).where(here, _ARRIVAL.c.gone))
    await connection.execute(update(_ARRIVAL).where(here, _ARRIVAL.c.told.is_(False)).values(told=True))


async def drop_arrivals(connection: AsyncConnection, show_id: str, from_show: str) -> bool:
    """Forget that the audience of one show comes; returns whether that stood there."""
    there = (_ARRIVAL.c.show_id == show_id) & (_ARRIVAL.c.from_show_id == from_show)
    return bool((await connection.execute(delete(_ARRIVAL).where(there))).rowcount)


async def read_arrivals(connection: AsyncConnection, show_id: str) -> list[Arrival]:
    """Return who comes to the show, the newest first, as its staff read it."""
    wanted = select(_ARRIVAL).where(_ARRIVAL.c.show_id == show_id, _ARRIVAL.c.gone.is_(False))
    newest = wanted.order_by(_ARRIVAL.c.at.desc(), _ARRIVAL.c.from_show_id).limit(ARRIVALS_SHOWN_MAX)
    return [
        Arrival(row.from_show_id, row.title, row.host, row.channel, to_wire(row.at), row.viewers)
        for row in await connection.execute(newest)
    ]


async def write_declined(connection: AsyncConnection, show_id: str, from_show: str, at: datetime) -> None:
    """Keep that the audience of a show is not taken."""
    row = {"show_id": show_id, "from_show_id": from_show, "at": at}
    await connection.execute(upsert(_DECLINED).values(**row).on_conflict_do_nothing())


async def drop_declined(connection: AsyncConnection, show_id: str, from_show: str) -> bool:
    """Keep that the audience of a show may come; returns whether it was not to."""
    there = (_DECLINED.c.show_id == show_id) & (_DECLINED.c.from_show_id == from_show)
    return bool((await connection.execute(delete(_DECLINED).where(there))).rowcount)


async def read_declined(connection: AsyncConnection, show_id: str) -> list[Declined]:
    """Return the shows whose audience is not taken, the newest first, as staff read them."""
    return [Declined(*row) for row in await connection.execute(_READ_DECLINED, {"show": show_id})]


async def is_declined(connection: AsyncConnection, show_id: str, from_show: str) -> bool:
    """Whether the staff of a show do not take the audience of the other one."""
    there = (_DECLINED.c.show_id == show_id) & (_DECLINED.c.from_show_id == from_show)
    return bool(await connection.scalar(select(exists().where(there))))
