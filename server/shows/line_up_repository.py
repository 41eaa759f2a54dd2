"""The SQL of line-ups, and of who is meant to host and moderate a show."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.catalogue.tables import ProductRow
from server.shows.tables import LineUpRow, ShowStaffRow

_LINE_UP = LineUpRow.__table__  # type: ignore[attr-defined]
_STAFF = ShowStaffRow.__table__  # type: ignore[attr-defined]
_PRODUCT = ProductRow.__table__  # type: ignore[attr-defined]

StaffPart = Literal["host", "moderator"]


@dataclass(frozen=True, slots=True)
class LineUpItem:
    """A product, or one variant of it, in a line-up; `price_minor` is its price in the show, None its own."""

    product_id: str
    price_minor: int | None = None


@dataclass(frozen=True, slots=True)
class ShowStaff:
    """A person who is meant to host or moderate a show."""

    person_id: str
    part: StaffPart


async def read_line_up(connection: AsyncConnection, show_id: str) -> list[LineUpItem]:
    """Return the line-up in its order; empty where the show sells the whole catalogue."""
    wanted = select(_LINE_UP.c.product_id, _LINE_UP.c.price_minor).where(_LINE_UP.c.show_id == show_id)
    return [LineUpItem(*row) for row in await connection.execute(wanted.order_by(_LINE_UP.c.rank))]


async def write_line_up(connection: AsyncConnection, show_id: str, items: Sequence[LineUpItem]) -> None:
    """Put `items` in the place of the show's line-up."""
    await connection.execute(delete(_LINE_UP).where(_LINE_UP.c.show_id == show_id))
    rows = [
        {"show_id": show_id, "product_id": item.product_id, "rank": rank, "price_minor": item.price_minor}
        for rank, item in enumerate(items)
    ]
    if rows:
        await connection.execute(insert(_LINE_UP), rows)


async def find_products(connection: AsyncConnection, channel_id: str, ids: Iterable[str]) -> set[str]:
    """Return those of the products and variants that are the channel's, archived ones too."""
    wanted = select(_PRODUCT.c.id).where(_PRODUCT.c.channel_id == channel_id, _PRODUCT.c.id.in_(list(ids)))
    return set(await connection.scalars(wanted))


async def find_headings(connection: AsyncConnection, channel_id: str, ids: Iterable[str]) -> dict[str, str]:
    """Return for those that are variants of the channel the product that each is one of."""
    wanted = select(_PRODUCT.c.id, _PRODUCT.c.parent_id).where(
        _PRODUCT.c.channel_id == channel_id,
        _PRODUCT.c.id.in_(list(ids)),
        _PRODUCT.c.parent_id.is_not(None),
    )
    return {row.id: row.parent_id for row in await connection.execute(wanted)}


async def read_staff(connection: AsyncConnection, show_id: str) -> list[ShowStaff]:
    """Return who is meant to host and moderate the show."""
    wanted = select(_STAFF.c.person_id, _STAFF.c.part).where(_STAFF.c.show_id == show_id)
    return [ShowStaff(*row) for row in await connection.execute(wanted.order_by(_STAFF.c.person_id))]


async def write_staff(connection: AsyncConnection, show_id: str, staff: Sequence[ShowStaff]) -> None:
    """Put `staff` in the place of those who were meant to host and moderate the show."""
    await connection.execute(delete(_STAFF).where(_STAFF.c.show_id == show_id))
    rows = [{"show_id": show_id, "person_id": each.person_id, "part": each.part} for each in staff]
    if rows:
        await connection.execute(insert(_STAFF), rows)
