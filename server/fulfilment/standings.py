"""How orders stand for their buyers: what went off, and what was given back."""

from collections.abc import Collection, Mapping

from sqlalchemy.ext.asyncio import AsyncConnection

from server.fulfilment.shipping_repository import read_handlings, read_shipments
from server.fulfilment.shipping_rules import Shipment, Shipping
from server.shop.given_back import NOTHING, GivenBack, read_given_back
from server.shop.standing import OrderState, Parcel, Standing


async def read_standings(connection: AsyncConnection, order_ids: Collection[str]) -> Mapping[str, Standing]:
    """Return how those orders stand that something was done with, by the ids of their heads; no SQL for none."""
    if not order_ids:
        return {}
    handled = await read_handlings(connection, order_ids)
    if not handled:
        return {}
    shipments = await read_shipments(connection, list(handled))
    given_back = await read_given_back(connection, list(handled))
    return {
        order_id: _standing(shipping, shipments.get(order_id, []), given_back.get(order_id, NOTHING))
        for order_id, (_, shipping) in handled.items()
    }


def _standing(shipping: Shipping, shipments: Collection[Shipment], given_back: GivenBack) -> Standing:
    parcels = tuple(Parcel(each.shipped_at, each.carrier, each.tracking, each.units) for each in shipments)
    state: OrderState = given_back.state
    if state == "paid" and shipping == "shipped":
        state = "shipped"
    return Standing(state, given_back.minor, parcels)
