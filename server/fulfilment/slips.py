"""From orders to what is printed and taken along of them: pages of a packing list, and lines of a table. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from server.fulfilment.delivery import addressee_of
from server.fulfilment.detail import Detail
from server.fulfilment.packing import Language, Slip, SlipLine
from server.fulfilment.shipping_rules import Shipment, Shipping
from server.shop.order_list import ListedOrder

COLUMNS: Final = (
    "number", "carrier", "tracking", "fulfilment", "shipped_at", "order", "at", "state", "show", "title", "sku", "quantity",
    "amount_minor", "currency", "name", "email", "phone", "country", "postal_code", "region", "city", "line1", "line2", "method",
    "gift_note", "discount_minor", "shipping_minor", "total_minor",
)  # fmt: skip
"""Of a table of orders. The first three are those by which parcels are marked from a file."""
Cell = str | int | None


def slip_of(detail: Detail, shop: str, zone: ZoneInfo, language: Language) -> Slip:
    """Return the page of an order: what is left to be packed of it; of one that went off, all of it."""
    order, left = detail.listed.order, detail.left
    units = left or detail.ordered
    lines = [
        SlipLine(line.title or line.sku or "", line.sku or "", units[nth])
        for nth, line in enumerate(order.lines)
        if units.get(nth)
    ]
    went = sum(detail.shipped.values()) if left else 0
    at = _moment(detail.listed.at.astimezone(zone), language)
    return Slip(shop, order.number, at, addressee_of(detail.listed.checked), lines, went)


def rows_of(
    orders: Iterable[tuple[ListedOrder, Shipping | None, Sequence[Shipment]]],
) -> Iterator[list[Cell]]:
    """Yield a row for each line of each order, in the order of `COLUMNS`; carrier and tracking are those of the newest parcel."""
    for listed, shipping, shipments in orders:
        order, to = listed.order, addressee_of(listed.checked)
        newest = shipments[-1] if shipments else None
        shipped = [newest.carrier, newest.tracking] if newest else ["", ""]
        shipped_at = newest.shipped_at.isoformat() if newest else ""
        place = [to.country, to.postal_code, to.region, to.city, to.line1, to.line2]
        checked = listed.checked
        sums = (
            [None, None, order.amount]
            if checked is None
            else [checked.discount_minor, checked.shipping_minor, checked.total_minor]
        )
        for line in order.lines:
            bought = [line.title, line.sku, line.quantity, line.amount, order.currency]
            yield [
                order.number, *shipped, shipping, shipped_at, order.order, order.at, order.state, listed.show_title, *bought, to.name,
                to.email, to.phone, *place, to.method, to.gift_note, *sums,
            ]  # fmt: skip


def _moment(at: datetime, language: Language) -> str:
    if language == "ja":
        return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"
    return f"{at:%Y-%m-%d %H:%M} {at.tzname() or ''}".strip()
