"""The SQL that reads orders, those with several lines put together: a line is never found without its head."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, func, literal, or_, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from server.catalogue.tables import ProductRow
from server.db.rows import read_all
from server.shop.hold_tables import OrderLineRow
from server.shop.numbers import number_from
from server.shop.rules import Order
from server.shop.standing import Standing
from server.shop.tables import OrderRow, ReplayOrderRow

_ORDER = OrderRow.__table__  # type: ignore[attr-defined]
_LINE = OrderLineRow.__table__  # type: ignore[attr-defined]
_REPLAY = ReplayOrderRow.__table__  # type: ignore[attr-defined]
_PRODUCT = ProductRow.__table__  # type: ignore[attr-defined]
_READ_TITLES = text("SELECT id, title FROM product WHERE id = ANY(:ids)")
_READ_SHOW_TITLE = text("SELECT title FROM show WHERE id = :show")

AT_REPLAY: Final = "EXISTS (SELECT FROM replay_order AS r WHERE r.order_id = {0})"
"""Whether the order of this id was bought at the replay of its show."""

ReadStandings = Callable[[AsyncConnection, Collection[str]], Awaitable[Mapping[str, Standing]]]
"""Returns how orders stand, by the ids of their heads; one that is left out is paid, and no more. A room above the shop knows it."""


async def read_no_standings(
    connection: AsyncConnection, order_ids: Collection[str]
) -> Mapping[str, Standing]:
    """What the shop knows by itself: every order is paid."""
    return {}


def at_replay(order_id: ColumnElement[str]) -> ColumnElement[bool]:
    """Return `AT_REPLAY` of a column, called `replay`."""
    return select(_REPLAY.c.order_id).where(_REPLAY.c.order_id == order_id).exists().label("replay")


class Goods(NamedTuple):
    """A product, or a variant, as the catalogue calls it."""

    id: str
    title: str
    sku: str | None
    external_id: str | None


def select_lines() -> Select[Any]:
    """Select orders line by line, each with the id of its head and its place behind that, null at heads."""
    both = _ORDER.outerjoin(_LINE, _LINE.c.order_id == _ORDER.c.id)
    return select(_ORDER, at_replay(_ORDER.c.id), _LINE.c.head_id, _LINE.c.nth).select_from(both)


async def read_order(connection: AsyncConnection, order_id: str) -> tuple[Order, str] | None:
    """Return an order and the id of its channel; by the id of a line behind a head, the whole order. None when there is none."""
    head = select(_LINE.c.head_id).where(_LINE.c.order_id == order_id).scalar_subquery()
    head_id = func.coalesce(head, literal(order_id))
    wanted = select_lines().where(or_(_ORDER.c.id == head_id, _LINE.c.head_id == head_id))
    rows = (await connection.execute(wanted)).all()
    orders = put_together(map(as_line, rows))
    return (orders[0], rows[0].channel_id) if orders else None


async def read_bought_by(connection: AsyncConnection, show_id: str, viewer_id: str) -> list[Order]:
    """Return the viewer's orders in the show, newest first."""
    wanted = select_lines().where(_ORDER.c.show_id == show_id, _ORDER.c.viewer_id == viewer_id)
    return put_together(await read_all(connection, wanted.order_by(_ORDER.c.id.desc()), _ORDER.c.id, as_line))


async def read_heads_by_key(connection: AsyncConnection, pairs: Sequence[tuple[str, str]]) -> list[Order]:
    """Return the orders whose heads have one of these pairs of viewer and key."""
    keyed = select(_ORDER.c.id).where(tuple_(_ORDER.c.viewer_id, _ORDER.c.key).in_(pairs))
    heads = list(await connection.scalars(keyed))
    wanted = select_lines().where(or_(_ORDER.c.id.in_(heads), _LINE.c.head_id.in_(heads)))
    return put_together(map(as_line, await connection.execute(wanted)))


async def read_behind(connection: AsyncConnection, heads: Collection[str]) -> list[Order]:
    """Return the lines that are behind these heads; no SQL for none."""
    if not heads:
        return []
    wanted = select_lines().where(_LINE.c.head_id.in_(list(heads)))
    return await read_all(connection, wanted.order_by(_LINE.c.nth), _ORDER.c.id, as_line)


async def read_titles(connection: AsyncConnection, product_ids: Collection[str]) -> dict[str, str]:
    """Return the titles of products by id."""
    return {row.id: row.title for row in await connection.execute(_READ_TITLES, {"ids": list(product_ids)})}


async def read_goods(connection: AsyncConnection, product_ids: Collection[str]) -> dict[str, Goods]:
    """Return what the catalogue calls products, archived ones too, by id."""
    if not product_ids:
        return {}
    wanted = select(_PRODUCT.c.id, _PRODUCT.c.title, _PRODUCT.c.sku, _PRODUCT.c.external_id)
    rows = await connection.execute(wanted.where(_PRODUCT.c.id.in_(list(product_ids))))
    return {row.id: Goods(*row) for row in rows}


async def read_show_title(connection: AsyncConnection, show_id: str) -> str:
    """Return a show's title."""
    return str(await connection.scalar(_READ_SHOW_TITLE, {"show": show_id}))


def put_together(lines: Iterable[Order]) -> list[Order]:
    """Return the heads among the lines, in their order, each with those behind it; a line whose head is not there is left out."""
    heads: dict[str, Order] = {}
    behind: dict[str, list[Order]] = {}
    for line in lines:
        if line.head_id is None:
            heads[line.id] = line
        else:
            behind.setdefault(line.head_id, []).append(line)
    return [_with_behind(head, behind.get(id, [])) for id, head in heads.items()]


def _with_behind(head: Order, behind: Sequence[Order]) -> Order:
    ordered = sorted(behind, key=lambda line: line.nth)
    return replace(head, behind=tuple(replace(line, number=head.number) for line in ordered))


def as_line(row: Row[Any]) -> Order:
    """Return a row of `select_lines` as a line of an order."""
    return replace(as_order(row), head_id=row.head_id, nth=row.nth or 0)


def as_order(row: Row[Any]) -> Order:
    """Return a row of `orders` as an order."""
    return Order(
        id=row.id,
        number=row.number or number_from(row.id),
        show_id=row.show_id,
        viewer_id=row.viewer_id,
        key=row.key,
        product_id=row.product_id,
        quantity=row.quantity,
        unit_price_minor=row.unit_price_minor,
        currency=row.currency,
        payment=row.payment,
        at=row.at,
        staff=row.staff,
        replay=row.replay,
        discount_minor=row.unit_price_minor * row.quantity - row.amount_minor,
    )
