"""Many orders marked as shipped at once: those that somebody has marked in the list, or that a file names."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from server.access.principal import Principal
from server.db.engine import Database
from server.errors import RefusedError
from server.feeds.decoding import decode
from server.feeds.rules import Record
from server.feeds.sheet import read_sheet
from server.fulfilment.shipping import Shipping
from server.fulfilment.shipping_bodies import (
    CARRIER_CHARACTERS_MAX,
    TRACKING_CHARACTERS_MAX,
    tracking_address,
)
from server.fulfilment.shipping_repository import find_by_number
from server.fulfilment.shipping_rules import Parcel
from server.protocol.codes import Code

BULK_MAX: Final = 200
Outcome = Literal["shipped", "unchanged", "refused"]
Why = Literal["unknown", "carrier", "tracking", "twice"]
_COLUMNS: Final = {
    "number": ("number", "order number", "注文番号"),
    "carrier": ("carrier", "配送会社"),
    "tracking": ("tracking", "tracking link", "追跡リンク"),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """An order by its number, or its id, all that is left of which goes off. `line` of a file; `why` it cannot be."""

    name: str
    carrier: str = ""
    tracking: str = ""
    line: int | None = None
    why: Why | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What came, or would come, of a wish; `unchanged`: nothing of it was left to be shipped."""

    wish: Wish
    outcome: Outcome
    order_id: str | None = None
    why: Why | None = None


def read_wishes(content: bytes) -> list[Wish]:
    """Return what a file with the columns `number`, `carrier` and `tracking` says, lines with neither of the last two left out.

    Raises `feed_unreadable` for what is no such table.
    """
    sheet = read_sheet(decode(content), lines_max=10_000)
    wishes: dict[str, Wish] = {}
    for record in sheet.records:
        wish = _wish_of(record)
        if wish.name and (wish.carrier or wish.tracking):
            known = wishes.setdefault(wish.name, wish)
            if (known.carrier, known.tracking) != (wish.carrier, wish.tracking):
                wishes[wish.name] = Wish(wish.name, wish.carrier, wish.tracking, wish.line, "twice")
    if len(wishes) > BULK_MAX:
        raise RefusedError(Code.INVALID, f"At most {BULK_MAX} orders are marked at once.")
    return list(wishes.values())


def _wish_of(record: Record) -> Wish:
    cells = {name.strip().casefold(): cell for name, cell in record.cells.items()}
    name, carrier, tracking = (
        next((cells[each] for each in names if cells.get(each)), "") for names in _COLUMNS.values()
    )
    why: Why | None = None
    if len(carrier) > CARRIER_CHARACTERS_MAX or not carrier.isprintable():
        why = "carrier"
    try:
        tracking_address(tracking)
    except ValueError:
        why = "tracking"
    if len(tracking) > TRACKING_CHARACTERS_MAX:
        why = "tracking"
    return Wish(name.upper(), carrier, tracking, record.line, why)


class BulkShipping:
    """Marks many, each order by itself: one that cannot be harms no other."""

    def __init__(self, database: Database, shipping: Shipping) -> None:
        self._database = database
        self._shipping = shipping

    async def ship_all(self, by: Principal, wishes: Sequence[Wish], *, preview: bool = False) -> list[Done]:
        """Mark what is left of each order, and return what came of it, in their order; `preview`: say what would come of it."""
        async with self._database.read_soon() as connection:
            ids = await find_by_number(connection, by.channel_id, [wish.name for wish in wishes])
        return [await self._ship(by, wish, ids.get(wish.name, wish.name), preview=preview) for wish in wishes]

    async def _ship(self, by: Principal, wish: Wish, order_id: str, *, preview: bool) -> Done:
        if wish.why is not None:
            return Done(wish, "refused", why=wish.why)
        try:
            detail = await self._shipping.find(by.channel_id, order_id)
            if detail.shipping is None:
                return Done(wish, "refused", why="unknown")
            if not detail.left:
                return Done(wish, "unchanged", order_id)
            if not preview:
                await self._shipping.ship(by, order_id, Parcel(wish.carrier, wish.tracking))
        except RefusedError as refused:
            if refused.code is Code.CONFLICT:
                return Done(wish, "unchanged", order_id)
            return Done(wish, "refused", why="unknown")
        return Done(wish, "shipped", order_id)
