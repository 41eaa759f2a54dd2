"""All SQL of shipping: the row that an order is handled under, and its parcels."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.fulfilment.shipping_rules import Shipment, Shipping
from server.fulfilment.shipping_tables import OrderHandlingRow, ShipmentLineRow, ShipmentRow
from server.shop.orders_repository import read_order
from server.shop.rules import Order

_HANDLING = OrderHandlingRow.__table__  # type: ignore[attr-defined]
_SHIPMENT = ShipmentRow.__table__  # type: ignore[attr-defined]
_LINE = ShipmentLineRow.__table__  # type: ignore[attr-defined]
_BEGIN = text(
    "INSERT INTO order_handling (order_id, channel_id) VALUES (:order, :channel) ON CONFLICT DO NOTHING"
)
_LOCK = text("SELECT version FROM order_handling WHERE order_id = :order FOR UPDATE")
_FIND = text("""
    SELECT o.number, o.id FROM orders AS o WHERE o.channel_id = :channel AND o.number = ANY(:numbers)
""")


@dataclass(frozen=True, slots=True)
class Handled:
    """An order of ours with the version that what was done with it has; 0: nothing was."""

    order: Order
    version: int


async def lock_order(connection: AsyncConnection, channel_id: str, order_id: str) -> Handled | None:
    """Return an order of the channel's, by its head's id, locked for whoever does something with it; None for any other id.

    A transaction that locks several takes them in the order of their ids, and products before any of them.
    """
    found = await read_order(connection, order_id)
    if found is None or found[1] != channel_id or found[0].id != order_id:
        return None
    await connection.execute(_BEGIN, {"order": order_id, "channel": channel_id})
    version = await connection.scalar(_LOCK, {"order": order_id})
    assert version is not None, "it was there or is now"
    return Handled(found[0], version)


async def note_change(connection: AsyncConnection, order_id: str, shipping: Shipping | None = None) -> None:
    """Give a locked order its next version, and say how far it is where that changed."""
    values = {} if shipping is None else {"shipping": shipping}
    statement = update(_HANDLING).where(_HANDLING.c.order_id == order_id)
    await connection.execute(statement.values(**values, version=_HANDLING.c.version + 1))


async def read_handlings(
    connection: AsyncConnection, order_ids: Collection[str]
) -> Mapping[str, tuple[int, Shipping]]:
    """Return version and progress of those orders that something was done with."""
    wanted = select(_HANDLING.c.order_id, _HANDLING.c.version, _HANDLING.c.shipping)
    rows = await connection.execute(wanted.where(_HANDLING.c.order_id.in_(order_ids)))
    return {row.order_id: (row.version, row.shipping) for row in rows}


async def read_shipments(
    connection: AsyncConnection, order_ids: Collection[str], *, undone_too: bool = False
) -> Mapping[str, list[Shipment]]:
    """Return the parcels of orders, the first one first."""
    lines = _SHIPMENT.join(_LINE, _LINE.c.shipment_id == _SHIPMENT.c.id)
    wanted = select(_SHIPMENT, _LINE.c.nth, _LINE.c.quantity).select_from(lines)
    wanted = wanted.where(_SHIPMENT.c.order_id.in_(order_ids))
    if not undone_too:
        wanted = wanted.where(_SHIPMENT.c.undone_at.is_(None))
    rows = (await connection.execute(wanted.order_by(_SHIPMENT.c.id, _LINE.c.nth))).all()
    units: defaultdict[str, dict[int, int]] = defaultdict(dict)
    for row in rows:
        units[row.id][row.nth] = row.quantity
    found: defaultdict[str, list[Shipment]] = defaultdict(list)
    for row in {row.id: row for row in rows}.values():
        shipment = Shipment(
            row.id, row.order_id, row.carrier, row.tracking, row.shipped_at, row.by_name, units[row.id], row.undone_at
        )  # fmt: skip
        found[row.order_id].append(shipment)
    return found


async def insert_shipment(
    connection: AsyncConnection, channel_id: str, shipment: Shipment, by_id: str
) -> None:
    """Write a parcel."""
    row = ShipmentRow(
        id=shipment.id,
        order_id=shipment.order_id,
        channel_id=channel_id,
        carrier=shipment.carrier,
        tracking=shipment.tracking,
        shipped_at=shipment.shipped_at,
        by_id=by_id,
        by_name=shipment.by_name,
    )
    await connection.execute(insert(_SHIPMENT).values(**row.model_dump()))
    lines = [{"shipment_id": shipment.id, "nth": nth, "quantity": n} for nth, n in shipment.units.items()]
    await connection.execute(insert(_LINE), lines)


async def correct_shipment(
    connection: AsyncConnection, shipment_id: str, carrier: str, tracking: str
) -> None:
    """Write by whom and where a parcel is followed."""
    statement = update(_SHIPMENT).where(_SHIPMENT.c.id == shipment_id)
    await connection.execute(statement.values(carrier=carrier, tracking=tracking))


async def undo_shipment(connection: AsyncConnection, shipment_id: str, at: datetime, by_id: str) -> None:
    """Note that a parcel did not go off."""
    statement = update(_SHIPMENT).where(_SHIPMENT.c.id == shipment_id)
    await connection.execute(statement.values(undone_at=at, undone_by=by_id))


async def find_by_number(
    connection: AsyncConnection, channel_id: str, numbers: Sequence[str]
) -> Mapping[str, str]:
    """Return the ids of the channel's orders by these numbers."""
    rows = await connection.execute(_FIND, {"channel": channel_id, "numbers": list(numbers)})
    return {row.number: row.id for row in rows}
