"""All SQL of reported orders."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

import msgspec
from sqlalchemy import Row, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from server.ledger.entries import Fact, RollupChanges, add_money, change_of
from server.ledger.repository import append_facts, change_rollups, mark_due
from server.shop.attributions import Attribution
from server.shop.merchant_orders import Named, Titled, named_by
from server.shop.report_rules import AttributedBy, Line, Reported, ReportState

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('order reports ' || :channel, 0))")
_READ = text("SELECT * FROM reported_order WHERE channel_id = :channel AND external_id = ANY(:orders)")
_WRITE = text(
    """
    INSERT INTO reported_order (id, channel_id, external_id, state, show_id, viewer_id, attributed_by, customer, currency, amount_minor,
                                refunded_minor, lines, at, reported_at, changed_at)
    VALUES (:id, :channel, :order, :state, :show, :viewer, :attributed_by, :customer, :currency, :amount, :refunded, :lines, :at,
            :now, :now)
    ON CONFLICT (channel_id, external_id) DO UPDATE SET
        state = excluded.state, show_id = excluded.show_id, viewer_id = excluded.viewer_id, attributed_by = excluded.attributed_by,
        customer = excluded.customer, refunded_minor = excluded.refunded_minor, changed_at = excluded.changed_at
    """
).bindparams(bindparam("lines", type_=JSONB))
_COUNT_SALE = text(
    """
    INSERT INTO reported_sale (order_id, nth, channel_id, show_id, viewer_id, product_id, quantity, amount_minor, currency, at)
    VALUES (:id, :nth, :channel, :show, :viewer, :product, :quantity, :amount, :currency, :at)
    """
)
_FORGET_SALES = text("DELETE FROM reported_sale WHERE order_id = ANY(:ids)")
_FORGET_FACTS = text(
    """
    DELETE FROM ledger_entry WHERE kind = 'order' AND show_id = ANY(:shows) AND target = ANY(:ids)
    RETURNING show_id, viewer_id, n, amount_minor, currency
    """
)
_KNOWN_SHOWS = text(
    "SELECT id FROM show WHERE channel_id = :channel AND id = ANY(:ids) AND state NOT IN ('draft', 'rehearsal')"
)
# Until when somebody was there: the last they watched, or when they came.
_LAST_SHOW = text(
    """
    SELECT a.show_id FROM attendance AS a JOIN show ON show.id = a.show_id
    CROSS JOIN LATERAL (
        SELECT greatest(a.first_at, max(coalesce(p.ended_at, p.started_at))) AS at FROM playing AS p
        WHERE p.show_id = a.show_id AND p.viewer_id = a.viewer_id) AS there
    WHERE a.viewer_id = :viewer AND show.channel_id = :channel AND show.state NOT IN ('draft', 'rehearsal')
      AND a.first_at <= :at AND there.at >= :since
    ORDER BY there.at DESC, a.show_id LIMIT 1
    """
)
_PRODUCTS = text(
    """
    SELECT id, title, sku, external_id FROM product
    WHERE channel_id = :channel AND (id = ANY(:names) OR sku = ANY(:names) OR external_id = ANY(:names))
    """
)
_LINKS = text(
    "SELECT external_id, show_id, viewer_id FROM order_link WHERE channel_id = :channel AND external_id = ANY(:orders)"
)
_LINK = text(
    """
    INSERT INTO order_link (channel_id, external_id, show_id, viewer_id, at)
    SELECT show.channel_id, :order, show.id, :viewer, :now FROM show
    WHERE show.id = :show AND show.channel_id = coalesce(CAST(:of AS text), show.channel_id)
    ON CONFLICT DO NOTHING RETURNING channel_id
    """
)
_FORGET_LINKS = text(
    """
    DELETE FROM order_link WHERE (channel_id, external_id) IN (
        SELECT channel_id, external_id FROM order_link WHERE at < :before ORDER BY at LIMIT :most FOR UPDATE SKIP LOCKED)
    """
)


async def lock_reports(connection: AsyncConnection, channel_id: str) -> None:
    """Let nobody else report orders of the channel until the transaction ends."""
    await connection.execute(_LOCK, {"channel": channel_id})


async def read_reported(
    connection: AsyncConnection, channel_id: str, orders: Iterable[str]
) -> dict[str, Reported]:
    """Return those of the shop's orders that were reported, by the shop's id."""
    rows = await connection.execute(_READ, {"channel": channel_id, "orders": list(orders)})
    return {row.external_id: as_reported(row) for row in rows}


async def write_reported(
    connection: AsyncConnection, channel_id: str, orders: Sequence[Reported], now: datetime
) -> None:
    """Write orders, new ones and changed ones."""
    if orders:
        await connection.execute(_WRITE, [_as_row(channel_id, order, now) for order in orders])


async def count_sales(
    connection: AsyncConnection, channel_id: str, orders: Sequence[Reported], products: Named
) -> None:
    """Put orders, which have a show and are in no figure yet, into its figures: sales for the money, facts for the people."""
    if not orders:
        return
    sales = [sale for each in orders for sale in _as_sales(channel_id, each, products)]
    await connection.execute(_COUNT_SALE, sales)
    await append_facts(connection, [_as_fact(order) for order in orders])


async def take_back_sales(connection: AsyncConnection, orders: Sequence[Reported]) -> None:
    """Take orders out of every figure."""
    if not orders:
        return
    ids = [order.id for order in orders]
    await connection.execute(_FORGET_SALES, {"ids": ids})
    shows = sorted({order.show_id for order in orders if order.show_id})
    changes: RollupChanges = {}
    for row in await connection.execute(_FORGET_FACTS, {"shows": shows, "ids": ids}):
        change = change_of(changes, row.show_id, row.viewer_id)
        change.orders -= 1
        change.units -= row.n
        change.paid = add_money(change.paid, row.currency, -row.amount_minor)
    await change_rollups(connection, changes)
    for show_id, viewer_id in changes:  # what was their first order may be gone
        await mark_due(connection, show_id, [viewer_id])


async def move_refunds(
    connection: AsyncConnection, moves: Iterable[tuple[Reported | None, Reported]]
) -> None:
    """Put into the figures what was given back, of orders as they were before and as they are now."""
    changes: RollupChanges = {}
    for before, after in moves:
        for order, sign in ((before, -1), (after, 1)):
            if order and order.refunded and order.show_id and order.viewer_id and order.state != "cancelled":
                change = change_of(changes, order.show_id, order.viewer_id)
                change.refunded = add_money(change.refunded, order.currency, sign * order.refunded)
    await change_rollups(connection, changes)


async def read_known_shows(connection: AsyncConnection, channel_id: str, ids: Iterable[str]) -> set[str]:
    """Return those of the shows that are the channel's, and that figures are kept of."""
    return set(await connection.scalars(_KNOWN_SHOWS, {"channel": channel_id, "ids": list(ids)}))


async def read_last_show(
    connection: AsyncConnection, channel_id: str, viewer_id: str, at: datetime, window: timedelta
) -> str | None:
    """Return the channel's show that the viewer was in last, at most `window` before `at`; None for none."""
    given = {"channel": channel_id, "viewer": viewer_id, "at": at, "since": at - window}
    found: str | None = await connection.scalar(_LAST_SHOW, given)
    return found


async def read_links(
    connection: AsyncConnection, channel_id: str, orders: Iterable[str]
) -> dict[str, tuple[str, str]]:
    """Return (show, viewer) of those orders that a thank-you page has told of, by the shop's id."""
    rows = await connection.execute(_LINKS, {"channel": channel_id, "orders": list(orders)})
    return {row.external_id: (row.show_id, row.viewer_id) for row in rows}


async def insert_link(
    connection: AsyncConnection, order: str, found: Attribution, now: datetime, of: str | None
) -> str | None:
    """Keep where an order came from, unless that is kept already; return the channel, None if nothing was kept.

    Nothing is kept of a show of another channel than `of`, where that is not None.
    """
    given = {"order": order, "show": found.show_id, "viewer": found.viewer_id, "now": now, "of": of}
    channel_id: str | None = await connection.scalar(_LINK, given)
    return channel_id


async def forget_links(connection: AsyncConnection, before: datetime, most: int) -> int:
    """Remove up to `most` links of before, and return how many that were."""
    return (await connection.execute(_FORGET_LINKS, {"before": before, "most": most})).rowcount


async def find_products(
    connection: AsyncConnection, channel_id: str, orders: Iterable[Reported]
) -> dict[tuple[str, str], Titled]:
    """Return the catalogue's products that the orders' lines name, archived ones too, by (`id`, `sku` or `external_id`, its value)."""
    lines = (line for order in orders for line in order.lines)
    names = {name for line in lines for name in (line.product, line.sku, line.external_id) if name}
    found: dict[tuple[str, str], Titled] = {}
    if names:
        for row in await connection.execute(_PRODUCTS, {"channel": channel_id, "names": sorted(names)}):
            found |= {("id", row.id): row, ("sku", row.sku): row, ("external_id", row.external_id): row}
    return found


def as_reported(row: Row[Any]) -> Reported:
    """Return a row of `reported_order` as the rules know it."""
    return Reported(
        id=row.id,
        order=row.external_id,
        state=cast("ReportState", row.state),
        currency=row.currency,
        at=row.at,
        lines=tuple(msgspec.convert(line, Line) for line in row.lines),
        refunded=row.refunded_minor,
        show_id=row.show_id,
        viewer_id=row.viewer_id,
        attributed_by=cast("AttributedBy | None", row.attributed_by),
        customer=row.customer,
    )


def _as_sales(channel_id: str, order: Reported, products: Named) -> Iterable[dict[str, Any]]:
    """Yield a sale for each product of the order; what the catalogue does not have is one of its own."""
    added: dict[str | None, list[int]] = {}
    for line in order.lines:
        named = named_by(line, products)
        sums = added.setdefault(named.id if named else None, [0, 0])
        sums[0] += line.quantity
        sums[1] += line.amount
    for nth, (product, (quantity, amount)) in enumerate(added.items()):
        yield {
            "id": order.id,
            "nth": nth,
            "channel": channel_id,
            "show": order.show_id,
            "viewer": order.viewer_id,
            "product": product,
            "quantity": quantity,
            "amount": amount,
            "currency": order.currency,
            "at": order.at,
        }


def _as_fact(order: Reported) -> Fact:
    assert order.show_id is not None, "only orders of a show are counted"
    assert order.viewer_id is not None, "an order of a show is a viewer's"
    return Fact(
        order.show_id,
        order.viewer_id,
        "order",
        order.at,
        target=order.id,
        n=order.units,
        amount_minor=order.amount,
        currency=order.currency,
    )


def _as_row(channel_id: str, order: Reported, now: datetime) -> dict[str, Any]:
    return {
        "id": order.id,
        "channel": channel_id,
        "order": order.order,
        "state": order.state,
        "show": order.show_id,
        "viewer": order.viewer_id,
        "attributed_by": order.attributed_by,
        "customer": order.customer,
        "currency": order.currency,
        "amount": order.amount,
        "refunded": order.refunded,
        "lines": msgspec.to_builtins(order.lines),
        "at": order.at,
        "now": now,
    }
