"""Forgetting page views that are old."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from server.clock import Clock
from server.db.engine import Database
from server.db.forgetting import forget_all
from server.ledger.page_views import forget_page_views

FORGOTTEN_AT_ONCE_MAX = 5_000


class PageViewForgetting:
    """Deletes page views that are older than they are kept: from then on their days have no figures."""

    def __init__(self, database: Database, clock: Clock, kept_for: timedelta) -> None:
        self._database = database
        self._clock = clock
        self._kept_for = kept_for

    async def run_once(self) -> int:
        """Forget all that are old, in small transactions, and return how many that were."""
        return await forget_all(self._database, self._forget, FORGOTTEN_AT_ONCE_MAX)

    async def _forget(self, connection: AsyncConnection, limit: int) -> int:
        return await forget_page_views(connection, self._clock.now() - self._kept_for, limit)
