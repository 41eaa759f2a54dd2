"""The SQL of what viewers are shown: the true units of offers, and the record of who was shown what."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.offers.repository import HELD, as_offer
from server.offers.rules import Offer

_ON_SHELF: Final = text(f"""
    SELECT offer.*, product.stock, {HELD} FROM offer JOIN product ON product.id = offer.product_id
    WHERE offer.id = ANY(CAST(:ids AS text[])) AND offer.show_id = :show
""")
_KEEP_SHOWN: Final = text("""
    INSERT INTO offer_shown (offer_id, viewer_id, at, price_minor, units_left, ends_at)
    SELECT offer_id, viewer_id, :at, price, units, ends FROM unnest(
        CAST(:offers AS text[]), CAST(:viewers AS text[]), CAST(:prices AS bigint[]), CAST(:units AS int[]), CAST(:ends AS timestamptz[]))
    AS given (offer_id, viewer_id, price, units, ends) ON CONFLICT DO NOTHING
""")
ShownRow = tuple[str, str, int, int, datetime | None]
"""Offer, viewer, price, units left, when it ends."""


@dataclass(frozen=True, slots=True)
class OnShelf:
    """An offer with the stock of its product."""

    offer: Offer
    stock: int

    @property
    def units_left(self) -> int:
        """How many units can really be bought under it: never more than there are."""
        return self.stock if self.offer.left is None else min(self.stock, self.offer.left)


async def read_on_shelf(
    connection: AsyncConnection, show_id: str, ids: Collection[str]
) -> dict[str, OnShelf]:
    """Return those of the ids that are offers of the show, each with the stock of its product."""
    rows = await connection.execute(_ON_SHELF, {"ids": sorted(ids), "show": show_id})
    return {row.id: OnShelf(as_offer(row), row.stock) for row in rows}


async def keep_shown(connection: AsyncConnection, rows: Sequence[ShownRow], at: datetime) -> None:
    """Keep what viewers were shown at `at`; of who was shown the offer before the first time stays. `rows` are sorted."""
    offers, viewers, prices, units, ends = (list(column) for column in zip(*rows, strict=True))
    given = {"offers": offers, "viewers": viewers, "prices": prices, "units": units, "ends": ends, "at": at}
    await connection.execute(_KEEP_SHOWN, given)
