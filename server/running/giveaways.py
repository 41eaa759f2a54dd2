"""The giveaways of a process."""

from server.clock import Clock
from server.db.engine import Database
from server.giveaways.service import Giveaways
from server.giveaways.telling import Push
from server.journal.journal import Journal
from server.settings import Settings

GIVEAWAYS_SECONDS = 0.5
"""How often it is looked which giveaways are over, which prizes were not claimed, and which entries were not told yet."""


def giveaways_for(
    settings: Settings, journal: Journal, database: Database, clock: Clock, push: Push
) -> Giveaways:
    """Return the giveaways of all shows; winners are told by `push`."""
    return Giveaways(journal, database, clock, watch_seconds=settings.guest_watch_seconds, push=push)
