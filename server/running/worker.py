"""`showfloor worker`: a process that only counts the ledger."""

import asyncio
import secrets

from server.bus.bus import Bus
from server.bus.connections import open_link
from server.bus.keys import Keys
from server.db.engine import Database
from server.settings import Settings
from server.workers.ledger import LedgerWorker

POOL_SIZE = 2


async def run_worker(settings: Settings) -> None:
    """Count the ledger until cancelled. `settings` must have both URLs; engines that are away are waited for."""
    database, bus = ledger_parts(settings)
    try:
        await LedgerWorker(database, bus).run()
    finally:
        await bus.close()
        await database.close()


async def count_what_is_left(settings: Settings, *, seconds_max: float = 10.0) -> None:
    """Count what lies in the stream already, and return; raises `TimeoutError` when others keep it busy for so long."""
    database, bus = ledger_parts(settings)
    worker = LedgerWorker(database, bus)
    try:
        async with asyncio.timeout(seconds_max):
            counted: int | None = 1
            while counted != 0:
                counted = await worker.run_once()
                await asyncio.sleep(0.1 if counted is None else 0)
    finally:
        await bus.close()
        await database.close()


async def forget_counters(settings: Settings, show_id: str) -> None:
    """Drop a show's live counters; they are seeded from SQL again. Raises one of `REDIS_AWAY`."""
    assert settings.redis_url is not None, "the command line puts the engines' URLs in"
    link, keys = open_link(settings.redis_url), Keys(settings.redis_prefix)
    try:
        await link.run("DEL", keys.totals(show_id), keys.processes(show_id))
    finally:
        await link.close()


def ledger_parts(settings: Settings) -> tuple[Database, Bus]:
    """Return what a worker works with, not connected yet."""
    assert settings.database_url is not None, "the command line puts the engines' URLs in"
    assert settings.redis_url is not None, "the command line puts the engines' URLs in"
    database = Database(settings.database_url, pool_size=POOL_SIZE)
    return database, Bus(settings.redis_url, prefix=settings.redis_prefix, process_id=secrets.token_hex(6))
