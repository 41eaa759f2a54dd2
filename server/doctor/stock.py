"""Whether the shop's count agrees with its orders."""

from collections.abc import Sequence

from sqlalchemy import Connection

from server.doctor.finding import Finding, State
from server.shop.stocktaking import Disagreement, as_disagreement
from server.shop.stocktaking_repository import DISAGREEING

NAMED_MAX = 5


def examine_stock(connection: Connection) -> Finding:
    """Compare what was sold of every product with its orders."""
    found = [as_disagreement(row) for row in connection.execute(DISAGREEING)]
    if not found:
        return Finding("Stock", State.FINE, "what was sold is what the orders say")
    return Finding("Stock", State.BROKEN, _say(found), "the orders are right: `showfloor stock --repair`")


def _say(found: Sequence[Disagreement]) -> str:
    named = ", ".join(f"{f.product_id} says {f.sold} sold, its orders {f.ordered}" for f in found[:NAMED_MAX])
    return f"{named}, and {len(found) - NAMED_MAX} more" if len(found) > NAMED_MAX else named
