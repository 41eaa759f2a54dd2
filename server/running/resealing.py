"""What seals anew, while the server's secret is rotated, everything that is kept sealed in SQL."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from server.access.customer_keys import reseal_customer_keys
from server.access.sealing import sealing_for
from server.channels.oidc_providers import reseal_providers
from server.clock import Clock
from server.db.engine import Database
from server.http.outbound import Outbound
from server.payments.accounts import reseal_accounts
from server.running.webhooks import webhooks_for
from server.screening.settings import reseal_reviewers
from server.settings import Settings
from server.workers.loop import repeat

RESEALING_SECONDS = 600.0


def resealers(
    settings: Settings, database: Database, clock: Clock, outbound: Outbound
) -> dict[str, Callable[[], Awaitable[object]]]:
    """Return what seals anew, by the name of what is sealed: one for each room."""
    sealing = sealing_for(settings)
    return {
        "webhook_secrets": webhooks_for(settings, database, clock, outbound).reseal,
        "customer_keys": lambda: reseal_customer_keys(database, sealing),
        "providers": lambda: reseal_providers(database, sealing),
        "reviewers": lambda: reseal_reviewers(database, sealing),
        "payment_accounts": lambda: reseal_accounts(database, sealing),
    }


def resealing_loops(
    settings: Settings, database: Database, clock: Clock, outbound: Outbound
) -> dict[str, Coroutine[Any, Any, None]]:
    """Return a loop for each of them; none while no secret is rotated."""
    if settings.old_signing_secret() is None:
        return {}
    rooms = resealers(settings, database, clock, outbound)
    return {name: repeat(name, RESEALING_SECONDS, reseal) for name, reseal in rooms.items()}
