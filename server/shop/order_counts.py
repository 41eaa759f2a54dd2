"""How many people have just bought a product, told to everybody in the show: counted from the orders, rarely, and never of a few.

A person is counted once, by whichever id they bought; staff and suspected bots are not. Below `BUYERS_MIN` nothing is told, so that no
number is about somebody. Of a product at most one line is published in `TOLD_EVERY`, whatever the number of processes: who takes the
row of `order_count` publishes.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import Field, SQLModel

from server.clock import Clock
from server.db.columns import moment
from server.db.engine import Database
from server.journal.journal import Journal
from server.journal.transaction import ShowTransaction

COUNTED_FOR: Final = timedelta(seconds=60)
TOLD_EVERY: Final = timedelta(seconds=30)
BUYERS_MIN: Final = 5


class OrderCountRow(SQLModel, table=True):
    """When it was last told in a show how many have bought a product."""

    __tablename__ = "order_count"

    show_id: str = Field(primary_key=True)
    product_id: str = Field(primary_key=True)
    at: datetime = moment("at", nullable=False)


# Variants count as their product. By the index of a channel's orders over time: the last minute's are few, but for a drop's; so people are
# found before anything is asked of them, and nothing of what was told a moment ago.
_COUNT: Final = text(
    """
    WITH bought AS MATERIALIZED (
        SELECT DISTINCT o.show_id, coalesce(p.parent_id, p.id) AS product_id, o.viewer_id
        FROM show JOIN orders AS o ON o.channel_id = show.channel_id AND o.show_id = show.id
        JOIN product AS p ON p.id = o.product_id
        WHERE show.state = 'live' AND o.at > :since AND o.at <= :now AND NOT o.staff AND o.payment <> 'imported' AND NOT EXISTS (
            SELECT FROM order_count AS c
            WHERE c.show_id = o.show_id AND c.product_id = coalesce(p.parent_id, p.id) AND c.at > :before))
    SELECT b.show_id, b.product_id, count(DISTINCT coalesce(a.canonical, b.viewer_id)) AS buyers
    FROM bought AS b LEFT JOIN viewer_alias AS a ON a.show_id = b.show_id AND a.raw = b.viewer_id AND a.taken_back_at IS NULL
    WHERE NOT EXISTS (
        SELECT FROM attendance AS t WHERE t.show_id = b.show_id AND t.viewer_id IN (b.viewer_id, a.canonical) AND t.suspect)
    GROUP BY 1, 2 HAVING count(DISTINCT coalesce(a.canonical, b.viewer_id)) >= :least
    """
)
_TAKE: Final = text(
    """
    INSERT INTO order_count AS c (show_id, product_id, at) SELECT :show, id, :now FROM unnest(CAST(:ids AS text[])) AS p(id)
    ON CONFLICT (show_id, product_id) DO UPDATE SET at = excluded.at WHERE c.at <= :before RETURNING product_id
    """
)


class OrderCounts:
    """Publishes the counts. Each round is one statement where nothing is sold."""

    def __init__(self, journal: Journal, database: Database, clock: Clock) -> None:
        self._journal = journal
        self._database = database
        self._clock = clock
        # The journal groups commands by their handler: it must be the same object each time.
        self._tell_many = tell_many

    async def run_once(self) -> int:
        """Tell what is due, and return of how many shows there was any. The shows wait for the telling, not for the counting."""
        async with self._database.read_soon() as connection:
            counted = await count_buyers(connection, self._clock.now())
        for show_id, buyers in counted.items():
            await self._journal.commit(show_id, self._tell_many, buyers, repeatable=True, patient=True)
        return len(counted)


async def count_buyers(connection: AsyncConnection, now: datetime) -> dict[str, dict[str, int]]:
    """Return by show and product how many people have bought in the last minute: enough of them, and of what was not told for a while."""
    given = {"since": now - COUNTED_FOR, "now": now, "before": now - TOLD_EVERY, "least": BUYERS_MIN}
    found: dict[str, dict[str, int]] = {}
    for row in await connection.execute(_COUNT, given):
        found.setdefault(row.show_id, {})[row.product_id] = row.buyers
    return found


async def tell_many(tx: ShowTransaction, counted: Sequence[Mapping[str, int]]) -> list[None]:
    """Publish how many have bought each product of the show of which nothing was told for a while, by whichever process."""
    buyers = {product: n for each in counted for product, n in each.items()}
    given = {"show": tx.show_id, "now": tx.now, "before": tx.now - TOLD_EVERY, "ids": sorted(buyers)}
    due = set(await tx.connection.scalars(_TAKE, given)) if buyers else set()
    for product_id in sorted(due):
        seconds = int(COUNTED_FOR.total_seconds())
        tx.publish("order.counted", {"product": product_id, "buyers": buyers[product_id], "seconds": seconds})
    return [None for _ in counted]
