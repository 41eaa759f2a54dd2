"""The auctions of a process: what they ask of the shop is put together here."""

from server.auctions.service import Auctions
from server.clock import Clock
from server.db.engine import Database
from server.journal.journal import Journal
from server.running.offers import read_goods
from server.shop.lots import Lots

AUCTIONS_SECONDS = 0.25
"""How often it is looked which auctions are over."""


def auctions_for(
    journal: Journal, database: Database, clock: Clock, lots: Lots, hold_seconds: float
) -> Auctions:
    """Return the auctions of all shows."""
    return Auctions(journal, database, clock, desk=lots, read_goods=read_goods, hold_seconds=hold_seconds)
