"""How orders stand for their buyers: what went off, and what was given back."""

from collections.abc import Collection, Mapping

from sqlalchemy.ext.asyncio import AsyncConnection

from server.fulfilment.shipping_repository import read_handlings, read_shipments
from server.fulfilment.shipping_rules import Shipment, Shipping
from server.shop.standing import Parcel, Standing


async def read_standings(connection: AsyncConnection, order_ids: Collection[str]) -> Mapping[str, Standing]:
    """Return how those orders stand that something was done with, by the ids of their heads; no SQL for none."""
    if not order_ids:
        return {}
    handled = await read_handlings(connection, order_ids)
    if not handled:
        return {}
    shipments = await read_shipments(connection, list(handled))
    return {
        order_id: _standing(shipping, shipments.get(order_id, []))
        for order_id, (_, shipping) in handled.items()
    }


def _standing(shipping: Shipping, shipments: Collection[Shipment]) -> Standing:
    parcels = tuple(Parcel(each.shipped_at, each.carrier, each.tracking, each.units) for each in shipments)
    return Standing("shipped" if shipping == "shipped" else "paid", 0, parcels)
