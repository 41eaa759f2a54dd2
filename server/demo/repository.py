"""The demo's SQL: writing many rows at once, and putting an earlier run away under another name."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Table, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as insert_or_update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel

from server.access.tables import SignInCodeRow
from server.catalogue.tables import ProductRow
from server.channels.tables import ChannelRow
from server.journal.tables import JournalHead, PublicationRow
from server.ledger.tables import AttendanceRow
from server.shows.tables import ShowRow

_HEAD: Table = JournalHead.__table__  # type: ignore[attr-defined]
_SHOW: Table = ShowRow.__table__  # type: ignore[attr-defined]
_CHANNEL: Table = ChannelRow.__table__  # type: ignore[attr-defined]
_PRODUCT: Table = ProductRow.__table__  # type: ignore[attr-defined]
_ATTENDANCE: Table = AttendanceRow.__table__  # type: ignore[attr-defined]
_CODE: Table = SignInCodeRow.__table__  # type: ignore[attr-defined]
_PUBLICATION: Table = PublicationRow.__table__  # type: ignore[attr-defined]

_KEPT = frozenset({"id", "sold", "held", "buying", "version", "stock_moves"})

_LAST_SIGN = text(
    """
    SELECT greatest(
        (SELECT max(at) FROM publication WHERE show_id = :show),
        (SELECT max(at) FROM ledger_entry WHERE show_id = :show),
        (SELECT max(coalesce(p.ended_at, a.alive_until, p.started_at))
           FROM playing AS p LEFT JOIN ledger_process AS a USING (process_id) WHERE p.show_id = :show))
    """
)


async def copy_rows(connection: AsyncConnection, rows: Sequence[SQLModel]) -> None:
    """Write rows of one table (SQLModel instances) by COPY; does nothing for none."""
    if not rows:
        return
    table: Table = type(rows[0]).__table__  # type: ignore[attr-defined]
    names = [column.name for column in table.columns if column.identity is None]
    raw = (await connection.get_raw_connection()).driver_connection
    assert raw is not None  # a connection in a transaction has one
    quoted = ", ".join(f'"{name}"' for name in names)
    statement = f'COPY "{table.name}" ({quoted}) FROM STDIN'
    async with raw.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            await copy.write_row([getattr(row, name) for name in names])


async def upsert_channel(connection: AsyncConnection, row: ChannelRow) -> None:
    """Write the channel, unless it is there."""
    await connection.execute(insert_or_update(_CHANNEL).values(**row.model_dump()).on_conflict_do_nothing())


async def upsert_products(connection: AsyncConnection, rows: Sequence[ProductRow]) -> None:
    """Write the products; those that are there get their texts, price and stock anew and keep what they sold."""
    given = insert_or_update(_PRODUCT).values([row.model_dump() for row in rows])
    fresh = {c.name: given.excluded[c.name] for c in _PRODUCT.columns if c.name not in _KEPT}
    await connection.execute(given.on_conflict_do_update(index_elements=["id"], set_=fresh))


async def add_sold(connection: AsyncConnection, sold: dict[str, int]) -> None:
    """Count units that were sold in a past show."""
    for product_id, units in sold.items():
        counted = update(_PRODUCT).where(_PRODUCT.c.id == product_id).values(sold=_PRODUCT.c.sold + units)
        await connection.execute(counted)


async def delete_codes(connection: AsyncConnection, channel_id: str) -> None:
    """End all sign-in codes of a channel."""
    await connection.execute(delete(_CODE).where(_CODE.c.channel_id == channel_id))


async def show_exists(connection: AsyncConnection, show_id: str) -> bool:
    """Whether there is such a show."""
    return await connection.scalar(select(_SHOW.c.id).where(_SHOW.c.id == show_id)) is not None


async def count_attendance(connection: AsyncConnection, show_id: str) -> int:
    """Return how many viewers the show had."""
    return await connection.scalar(select(func.count()).where(_ATTENDANCE.c.show_id == show_id)) or 0


async def rename_show(connection: AsyncConnection, show_id: str, new_id: str) -> None:
    """Give a show and everything that tells of it another id."""
    for table in (_HEAD, _SHOW):
        key = "show_id" if table is _HEAD else "id"
        columns = [c for c in table.columns if c.name != key]
        source = select(text(":new_id"), *columns).where(table.c[key] == show_id)
        names = [key, *(c.name for c in columns)]
        await connection.execute(insert(table).from_select(names, source), {"new_id": new_id})
    for table in _tables_about_a_show():
        await connection.execute(update(table).where(table.c.show_id == show_id).values(show_id=new_id))
    await _rename_in_lines(connection, show_id, new_id)
    await _delete_show_alone(connection, show_id)


async def delete_show(connection: AsyncConnection, show_id: str) -> None:
    """Remove a show and everything that tells of it; for one that nobody attended."""
    votes_first = sorted(_tables_about_a_show(), key=lambda table: table.name == "question")
    for table in votes_first:
        await connection.execute(delete(table).where(table.c.show_id == show_id))
    await _delete_show_alone(connection, show_id)


async def end_show(connection: AsyncConnection, show_id: str, now: datetime) -> None:
    """Mark a show as ended when it last gave a sign of life, unless its host ended it."""
    ended_at = await connection.scalar(_LAST_SIGN, {"show": show_id}) or now
    running = update(_SHOW).where(_SHOW.c.id == show_id, _SHOW.c.state != "ended")
    await connection.execute(running.values(state="ended", ended_at=ended_at))


async def set_top(connection: AsyncConnection, show_id: str, top: int) -> None:
    """Say how far the journal of a show goes."""
    await connection.execute(update(_HEAD).where(_HEAD.c.show_id == show_id).values(top=top))


def _tables_about_a_show() -> list[Table]:
    """Every room's tables with a `show_id`, but for the journal's head, which others refer to."""
    return [t for t in SQLModel.metadata.sorted_tables if "show_id" in t.columns and t is not _HEAD]


async def _rename_in_lines(connection: AsyncConnection, show_id: str, new_id: str) -> None:
    """The lines of `show.started` and `show.ended` hold the show with its id."""
    old, new = f'"show":{{"id":"{show_id}"', f'"show":{{"id":"{new_id}"'
    lines = {"line": func.replace(_PUBLICATION.c.line, old, new)}
    told = update(_PUBLICATION).where(
        _PUBLICATION.c.show_id == new_id, _PUBLICATION.c.type.startswith("show.")
    )
    await connection.execute(told.values(**lines))


async def _delete_show_alone(connection: AsyncConnection, show_id: str) -> None:
    await connection.execute(delete(_SHOW).where(_SHOW.c.id == show_id))
    await connection.execute(delete(_HEAD).where(_HEAD.c.show_id == show_id))
