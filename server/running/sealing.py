"""Sealing as the settings have it."""

from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

from server.clock import Clock
from server.db.engine import Database
from server.ledger.repository import read_reaction_totals, settled
from server.sealing.places import base_of
from server.sealing.service import Sealer
from server.settings import Settings
from server.workers.loop import repeat

SEALING_SECONDS = 600.0


def sealer_for(settings: Settings, database: Database, clock: Clock) -> Sealer:
    """Return what seals shows, in the place that the settings name. Nothing runs."""
    days = settings.seal_after_days
    return Sealer(
        database,
        clock,
        base_of(settings.sealed_url, settings.data),
        settled=settled,
        reactions=read_reaction_totals,
        after=timedelta(days=days) if days else None,
    )


def sealing_loops(
    settings: Settings, database: Database, clock: Clock
) -> dict[str, Coroutine[Any, Any, None]]:
    """Return the loop that seals what is due, and removes files that nobody needs."""
    return {"sealing": repeat("sealing", SEALING_SECONDS, sealer_for(settings, database, clock).run_once)}
