"""Forgetting page views that are old."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.forgetting import ForgetsOld
from server.ledger.page_views import forget_page_views


class PageViewForgetting(ForgetsOld):
    """Deletes page views that are older than they are kept: from then on their days have no figures."""

    at_once_max = 5_000

    async def forget_before(self, connection: AsyncConnection, before: datetime, most: int) -> int:
        """Delete at most so many, and return how many."""
        return await forget_page_views(connection, before, most)
