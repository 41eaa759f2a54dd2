"""The SQL of holds that have no units until they are paid."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.shop.holds_repository import LAPSED

_UNHELD_LAPSED: Final = "h.state = 'unheld' AND NOT h.paying AND h.expires_at <= :now"
_FIND_LAPSED: Final = text(
    f"SELECT h.show_id FROM hold AS h WHERE {LAPSED} UNION SELECT h.show_id FROM hold AS h WHERE {_UNHELD_LAPSED}"
)
_READ_UNHELD: Final = text(
    "SELECT id FROM hold WHERE id = ANY(:ids) AND show_id = :show AND state = 'unheld'"
)
# What is set aside by it is set aside for its payment: when that ends without money, nothing keeps the units.
_CLAIM: Final = text(
    "UPDATE hold SET state = 'placed', expires_at = least(expires_at, :now) WHERE id = ANY(:ids) AND state = 'unheld'"
)
# They have no units, so no product is locked; what somebody else has locked, they are ending or paying.
_LAPSE: Final = text(
    f"""
    UPDATE hold SET state = 'expired', ended_at = :now WHERE id IN (
        SELECT h.id FROM hold AS h WHERE h.show_id = :show AND {_UNHELD_LAPSED} ORDER BY h.expires_at LIMIT :most
        FOR NO KEY UPDATE SKIP LOCKED)
    RETURNING id
    """
)
_READ_BEGUN: Final = text(
    """
    SELECT viewer_id, CAST(count(*) AS int) FROM hold
    WHERE viewer_id = ANY(:viewers) AND show_id = :show AND first_paid AND state IN ('placed', 'unheld')
      AND (paying OR expires_at > :now)
    GROUP BY viewer_id
    """
)


async def find_lapsed(connection: AsyncConnection, now: datetime) -> list[str]:
    """Return the shows that have holds whose time is over, with units or without."""
    return sorted(await connection.scalars(_FIND_LAPSED, {"now": now}))


async def read_unheld(connection: AsyncConnection, show_id: str, ids: Collection[str]) -> set[str]:
    """Return those of the show's holds that have no units yet."""
    return set(await connection.scalars(_READ_UNHELD, {"ids": list(ids), "show": show_id}))


async def claim_units(connection: AsyncConnection, ids: Collection[str], now: datetime) -> None:
    """Note that these holds have their units from now on. Products must be locked before."""
    if ids:
        await connection.execute(_CLAIM, {"ids": list(ids), "now": now})


async def let_unheld_lapse(connection: AsyncConnection, show_id: str, now: datetime, most: int) -> set[str]:
    """End those of a show's holds without units whose time is over, and return their ids."""
    return set(await connection.scalars(_LAPSE, {"show": show_id, "now": now, "most": most}))


async def read_begun(
    connection: AsyncConnection, show_id: str, viewers: Collection[str], now: datetime
) -> dict[str, int]:
    """Return how many purchases of what goes to who pays first these viewers have begun in the show, by viewer; no SQL for nobody."""
    if not viewers:
        return {}
    rows = await connection.execute(_READ_BEGUN, {"show": show_id, "viewers": list(viewers), "now": now})
    return {row[0]: row[1] for row in rows}
