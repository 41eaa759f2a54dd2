"""One order as its merchant sees it: what was ordered, what became of it, and what was noted."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.catalogue.tables import ProductRow
from server.fulfilment.notes import Note, read_notes
from server.fulfilment.refund_repository import read_units_back
from server.fulfilment.shipping_repository import read_handlings, read_shipments
from server.fulfilment.shipping_rules import (
    Shipment,
    Shipping,
    Units,
    shipped_units,
    units_left,
    withdrawn_units,
)
from server.shop.checkout_desk import NO_CHECKOUTS, CheckoutDesk
from server.shop.order_list import ListedOrder, read_listed

_PRODUCT = ProductRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Detail:
    """An order with everything about it. Of a reported one `shipping` is None: its shop ships it."""

    listed: ListedOrder
    version: int
    shipping: Shipping | None
    shipments: Sequence[Shipment]
    notes: Sequence[Note]
    images: Sequence[str]
    """Of each line, empty for none."""
    cancelled: Units
    """Units that were given back, or are about to be, before they went off."""
    returned: Units
    """Units that were given back otherwise."""

    @property
    def ordered(self) -> Units:
        """The units of its lines."""
        return {nth: line.quantity for nth, line in enumerate(self.listed.order.lines)}

    @property
    def shipped(self) -> Units:
        """The units that went off."""
        return shipped_units(self.shipments)

    @property
    def left(self) -> Units:
        """The units that are still to go off."""
        return self.left_after(self.shipped)

    def left_after(self, shipped: Units) -> Units:
        """Return the units that are still to go off when these have."""
        return units_left(self.ordered, withdrawn_units(self.cancelled, self.returned, shipped), shipped)


async def read_detail(
    connection: AsyncConnection, channel_id: str, order_id: str, checkouts: CheckoutDesk = NO_CHECKOUTS
) -> Detail | None:
    """Return an order of the channel with everything about it; None for any other id."""
    listed = await read_listed(connection, channel_id, order_id, checkouts)
    if listed is None:
        return None
    version, shipping = (await read_handlings(connection, [order_id])).get(order_id, (0, "unshipped"))
    return Detail(
        listed,
        version,
        None if listed.order.external_id else shipping,
        (await read_shipments(connection, [order_id], undone_too=True)).get(order_id, []),
        (await read_notes(connection, [order_id])).get(order_id, []),
        await _read_images(connection, listed),
        *await read_units_back(connection, order_id),
    )


async def _read_images(connection: AsyncConnection, listed: ListedOrder) -> list[str]:
    ids = {line.product for line in listed.order.lines if line.product}
    rows = await connection.execute(select(_PRODUCT.c.id, _PRODUCT.c.image).where(_PRODUCT.c.id.in_(ids)))
    images = {row.id: row.image or "" for row in rows}
    return [images.get(line.product or "", "") for line in listed.order.lines]
