"""What a process needs to deliver webhooks: the worker, and what forgets."""

from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

from server.access.sealing import sealing_for
from server.clock import Clock
from server.db.engine import Database
from server.http.outbound import Outbound
from server.running.forgetting import FORGETTING_SECONDS
from server.settings import Settings
from server.webhooks.sending import Sending
from server.webhooks.service import Webhooks
from server.workers.loop import repeat
from server.workers.webhooks import WebhookForgetting, WebhookWorker


def webhooks_for(settings: Settings, database: Database, clock: Clock, outbound: Outbound) -> Webhooks:
    """Return the service of endpoints."""
    return Webhooks(database, clock, sealing_for(settings), outbound.require_fit)


class WebhookDelivery:
    """Everything about delivery that runs in a process; nothing runs before `loops` are."""

    def __init__(self, settings: Settings, database: Database, clock: Clock, outbound: Outbound) -> None:
        sealing = sealing_for(settings)
        self.worker = WebhookWorker(database, clock, Sending(outbound.client, sealing, clock))
        self._forgetting = WebhookForgetting(database, clock, timedelta(days=settings.webhook_log_days))

    def loops(self) -> dict[str, Coroutine[Any, Any, None]]:
        """Return what runs for as long as the process lives, by name."""
        return {
            "webhooks": self.worker.run(),
            "webhook log": repeat("webhook_log", FORGETTING_SECONDS, self._forgetting.run_once),
        }
