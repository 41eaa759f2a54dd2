"""Forgetting what thank-you pages said of orders that no report followed."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from server.clock import Clock
from server.db.engine import Database
from server.db.forgetting import ForgetsOld
from server.shop.reports_repository import forget_links

LINKS_KEPT_FOR = timedelta(days=60)


class LinkForgetting(ForgetsOld):
    """Forgets links that are older than `LINKS_KEPT_FOR`; an order that was attributed by one stays the show's."""

    at_once_max = 1_000

    def __init__(self, database: Database, clock: Clock) -> None:
        super().__init__(database, clock, LINKS_KEPT_FOR)

    async def forget_before(self, connection: AsyncConnection, before: datetime, most: int) -> int:
        """Delete at most so many, and return how many."""
        return await forget_links(connection, before, most)
