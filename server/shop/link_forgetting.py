"""Forgetting what thank-you pages said of orders that no report followed."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from server.clock import Clock
from server.db.engine import Database
from server.db.forgetting import forget_all
from server.shop.reports_repository import forget_links

LINKS_KEPT_FOR = timedelta(days=60)
LINKS_FORGOTTEN_AT_ONCE_MAX = 1_000


class LinkForgetting:
    """Forgets links that are older than `LINKS_KEPT_FOR`; an order that was attributed by one stays the show's."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def run_once(self) -> int:
        """Forget all that are old, in small transactions, and return how many that were."""
        return await forget_all(self._database, self._forget, LINKS_FORGOTTEN_AT_ONCE_MAX)

    async def _forget(self, connection: AsyncConnection, limit: int) -> int:
        return await forget_links(connection, self._clock.now() - LINKS_KEPT_FOR, limit)
