"""All SQL of refunds."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.fulfilment.refund import OrderHead, Refund, as_bought
from server.fulfilment.refund_rules import Bought, BoughtLine, GivenBack, RefundLine
from server.fulfilment.shipping_repository import lock_order as lock_handling
from server.fulfilment.shipping_repository import read_shipments
from server.fulfilment.shipping_rules import Units, shipped_units

_NAMES: Final = tuple(each.name for each in fields(Refund) if each.name != "lines")
_COLUMNS: Final = ", ".join(f"r.{name}" for name in _NAMES)
_LINES: Final = """
    (SELECT coalesce(json_agg(json_build_array(l.line_id, l.product_id, l.quantity, l.amount_minor, l.restock) ORDER BY l.nth), '[]')
     FROM refund_line AS l WHERE l.refund_id = r.id) AS lines
"""
# By the id of a line behind a head the whole order is meant.
_FIND_ORDER = text(
    """
    SELECT o.id, o.channel_id, o.show_id, o.viewer_id, o.currency, o.payment, o.staff, o.product_id, o.quantity, o.amount_minor
    FROM (SELECT coalesce((SELECT head_id FROM order_line WHERE order_id = :order), :order) AS id) AS head
    JOIN LATERAL (SELECT head.id AS id, 0 AS nth UNION ALL SELECT b.order_id, b.nth FROM order_line AS b WHERE b.head_id = head.id) AS l
        ON true
    JOIN orders AS o ON o.id = l.id WHERE o.channel_id = :channel ORDER BY l.nth
    """
)
_IS_REPORTED = text("SELECT EXISTS (SELECT FROM reported_order WHERE id = :order AND channel_id = :channel)")
# What is asked for of an order, or done, waits for whatever else is: decided one after the other.
_LOCK_ORDER = text("SELECT FROM orders WHERE id = :order FOR NO KEY UPDATE")
_READ = f"SELECT {_COLUMNS}, {_LINES} FROM refund AS r"
_READ_OF_ORDER = text(f"{_READ} WHERE r.order_id = :order ORDER BY r.asked_at, r.id")
_READ_BY_KEY = text(f"{_READ} WHERE r.channel_id = :channel AND r.key = :key")
_LOCK_REFUND = text(f"{_READ} WHERE r.id = :id FOR UPDATE OF r")
_INSERT = text(
    f"""
    INSERT INTO refund ({", ".join(_NAMES)}) VALUES ({", ".join(f":{name}" for name in _NAMES)})
    ON CONFLICT DO NOTHING RETURNING id
    """
)
_INSERT_LINES = text(
    """
    INSERT INTO refund_line (refund_id, nth, line_id, product_id, quantity, amount_minor, restock)
    VALUES (:refund, :nth, :line, :product, :quantity, :amount, :restock)
    """
)
_END = text(
    """
    UPDATE refund SET state = :state, order_state = :order_state, ended_at = :now, next_at = NULL, why = :why WHERE id = :id
    """
)
# The amounts are what has gone back, whoever reads them; how the order stands by its refunds follows from what is left of them.
_MOVE_BOUNCED = "bounced_minor = amount_minor, bounced_shipping_minor = shipping_minor, amount_minor = 0, shipping_minor = 0"
_NOTE_BOUNCED = text(f"UPDATE refund SET {_MOVE_BOUNCED} WHERE id = :id")
_BOUNCE = text(
    f"""
    UPDATE refund SET {_MOVE_BOUNCED}, bounced_at = :now, why = :why,
        state = CASE WHEN cancels OR EXISTS (SELECT FROM refund_line AS l WHERE l.refund_id = refund.id) THEN state ELSE 'failed' END
    WHERE id = :id
    """
)
_LOWER = text(
    "UPDATE refund SET order_state = 'partially_refunded' WHERE order_id = :order AND order_state = 'refunded' AND state = 'done'"
)
_WRITE_OFF = text(
    "UPDATE refund_line SET restock = false WHERE refund_id = :id AND product_id = ANY(:products) AND restock"
)
_ADD_TO_PAYMENT = text("UPDATE payment SET refunded_minor = refunded_minor + :amount WHERE id = :payment")
# Claimed by moving `next_at`: of two processes one asks. The longer it takes, the more seldom.
_CLAIM_DUE = text(
    f"""
    WITH due AS (SELECT id FROM refund WHERE state = 'asked' AND next_at <= :now ORDER BY next_at LIMIT :most FOR UPDATE SKIP LOCKED),
    claimed AS (
        UPDATE refund SET tries = refund.tries + 1,
            next_at = CAST(:now AS timestamptz) + CAST(:pause AS interval) * least(1 << least(refund.tries, 10), 360)
        FROM due WHERE refund.id = due.id RETURNING refund.id)
    SELECT {_COLUMNS}, {_LINES} FROM claimed JOIN refund AS r USING (id)
    """
)
_UNITS_BACK = text(
    """
    SELECT coalesce(b.nth, 0) AS nth, coalesce(sum(l.quantity) FILTER (WHERE r.reason = 'cancelled'), 0)::int AS cancelled,
           coalesce(sum(l.quantity) FILTER (WHERE r.reason <> 'cancelled'), 0)::int AS returned
    FROM refund AS r JOIN refund_line AS l ON l.refund_id = r.id LEFT JOIN order_line AS b ON b.order_id = l.line_id
    WHERE r.order_id = :order AND r.state <> 'failed' GROUP BY 1
    """
)
_COUNT_OPEN = text("SELECT count(*) FROM refund WHERE state = 'asked'")
_PAID = text("SELECT amount_minor FROM payment WHERE id = :payment AND order_id = :order")


async def find_order(connection: AsyncConnection, channel_id: str, order_id: str) -> OrderHead | None:
    """Return an order of ours, its lines as they were bought; None when the channel has none of this id."""
    rows = (await connection.execute(_FIND_ORDER, {"order": order_id, "channel": channel_id})).all()
    if not rows:
        return None
    head = rows[0]
    lines = tuple(BoughtLine(row.id, row.product_id, row.quantity, row.amount_minor) for row in rows)
    return OrderHead(
        head.id, head.channel_id, head.show_id, head.viewer_id, head.currency, head.payment, head.staff, lines
    )


async def is_reported(connection: AsyncConnection, channel_id: str, order_id: str) -> bool:
    """Whether it is an order that the channel's own shop has reported."""
    return bool(await connection.scalar(_IS_REPORTED, {"order": order_id, "channel": channel_id}))


async def lock_order(connection: AsyncConnection, order: OrderHead) -> OrderHead:
    """Let nobody else decide about an order until the transaction ends, and return it with what of it has left the house."""
    await lock_handling(connection, order.channel_id, order.id)
    await connection.execute(_LOCK_ORDER, {"order": order.id})
    return await with_shipped(connection, order)


async def with_shipped(connection: AsyncConnection, order: OrderHead) -> OrderHead:
    """Return an order with what of it has left the house."""
    shipped = shipped_units((await read_shipments(connection, [order.id])).get(order.id, []))
    if not shipped:
        return order
    lines = tuple(replace(line, shipped=shipped.get(nth, 0)) for nth, line in enumerate(order.lines))
    return replace(order, lines=lines)


async def read_units_back(connection: AsyncConnection, order_id: str) -> tuple[Units, Units]:
    """Return the units of each line, by its place, that were cancelled, and that were given back otherwise, or are about to be."""
    rows = (await connection.execute(_UNITS_BACK, {"order": order_id})).all()
    return {row.nth: row.cancelled for row in rows}, {row.nth: row.returned for row in rows}


async def read_paid(connection: AsyncConnection, order: OrderHead) -> int | None:
    """Return what the payment of an order took; None where no provider knows of it."""
    found: int | None = await connection.scalar(_PAID, {"payment": order.payment, "order": order.id})
    return found


async def read_refunds(connection: AsyncConnection, order_id: str) -> list[Refund]:
    """Return the refunds of an order, the oldest first."""
    return [_as_refund(row) for row in await connection.execute(_READ_OF_ORDER, {"order": order_id})]


async def read_by_key(connection: AsyncConnection, channel_id: str, key: str) -> Refund | None:
    """Return the channel's refund that was asked for under a key; None for none."""
    row = (await connection.execute(_READ_BY_KEY, {"channel": channel_id, "key": key})).one_or_none()
    return None if row is None else _as_refund(row)


async def lock_refund(connection: AsyncConnection, id: str) -> Refund | None:
    """Lock a refund until the transaction's end, and return it."""
    row = (await connection.execute(_LOCK_REFUND, {"id": id})).one_or_none()
    return None if row is None else _as_refund(row)


async def insert_refund(connection: AsyncConnection, refund: Refund) -> bool:
    """Write a new refund with its lines; False when another order's transaction has taken its key meanwhile."""
    given = {name: value for name, value in asdict(refund).items() if name != "lines"}
    if (await connection.execute(_INSERT, given)).first() is None:
        return False
    rows = [
        {
            "refund": refund.id,
            "nth": nth,
            "line": line.line_id,
            "product": line.product_id,
            "quantity": line.quantity,
            "amount": line.amount_minor,
            "restock": line.restock,
        }
        for nth, line in enumerate(refund.lines)
    ]
    if rows:
        await connection.execute(_INSERT_LINES, rows)
    return True


async def end_refund(
    connection: AsyncConnection,
    refund: Refund,
    now: datetime,
    *,
    order_state: GivenBack | None,
    why: str | None,
) -> None:
    """Write that a refund is done, with how its order stands by it, or, where that is None, that it has failed."""
    state = "failed" if order_state is None else "done"
    given = {"id": refund.id, "state": state, "order_state": order_state, "now": now, "why": why}
    await connection.execute(_END, given)


async def note_bounced(connection: AsyncConnection, refund_id: str) -> None:
    """Write that the provider had begun a refund which has failed: what it tells of all refunds may have it."""
    await connection.execute(_NOTE_BOUNCED, {"id": refund_id})


async def bounce_refund(connection: AsyncConnection, refund: Refund, now: datetime, why: str | None) -> None:
    """Write that a refund which was done has not reached its buyer: its money is with the provider, its units stay given back."""
    await connection.execute(_BOUNCE, {"id": refund.id, "now": now, "why": why})
    await connection.execute(_LOWER, {"order": refund.order_id})


async def write_off(connection: AsyncConnection, refund_id: str, product_ids: Collection[str]) -> None:
    """Write that units of these products do not come back after all."""
    await connection.execute(_WRITE_OFF, {"id": refund_id, "products": list(product_ids)})


async def add_to_payment(connection: AsyncConnection, payment_id: str, amount_minor: int) -> None:
    """Count what was given back with its payment."""
    await connection.execute(_ADD_TO_PAYMENT, {"payment": payment_id, "amount": amount_minor})


async def read_bought(
    connection: AsyncConnection, order: OrderHead, *, done_by: Refund | None = None
) -> Bought:
    """Return an order with what has gone back of it, what is asked for among it; with `done_by` what is done alone, and by that one."""
    refunds = await read_refunds(connection, order.id)
    counted = [
        each
        for each in refunds
        if each.state == "done" or (each.open if done_by is None else each.id == done_by.id)
    ]
    return as_bought(order, counted, await read_paid(connection, order))


async def claim_due(
    connection: AsyncConnection, now: datetime, *, pause: timedelta, most: int
) -> list[Refund]:
    """Return refunds of which the provider is to be asked again; nobody else is given the same for a while."""
    rows = await connection.execute(_CLAIM_DUE, {"now": now, "pause": pause, "most": most})
    return [_as_refund(row) for row in rows]


async def count_open(connection: AsyncConnection) -> int:
    """Return how many refunds wait for their provider."""
    return int(await connection.scalar(_COUNT_OPEN) or 0)


def _as_refund(row: Row[Any]) -> Refund:
    lines: Sequence[Sequence[Any]] = row.lines
    values: dict[str, Any] = {name: getattr(row, name) for name in _NAMES}
    return Refund(**values, lines=tuple(RefundLine(*line) for line in lines))
