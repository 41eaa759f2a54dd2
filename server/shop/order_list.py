"""All orders of a channel as its people see them, our own and those that the shop reported, the newest first."""

import unicodedata
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    Row,
    Select,
    and_,
    collate,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from server.catalogue.tables import ProductRow
from server.db.rows import read_page
from server.errors import RefusedError
from server.protocol.codes import Code
from server.shop.checked import Checked
from server.shop.checkout_desk import NO_CHECKOUTS, CheckoutDesk
from server.shop.given_back import NOTHING, in_state, read_given_back
from server.shop.hold_tables import OrderLineRow
from server.shop.merchant_orders import MerchantOrder, of_ours, of_report
from server.shop.numbers import CHARACTERS, HEXADECIMAL, LETTERS
from server.shop.order_words import holds, of_buyers
from server.shop.orders_repository import Goods, as_order, at_replay, put_together, read_behind, read_goods
from server.shop.report_rules import Reported, ReportState
from server.shop.reported_tables import ReportedOrderRow
from server.shop.reports_repository import as_reported, find_products
from server.shop.rules import Order
from server.shop.tables import OrderRow
from server.shows.tables import ShowRow

_IN_NUMBERS = frozenset(LETTERS)
_OURS = OrderRow.__table__  # type: ignore[attr-defined]
_BEHIND = OrderLineRow.__table__  # type: ignore[attr-defined]
_REPORTED = ReportedOrderRow.__table__  # type: ignore[attr-defined]
_PRODUCT = ProductRow.__table__  # type: ignore[attr-defined]
_SHOW = ShowRow.__table__  # type: ignore[attr-defined]
Narrowing = Callable[[ColumnElement[str]], ColumnElement[bool]]
"""What rooms above the shop ask of an order, by the column of its id."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which orders: those with each of the `words` in their number or in a product's title, of a show, in a state, of a time."""

    words: Sequence[str] = ()
    show: str | None = None
    state: ReportState | None = None
    since: datetime | None = None
    before: datetime | None = None
    ours: Narrowing | None = None
    """Of orders that were placed here only those; reported ones are left out."""


@dataclass(frozen=True, slots=True)
class ListedOrder:
    """An order with the title of its show, None where it is no show's; `checked`: what it comes to by its checkout, where it had one."""

    order: MerchantOrder
    show_title: str | None
    at: datetime
    checked: Checked | None = None


class _Head(NamedTuple):
    """An order of ours without the lines behind it, what was bought by it, and the title of its show."""

    order: Order
    goods: Goods
    show_title: str


class _Place(NamedTuple):
    """Behind which order a page begins."""

    at: datetime
    id: str


async def read_orders(
    connection: AsyncConnection,
    channel_id: str,
    wanted: Wanted,
    *,
    after: str | None,
    limit: int,
    checkouts: CheckoutDesk = NO_CHECKOUTS,
) -> list[ListedOrder]:
    """Return up to `limit` orders, those behind the order `after` where given; raises `invalid` when the channel has no such order."""
    place = None if after is None else await _find_place(connection, channel_id, after)
    found = []
    if wanted.ours is None:
        found = await _read_reported(connection, channel_id, wanted, place, limit)
    numbers = await _whole_numbers(connection, channel_id, wanted.words)
    ours = _in_order(_select_ours(channel_id, wanted, numbers), _OURS, place)
    heads = await read_page(connection, ours, _OURS.c.id, _as_ours, limit=limit)
    found += await _with_lines(connection, heads, checkouts)
    return sorted(found, key=lambda each: (each.at, each.order.order), reverse=True)[:limit]


async def read_listed(
    connection: AsyncConnection, channel_id: str, order_id: str, checkouts: CheckoutDesk = NO_CHECKOUTS
) -> ListedOrder | None:
    """Return one order of the channel, ours by the id of its head; None for any other id."""
    ours = _select_ours(channel_id, Wanted(), ()).where(_OURS.c.id == order_id)
    heads = [_as_ours(row) for row in await connection.execute(ours)]
    theirs = _select_reported(channel_id, Wanted()).where(_REPORTED.c.id == order_id)
    found = await _with_lines(connection, heads, checkouts) or await _with_products(
        connection, channel_id, [_as_theirs(row) for row in await connection.execute(theirs)]
    )
    return found[0] if found else None


async def _with_lines(
    connection: AsyncConnection, heads: Sequence[_Head], checkouts: CheckoutDesk
) -> list[ListedOrder]:
    """Return orders of ours with the lines that are behind them, and what the catalogue calls those."""
    behind = await read_behind(connection, [head.order.id for head in heads])
    orders = put_together([*(head.order for head in heads), *behind])
    given_back = await read_given_back(connection, [order.id for order in orders])
    goods = {head.goods.id: head.goods for head in heads}
    goods |= await read_goods(connection, {line.product_id for line in behind} - set(goods))
    checked = await checkouts.of_orders(connection, [order.id for order in orders])
    return [
        ListedOrder(
            of_ours(replace(order, checked=checked.get(order.id)), goods, given_back.get(order.id, NOTHING)),
            head.show_title,
            order.at,
            checked.get(order.id),
        )
        for order, head in zip(orders, heads, strict=True)
    ]


async def _find_place(connection: AsyncConnection, channel_id: str, after: str) -> _Place:
    for table in (_OURS, _REPORTED):
        at = await connection.scalar(
            select(table.c.at).where(table.c.id == after, table.c.channel_id == channel_id)
        )
        if at is not None:
            return _Place(at, after)
    raise RefusedError(Code.INVALID, "This cursor is none of this list.")


async def _read_reported(
    connection: AsyncConnection, channel_id: str, wanted: Wanted, place: _Place | None, limit: int
) -> list[ListedOrder]:
    statement = _in_order(_select_reported(channel_id, wanted), _REPORTED, place)
    read = await read_page(connection, statement, _REPORTED.c.id, _as_theirs, limit=limit)
    return await _with_products(connection, channel_id, read)


async def _with_products(
    connection: AsyncConnection, channel_id: str, read: Sequence[tuple[Reported, str | None]]
) -> list[ListedOrder]:
    products = await find_products(connection, channel_id, [order for order, _ in read])
    return [ListedOrder(of_report(order, products), title, order.at) for order, title in read]


async def _whole_numbers(
    connection: AsyncConnection, channel_id: str, words: Sequence[str]
) -> frozenset[str]:
    """Return those of the words that are the whole number of an order: found by an index, where parts of numbers are looked for in all."""
    asked = {each for each in map(_as_number, words) if len(each) == CHARACTERS}
    if not asked:
        return frozenset()
    found = select(_OURS.c.number).where(_OURS.c.channel_id == channel_id, _OURS.c.number.in_(asked))
    return frozenset(await connection.scalars(found))


def _as_number(word: str) -> str:
    """Return the word as numbers are written; empty for one that is in no number."""
    plain = unicodedata.normalize("NFKC", word).upper()
    return plain if set(plain) <= _IN_NUMBERS else ""


def _select_ours(channel_id: str, wanted: Wanted, numbers: Collection[str]) -> Select[Any]:
    product = (_PRODUCT.c.title, _PRODUCT.c.sku, _PRODUCT.c.external_id)
    both = _OURS.join(_PRODUCT, _PRODUCT.c.id == _OURS.c.product_id).join(
        _SHOW, _SHOW.c.id == _OURS.c.show_id
    )
    statement = select(_OURS, at_replay(_OURS.c.id), *product, _SHOW.c.title.label("show_title")).select_from(
        both
    )
    statement = statement.where(_OURS.c.channel_id == channel_id)
    if wanted.show is not None:
        statement = statement.where(_OURS.c.show_id == wanted.show)
    if wanted.state is not None:
        statement = statement.where(in_state(_OURS.c.id, wanted.state))
    statement = statement.where(*_of_time(_OURS.c.at, wanted))
    if wanted.ours is not None:
        statement = statement.where(wanted.ours(_OURS.c.id))
    # As `number_from` says it, for orders of before there were numbers.
    earlier = func.translate(
        func.upper(func.right(_OURS.c.id, CHARACTERS)), HEXADECIMAL, LETTERS[: len(HEXADECIMAL)]
    )
    number = func.coalesce(_OURS.c.number, earlier)
    called, other = _PRODUCT.alias("called"), _OURS.alias("other")
    statement = statement.where(~select(_BEHIND.c.order_id).where(_BEHIND.c.order_id == _OURS.c.id).exists())
    for word in wanted.words:
        written = _as_number(word)
        if written in numbers:
            statement = statement.where(_OURS.c.number == written)
            continue
        # The products are looked at once, not with each order.
        titled = select(called.c.id).where(called.c.channel_id == channel_id, holds(called.c.title, word))
        behind = (
            select(_BEHIND.c.head_id)
            .join(other, other.c.id == _BEHIND.c.order_id)
            .where(other.c.channel_id == channel_id, other.c.product_id.in_(titled))
        )
        found = or_(
            _OURS.c.product_id.in_(titled),
            _OURS.c.id.in_(behind),
            _OURS.c.id.in_(of_buyers(channel_id, word)),
        )
        statement = statement.where(or_(func.strpos(number, written) > 0, found) if written else found)
    return statement


def _select_reported(channel_id: str, wanted: Wanted) -> Select[Any]:
    both = _REPORTED.outerjoin(_SHOW, _SHOW.c.id == _REPORTED.c.show_id)
    statement = select(_REPORTED, _SHOW.c.title.label("show_title")).select_from(both)
    statement = statement.where(_REPORTED.c.channel_id == channel_id)
    if wanted.show is not None:
        statement = statement.where(_REPORTED.c.show_id == wanted.show)
    statement = statement.where(*_of_time(_REPORTED.c.at, wanted))
    if wanted.state is not None:
        statement = statement.where(_REPORTED.c.state == wanted.state)
    for word in wanted.words:
        statement = statement.where(or_(holds(_REPORTED.c.external_id, word), _has_line_called(word)))
    return statement


def _has_line_called(word: str) -> ColumnElement[bool]:
    """Return whether a line of the reported order has the word in its title, or in that of the product that it names."""
    line = func.jsonb_array_elements(_REPORTED.c.lines).table_valued("value", name="line")
    said = line.c.value

    def field(name: str) -> ColumnElement[str]:
        return func.jsonb_extract_path_text(said, name)

    named = or_(
        _PRODUCT.c.id == field("product"),
        _PRODUCT.c.external_id == field("external_id"),
        _PRODUCT.c.sku == field("sku"),
    )
    product = (
        select(literal(1))
        .select_from(_PRODUCT)
        .where(_PRODUCT.c.channel_id == _REPORTED.c.channel_id, named, holds(_PRODUCT.c.title, word))
        .correlate(_REPORTED, line)
    )
    title = func.coalesce(field("title"), "")
    lines = select(literal(1)).select_from(line).where(or_(holds(title, word), product.exists()))
    return lines.correlate(_REPORTED).exists()


def _in_order(statement: Select[Any], table: Any, place: _Place | None) -> Select[Any]:
    """Sort, the newest first, and begin behind the place. Ids are compared as Python does it."""
    at: Column[datetime] = table.c.at
    id = collate(table.c.id, "C")
    if place is not None:
        statement = statement.where(and_(at <= place.at, or_(at < place.at, id < place.id)))
    return statement.order_by(at.desc(), id.desc())


def _of_time(at: Column[datetime], wanted: Wanted) -> list[ColumnElement[bool]]:
    since = [] if wanted.since is None else [at >= wanted.since]
    return since if wanted.before is None else [*since, at < wanted.before]


def _as_ours(row: Row[Any]) -> _Head:
    return _Head(as_order(row), Goods(row.product_id, row.title, row.sku, row.external_id), row.show_title)


def _as_theirs(row: Row[Any]) -> tuple[Reported, str | None]:
    return as_reported(row), row.show_title
