"""What a show has sold so far, for staff: our own orders are added up once, and then carried on with each batch of sales.

To add them up anew costs as much as there are, and a batch may come every few milliseconds.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from weakref import WeakKeyDictionary

from server.journal.transaction import ShowTransaction
from server.protocol import pushes
from server.shop.repository import Sold, as_sales, read_own_sales, read_reported_sales
from server.shop.rules import Order

CARRIED_ON_FOR: Final = timedelta(seconds=10)
"""Then they are added up anew, so that whatever changed them past the shop is seen."""
SHOWS_MAX: Final = 1000


@dataclass(frozen=True, slots=True)
class _Known:
    """What our own orders of a show came to at one offset of its journal."""

    epoch: str
    top: int
    added_up_at: datetime
    sold: dict[str, Sold]


class Takings:
    """One process's. What it knows of a show holds as long as no other process has published there: whoever sells publishes."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}
        self._begun = WeakKeyDictionary[ShowTransaction, _Known]()
        """As they stand within transactions that are not committed."""

    async def with_sold(self, tx: ShowTransaction, orders: Iterable[Order] = ()) -> pushes.Sales:
        """Return the show's totals, those `orders` among them that this transaction has written, line by line."""
        known = self._begun.get(tx) or self._known.get(tx.show_id)
        if known is not None and _holds(known, tx):
            now = replace(known, sold=_carry_on(known.sold, orders))
        else:
            now = _Known(tx.epoch, tx.top, tx.now, await read_own_sales(tx.connection, tx.show_id))
        if tx not in self._begun:
            tx.afterwards.append(partial(self._keep, tx))
        self._begun[tx] = now
        return as_sales(now.sold, await read_reported_sales(tx.connection, tx.show_id))

    def _keep(self, tx: ShowTransaction) -> None:
        if len(self._known) >= SHOWS_MAX:
            self._known.clear()
        self._known[tx.show_id] = replace(self._begun[tx], top=tx.top)


def _holds(known: _Known, tx: ShowTransaction) -> bool:
    alone = known.epoch == tx.epoch and known.top >= tx.alone_since
    return alone and timedelta(0) <= tx.now - known.added_up_at < CARRIED_ON_FOR


def _carry_on(sold: dict[str, Sold], orders: Iterable[Order]) -> dict[str, Sold]:
    after = dict(sold)
    for order in orders:
        if not order.staff:
            before = after.get(order.currency, Sold())
            after[order.currency] = Sold(
                before.orders + (order.nth == 0),
                before.units + order.quantity,
                before.amount_minor + order.amount_minor,
            )
    return after
