"""What forgets, in every process of a server, rows that are of no use any more."""

from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

from server.access.revocations import Revocations
from server.clock import Clock
from server.db.engine import Database
from server.journal.intents import Forgetting
from server.running.sealing import sealing_loops
from server.settings import Settings
from server.shop.link_forgetting import LinkForgetting
from server.visits.forgetting import PageViewForgetting
from server.workers.loop import repeat

FORGETTING_SECONDS = 600.0


def forgetting_loops(
    settings: Settings, database: Database, clock: Clock, revocations: Revocations
) -> dict[str, Coroutine[Any, Any, None]]:
    """Return a loop for each kind of rows, by name."""
    intents = Forgetting(database, clock, timedelta(hours=settings.key_hours))
    links = LinkForgetting(database, clock)
    views = PageViewForgetting(database, clock, timedelta(days=settings.page_view_days))
    return {
        "keys": repeat("keys", FORGETTING_SECONDS, intents.run_once),
        "sign-ins": repeat("sign-ins", FORGETTING_SECONDS, revocations.forget_ended),
        "order links": repeat("order_links", FORGETTING_SECONDS, links.run_once),
        "page views": repeat("page_views", FORGETTING_SECONDS, views.run_once),
        **sealing_loops(settings, database, clock),
    }
