"""The polls of a process."""

from server.clock import Clock
from server.db.engine import Database
from server.journal.journal import Journal
from server.polls.service import Polls
from server.settings import Settings

POLLS_SECONDS = 0.5
"""How often it is looked which polls are over, and which counts were not told yet."""


def polls_for(settings: Settings, journal: Journal, database: Database, clock: Clock) -> Polls:
    """Return the polls of all shows."""
    return Polls(journal, database, clock, watch_seconds=settings.guest_watch_seconds)
