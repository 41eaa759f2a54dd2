"""What was given back of our own orders, as their readers see it; who gives back is of another room."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final, Literal

from sqlalchemy import ColumnElement, column, exists, literal, not_, table, text
from sqlalchemy.ext.asyncio import AsyncConnection

State = Literal["paid", "partially_refunded", "refunded", "cancelled"]

# Of several refunds the highest state holds: the order cannot rise above it.
_READ: Final = text(
    """
    SELECT r.order_id, CAST(sum(r.amount_minor) AS bigint) AS minor,
           CASE WHEN bool_or(r.order_state = 'cancelled') THEN 'cancelled'
                WHEN bool_or(r.order_state = 'refunded') THEN 'refunded' ELSE 'partially_refunded' END AS state,
           (SELECT json_object_agg(u.line_id, u.units) FROM (
                SELECT l.line_id, sum(l.quantity) AS units FROM refund_line AS l JOIN refund AS d ON d.id = l.refund_id
                WHERE d.order_id = r.order_id AND d.state = 'done' GROUP BY l.line_id) AS u) AS units
    FROM refund AS r WHERE r.order_id = ANY(:orders) AND r.state = 'done' GROUP BY r.order_id
    """
)


@dataclass(frozen=True, slots=True)
class GivenBack:
    """How an order stands: `minor` units given back in all, shipping among it, and units by line."""

    state: State = "paid"
    minor: int = 0
    units: dict[str, int] = field(default_factory=dict)


NOTHING: Final = GivenBack()


async def read_given_back(connection: AsyncConnection, order_ids: Collection[str]) -> dict[str, GivenBack]:
    """Return what was given back of those of the orders, by the ids of their heads, of which something was."""
    if not order_ids:
        return {}
    rows = await connection.execute(_READ, {"orders": list(order_ids)})
    return {row.order_id: GivenBack(row.state, row.minor, row.units or {}) for row in rows}


def in_state(order_id: ColumnElement[str], state: State) -> ColumnElement[bool]:
    """Return whether the order, by its head's id, stands so."""
    refund = table("refund", column("order_id"), column("state"), column("order_state"))
    done = exists(literal(1)).where(refund.c.order_id == order_id, refund.c.state == literal("done"))
    if state == "paid":
        return not_(done)
    reached = done.where(refund.c.order_state == literal(state))
    higher = {"partially_refunded": ("refunded", "cancelled"), "refunded": ("cancelled",), "cancelled": ()}
    above = higher[state]
    return reached & not_(done.where(refund.c.order_state.in_(above))) if above else reached
