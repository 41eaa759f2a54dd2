"""All SQL of changes of stock: rows that are locked, their new numbers, and the list of changes with the sales among them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.audit.trail import Actor
from server.catalogue.family import StockChange
from server.catalogue.rules import Stocked
from server.ids import new_id

# Sorted before it is locked: whoever changes the same products waits for the others, and never in a ring.
# `IS NOT NULL` where there is no parent: a product with options is a heading, whose variants are sold.
_LOCK_STOCK = text(
    """
    SELECT id, price_minor, currency, stock, sold, stock_moves, parent_id IS NULL AND options IS NOT NULL AS heading FROM product
    WHERE id = ANY(:ids) AND channel_id = :channel
    ORDER BY id FOR NO KEY UPDATE
    """
)
_SET_STOCK = text(
    """
    UPDATE product SET stock = s.stock, sold = s.sold, stock_moves = s.moves
    FROM unnest(CAST(:ids AS text[]), CAST(:stocks AS int[]), CAST(:solds AS int[]), CAST(:moves AS bigint[]))
        AS s(id, stock, sold, moves)
    WHERE product.id = s.id
    """
)
INSERT_STOCK_CHANGES: Final = """
    INSERT INTO stock_change (id, channel_id, product_id, move, at, actor, actor_name, role, reason, delta, stock_after, show_id, note,
                              refund_id)
    SELECT id, channel_id, product_id, move, at, actor, actor_name, role, reason, delta, stock_after, show_id, note, refund_id
    FROM json_to_recordset(CAST(%s AS json)) AS c (
        id text, channel_id text, product_id text, move bigint, at timestamptz, actor text, actor_name text, role text, reason text,
        delta int, stock_after int, show_id text, note text, refund_id text)
"""
_READ_CHANGES = text(
    """
    (SELECT move, at, actor, actor_name, role, reason, delta, stock_after, show_id, note,
            (SELECT r.order_id FROM refund AS r WHERE r.id = stock_change.refund_id) AS order_id
     FROM stock_change WHERE product_id = :product AND move < :before ORDER BY move DESC LIMIT :limit)
    UNION ALL
    (SELECT s.move, o.at, o.viewer_id, '', CASE WHEN o.staff THEN 'staff' ELSE 'viewer' END, 'sale', -o.quantity, s.stock_after,
            o.show_id, NULL, o.id
     FROM stock_sale AS s JOIN orders AS o ON o.id = s.order_id WHERE s.product_id = :product AND s.move < :before
     ORDER BY s.move DESC LIMIT :limit)
    UNION ALL
    (SELECT s.move, s.at, h.viewer_id, '', CASE WHEN h.staff THEN 'staff' ELSE 'viewer' END,
            CASE s.kind WHEN 'place' THEN 'hold' WHEN 'release' THEN 'hold_released' WHEN 'expire' THEN 'hold_expired' ELSE 'hold_sold' END,
            CASE s.kind WHEN 'place' THEN -s.quantity WHEN 'confirm' THEN 0 ELSE s.quantity END, s.stock_after, h.show_id, NULL,
            CASE s.kind WHEN 'confirm' THEN (SELECT o.id FROM orders AS o WHERE o.viewer_id = h.viewer_id AND o.key = h.id || '/0') END
     FROM stock_held AS s JOIN hold AS h ON h.id = s.hold_id WHERE s.product_id = :product AND s.move < :before
     ORDER BY s.move DESC LIMIT :limit)
    ORDER BY move DESC LIMIT :limit
    """
)


@dataclass(frozen=True, slots=True)
class StockChangeRead:
    """A change of stock as it is listed; of a sale `reason` is `sale`, `actor` the buyer, and `order` its order.

    Of what is held `reason` says how it moved, and `actor` is whose hold it is; what is sold out of a hold leaves what is free as it was.
    """

    move: int
    at: datetime
    actor: str
    actor_name: str
    role: str
    reason: str
    delta: int
    stock_after: int
    show: str | None
    note: str | None
    order: str | None


async def lock_stock(connection: AsyncConnection, channel_id: str, ids: Iterable[str]) -> dict[str, Stocked]:
    """Lock those products and variants that the channel has, archived or not, in the order of their ids; return them by id."""
    rows = await connection.execute(_LOCK_STOCK, {"ids": list(set(ids)), "channel": channel_id})
    return {row.id: Stocked(*row) for row in rows}


async def set_stock(connection: AsyncConnection, products: Sequence[Stocked]) -> None:
    """Write stock, sold and the number of the last change of products that are locked."""
    if products:
        await connection.execute(
            _SET_STOCK,
            {
                "ids": [p.id for p in products],
                "stocks": [p.stock for p in products],
                "solds": [p.sold for p in products],
                "moves": [p.moves for p in products],
            },
        )


async def read_stock_changes(
    connection: AsyncConnection, product_id: str, *, before: int | None, limit: int
) -> list[StockChangeRead]:
    """Return up to `limit` changes of the product's stock, newest first, those before the change number `before` where given.

    Sales of before changes had numbers are not among them.
    """
    given = {"product": product_id, "before": 2**62 if before is None else before, "limit": limit}
    return [StockChangeRead(*row) for row in await connection.execute(_READ_CHANGES, given)]


def as_rows(
    channel_id: str,
    actor: Actor,
    at: datetime,
    changes: Iterable[StockChange],
    *,
    show_id: str | None = None,
    note: str | None = None,
    refund_id: str | None = None,
) -> list[dict[str, Any]]:
    """Return the rows that `INSERT_STOCK_CHANGES` takes; `refund_id` of changes by a refund."""
    return [
        {
            "id": new_id("c"),
            "channel_id": channel_id,
            "product_id": change.after.id,
            "move": change.after.moves,
            "at": at,
            "actor": actor.viewer_id,
            "actor_name": actor.name,
            "role": actor.role,
            "reason": change.reason,
            "delta": change.delta,
            "stock_after": change.after.stock,
            "show_id": show_id,
            "note": note,
            "refund_id": refund_id,
        }
        for change in changes
    ]
