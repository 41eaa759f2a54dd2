"""The offers of a process: what they ask of the figures and of the shop is put together here."""

from collections.abc import Collection, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from server.catalogue.rules import Stocked
from server.clock import Clock
from server.db.engine import Database
from server.journal.journal import Journal
from server.offers.admission import Admission
from server.offers.secrets import Secrets
from server.offers.service import Offers
from server.settings import Settings
from server.shop.repository import lock_products
from server.stats.columns.shelf import FOLDER, Shelf
from server.stats.lifetime.membership import Membership


async def read_goods(
    connection: AsyncConnection, show_id: str, channel_id: str, ids: Collection[str]
) -> Sequence[Stocked]:
    """Lock those of the products that the show sells, and return them at their prices there."""
    return [
        each for each in await lock_products(connection, channel_id, ids, show_id=show_id) if each.on_sale
    ]


def offers_for(settings: Settings, journal: Journal, database: Database, clock: Clock) -> Offers:
    """Return the offers of all shows."""
    secrets = Secrets(settings.signing_secret(), old_secret=settings.old_signing_secret())
    shelf = Shelf(settings.data.absolute() / FOLDER)
    return offers_with(secrets, journal, database, clock, shelf)


def offers_with(
    secrets: Secrets, journal: Journal, database: Database, clock: Clock, shelf: Shelf | None = None
) -> Offers:
    """Return the offers of all shows, whose codes these `secrets` know; a `shelf` spares them reading segments from SQL."""
    admission = Admission(database, Membership(database, clock, shelf))
    return Offers(journal, database, clock, admission=admission, secrets=secrets, read_goods=read_goods)
