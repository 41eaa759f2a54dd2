"""Whether the shop's count agrees with its orders and holds."""

from collections.abc import Sequence

from sqlalchemy import Connection

from server.doctor.finding import Finding, State
from server.shop.stocktaking import Count, as_count
from server.shop.stocktaking_repository import DISAGREEING

NAMED_MAX = 5


def examine_stock(connection: Connection) -> Finding:
    """Compare what is free, held and sold of every product with its orders, holds and movements."""
    found = [as_count(row) for row in connection.execute(DISAGREEING)]
    if not found:
        return Finding(
            "Stock", State.FINE, "what is free, held and sold is what orders, holds and movements say"
        )
    return Finding(
        "Stock", State.BROKEN, _say(found), "orders and holds are right: `showfloor stock verify --repair`"
    )


def _say(found: Sequence[Count]) -> str:
    named = ", ".join(f"{f.product_id} says {f.sold} sold, its orders {f.ordered}" for f in found[:NAMED_MAX])
    return f"{named}, and {len(found) - NAMED_MAX} more" if len(found) > NAMED_MAX else named
