"""All SQL of shows."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    case,
    func,
    insert,
    literal_column,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from server.channels.tables import ChannelRow
from server.clock import to_wire
from server.db.rows import note, read_page
from server.errors import RefusedError
from server.http.cards import Card
from server.journal.tables import JournalHead
from server.protocol.codes import Code
from server.protocol.neighbours import HandOver, Joint
from server.protocol.pushes import HIDDEN, Announcement, Show, ShowState, Video
from server.shows.recording import replay_of
from server.shows.tables import ShowRow

_SHOW = ShowRow.__table__  # type: ignore[attr-defined]
_CHANNEL = ChannelRow.__table__  # type: ignore[attr-defined]
_HEAD = JournalHead.__table__  # type: ignore[attr-defined]

ShowOrder = Literal["newest", "soonest"]
"""The newest made first; or who starts soonest first, those without a time last."""

REPLAYED: Final = "(show.state = 'ended' AND coalesce(CAST(show.recording ->> 'shown' AS boolean), false))"
"""Whether a show has a replay, in SQL; `replay_of` says which."""
REPLAYS_TOLD_MAX: Final = 200
"""So many of a channel's replays that somebody may have open are told what its catalogue says now, the newest of them; in others a price of
before is refused at buying.
"""
_MAY_BE_OPEN: Final = text("""
    EXISTS (SELECT FROM ledger_process_show AS s JOIN ledger_process AS p USING (process_id)
            WHERE s.show_id = show.id AND NOT p.ended AND p.alive_until > now() - interval '1 day')
""")
"""Whether a server that runs has had viewers in a show."""
SET_ANNOUNCEMENT: Final = """
    UPDATE show SET announcement = a.announcement
    FROM json_to_recordset(CAST(%s AS json)) AS a (show_id text, announcement jsonb) WHERE show.id = a.show_id
"""


async def read_show(connection: AsyncConnection, show_id: str) -> ShowRow | None:
    """Return the show's row; None when there is none."""
    row = (await connection.execute(select(_SHOW).where(_SHOW.c.id == show_id))).one_or_none()
    return None if row is None else _as_show_row(row)


async def read_card(connection: AsyncConnection, show_id: str) -> Card | None:
    """Return what a show's card says; None when there is no such show, or nobody may know of it yet."""
    picture = func.coalesce(func.nullif(_SHOW.c.cover, ""), _SHOW.c.video_poster)
    columns = (
        _SHOW.c.title,
        _CHANNEL.c.name,
        _SHOW.c.state,
        picture,
        _SHOW.c.channel_id,
        _SHOW.c.starts_at,
        _CHANNEL.c.time_zone,
        case((_SHOW.c.cover != "", _SHOW.c.cover_alt), else_=""),
    )
    both = _SHOW.join(_CHANNEL, _CHANNEL.c.id == _SHOW.c.channel_id)
    known = select(*columns).select_from(both).where(_SHOW.c.id == show_id, _SHOW.c.state.not_in(HIDDEN))
    row = (await connection.execute(known)).one_or_none()
    return None if row is None else Card(*row)


async def read_shows(
    connection: AsyncConnection,
    channel_id: str,
    *,
    after: str | None,
    limit: int,
    states: Collection[ShowState] = (),
    words: Collection[str] = (),
    order: ShowOrder = "newest",
    hidden: bool = False,
    archived: bool = False,
) -> list[Show]:
    """Return up to `limit` shows of a channel in `order`, those behind the show `after` if it is given.

    `hidden`: also those that only staff may see. `archived`: those that were taken out of the lists, and no others.
    `states`: only shows in one of them. `words`: only shows whose titles hold each of them, whatever their case and width.
    Raises `invalid` when the channel has no show `after`.
    """
    if after is not None:
        await _require_place(connection, channel_id, after)
    statement = select(_SHOW).where(_SHOW.c.channel_id == channel_id)
    statement = statement.where(
        (_SHOW.c.archived_at.is_not(None)) if archived else _SHOW.c.archived_at.is_(None)
    )
    if not hidden:
        statement = statement.where(_SHOW.c.state.not_in(HIDDEN))
    if states:
        statement = statement.where(_SHOW.c.state.in_(states))
    for word in words:
        statement = statement.where(func.strpos(_folded(_SHOW.c.title), _folded(word)) > 0)
    ordered = _in_order(statement, order, after)
    return await read_page(connection, ordered, _SHOW.c.id, _as_whole_show, limit=limit)


async def _require_place(connection: AsyncConnection, channel_id: str, after: str) -> None:
    place = select(_SHOW.c.id).where(_SHOW.c.id == after, _SHOW.c.channel_id == channel_id)
    if await connection.scalar(place) is None:
        raise RefusedError(Code.INVALID, "This cursor is none of this list.")


def _in_order(statement: Select[Any], order: ShowOrder, after: str | None) -> Select[Any]:
    """Sort, and begin behind the show `after`, wherever that stands by now."""
    if order == "soonest":
        starts = func.coalesce(_SHOW.c.starts_at, literal_column("CAST('infinity' AS timestamptz)"))
        keys: tuple[ColumnElement[Any], ...] = (starts, _SHOW.c.created_at, _SHOW.c.id)
        statement = statement.order_by(*keys)
    else:
        keys = (_SHOW.c.created_at, _SHOW.c.id)
        statement = statement.order_by(*(key.desc() for key in keys))
    if after is None:
        return statement
    place = select(*keys).where(_SHOW.c.id == after).scalar_subquery()
    return statement.where(tuple_(*keys) > place if order == "soonest" else tuple_(*keys) < place)


def _folded(text: Any) -> ColumnElement[str]:
    return func.lower(func.normalize(text, literal_column("NFKC")))


async def read_other_live_shows(connection: AsyncConnection, show_id: str) -> list[str]:
    """Return the ids of the live shows in the show's channel, without itself."""
    here = select(_SHOW.c.channel_id).where(_SHOW.c.id == show_id).scalar_subquery()
    others = select(_SHOW.c.id).where(
        _SHOW.c.channel_id == here, _SHOW.c.state == "live", _SHOW.c.id != show_id
    )
    return list(await connection.scalars(others.order_by(_SHOW.c.id)))


async def read_open_shows(connection: AsyncConnection, channel_id: str) -> list[str]:
    """Return the ids of the channel's shows that viewers see and that are not over, and of the replays that somebody may have open."""
    own = select(_SHOW.c.id).where(_SHOW.c.channel_id == channel_id)
    wanted = own.where(_SHOW.c.state.in_(("scheduled", "rehearsal", "live"))).order_by(_SHOW.c.id)
    again = own.where(text(REPLAYED), _MAY_BE_OPEN).order_by(_SHOW.c.ended_at.desc()).limit(REPLAYS_TOLD_MAX)
    return [*await connection.scalars(wanted), *await connection.scalars(again)]


async def insert_show(connection: AsyncConnection, row: ShowRow, epoch: str) -> None:
    """Write a new show together with the head of its journal, which stands at offset 0."""
    await connection.execute(insert(_HEAD).values(show_id=row.id, epoch=epoch, top=0))
    await connection.execute(insert(_SHOW).values(**row.model_dump()))


async def update_show(connection: AsyncConnection, show_id: str, changes: Mapping[str, Any]) -> None:
    """Set columns of a show."""
    await connection.execute(update(_SHOW).where(_SHOW.c.id == show_id).values(**changes))


def as_show(row: ShowRow) -> Show:
    """Return the show as everybody may see it."""
    return Show(
        id=row.id,
        channel=row.channel_id,
        title=row.title,
        host=row.host,
        state=row.state,  # type: ignore[arg-type]
        moderation=row.moderation,  # type: ignore[arg-type]
        starts_at=_wire_or_none(row.starts_at),
        started_at=_wire_or_none(row.started_at),
        ended_at=_wire_or_none(row.ended_at),
        video=Video(hls=row.video_hls, mp4=row.video_mp4, poster=row.video_poster),
        description=row.description,
        cover=row.cover,
        cover_alt=row.cover_alt,
        planned_minutes=row.planned_minutes,
        guests_allowed=row.guests_allowed,
        picture_sync=row.picture_sync,  # type: ignore[arg-type]
        picture_delay_ms=row.picture_delay_ms,
        version=row.version,
        comments=row.comments,  # type: ignore[arg-type]
        slow_seconds=row.slow_seconds,
        hand_over=None if row.hand_over is None else msgspec.convert(row.hand_over, HandOver),
        replay=replay_of(row),
        joint=None if row.joint is None else msgspec.convert(row.joint, Joint),
    )


def as_announcement(row: ShowRow) -> Announcement | None:
    """Return what was announced last in the show; None also for one that cannot be read, since everybody joins through it."""
    if row.announcement is None:
        return None
    try:
        return msgspec.convert(row.announcement, Announcement)
    except msgspec.ValidationError as error:
        note("show", row.id, error)
        return None


def _as_whole_show(row: Row[Any]) -> Show:
    """Return the show; raises `ValidationError` unless it is what it may be."""
    return msgspec.convert(msgspec.to_builtins(as_show(_as_show_row(row))), Show)


def _as_show_row(row: Row[Any]) -> ShowRow:
    return ShowRow(**row._mapping)


def _wire_or_none(at: datetime | None) -> str | None:
    return None if at is None else to_wire(at)
