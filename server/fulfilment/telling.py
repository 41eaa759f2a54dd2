"""Telling buyers' connections how their orders stand, on every process, after a commit."""

from collections.abc import Callable, Collection
from typing import Any

from msgspec import UNSET
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.clock import to_wire
from server.db.engine import Database
from server.fulfilment.standings import read_standings
from server.protocol.order_lines import OrderChanged
from server.shop.orders_repository import read_order
from server.shop.rules import Order
from server.shop.standing import Standing

Push = Callable[[str, str, Any], None]
"""Writes a line, JSON-ready, to the connections of a viewer in a show, on every process: (show, viewer, line)."""
_ALSO = text("""
    SELECT canonical FROM viewer_alias WHERE show_id = :show AND raw = :viewer AND taken_back_at IS NULL
""")


class BuyerNews:
    """Says `order.changed` to buyers. It may be lost: whoever was away asks how their orders stand."""

    def __init__(self, database: Database, push: Push) -> None:
        self._database = database
        self._push = push

    async def tell(self, order_ids: Collection[str]) -> None:
        """Tell the buyers of these orders, by the ids of the heads, how they stand now; to be called once that is committed."""
        async with self._database.read_soon() as connection:
            standings = await read_standings(connection, order_ids)
            told = [
                each
                for id in order_ids
                for each in await lines_of(connection, id, standings.get(id, Standing()))
            ]
        for show_id, viewer_id, line in told:
            self._push(show_id, viewer_id, line)


async def lines_of(
    connection: AsyncConnection, order_id: str, standing: Standing
) -> list[tuple[str, str, OrderChanged]]:
    """Return the line with each id that its buyer goes by: who bought as a guest may be signed in by now."""
    found = await read_order(connection, order_id)
    if found is None:
        return []
    order = found[0]
    also = await connection.scalars(_ALSO, {"show": order.show_id, "viewer": order.viewer_id})
    line = as_line(order, standing)
    return [(order.show_id, viewer, line) for viewer in (order.viewer_id, *also)]


def as_line(order: Order, standing: Standing) -> OrderChanged:
    """Return what the buyer is told."""
    newest = standing.newest
    return OrderChanged(
        order=order.id,
        number=order.number,
        state=standing.state,
        currency=order.currency,
        refunded=standing.refunded,
        shipped_at=to_wire(newest.shipped_at) if newest else UNSET,
        carrier=newest.carrier if newest and newest.carrier else UNSET,
        tracking=newest.tracking if newest and newest.tracking else UNSET,
    )
