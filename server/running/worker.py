"""`showfloor worker`: a process that only counts the ledger and delivers webhooks."""

import asyncio
import secrets
from contextlib import AsyncExitStack
from socket import socket
from time import monotonic

import structlog

from server.bus.bus import Bus
from server.bus.connections import REDIS_AWAY, open_link
from server.bus.keys import Keys
from server.clock import SystemClock
from server.db.engine import Database
from server.db.schema import has_newest_schema
from server.http.outbound import outbound_for
from server.http.readiness import Question, Readiness
from server.http.scrape import Families
from server.ledger import metrics as ledger_metrics
from server.mail import metrics as mail_metrics
from server.running.keeping import keeping_loops
from server.running.mail import MailDelivery
from server.running.resealing import resealing_loops
from server.running.watch import ProcessWatch, watched
from server.running.webhooks import WebhookDelivery
from server.settings import Settings
from server.waking import Waking
from server.webhooks import metrics as webhook_metrics
from server.workers.ledger import LedgerWorker
from server.workers.rollups import keep_rollups

POOL_SIZE = 5
OF_THE_WORKERS = ledger_metrics.OF_THE_WORKER | webhook_metrics.OF_THE_WORKER | mail_metrics.OF_THE_WORKER
READING_SECONDS_MAX = 15.0
"""Above the worker's longest pause after a failure."""
_SCHEMA = "schema"
_REDIS_AWAY = "redis away"

log = structlog.get_logger()


class WorkerReadiness:
    """Whether a worker counts: the schema is the newest, Redis answers, and the stream was looked into a moment ago."""

    def __init__(self, worker: LedgerWorker, database: Database, bus: Bus) -> None:
        self._worker = worker
        self._database = database
        self._bus = bus
        self._asking = Question(self._ask)

    async def __call__(self) -> Readiness:
        """`ready`; not ready: `schema`, `database away`, `redis away`, or `not reading` when no round has ended for 15 s."""
        error = await self._asking.error()
        if error is not None:
            status = error if error in (_SCHEMA, _REDIS_AWAY) else "database away"
            return Readiness(status, ready=False, error=error)
        if monotonic() - self._worker.read_at > READING_SECONDS_MAX:
            return Readiness("not reading", ready=False)
        return Readiness("ready", ready=True)

    async def _ask(self) -> str | None:
        async with self._database.read_soon() as connection:
            if not await has_newest_schema(connection):
                return _SCHEMA
        try:
            await self._bus.ledger.look()
        except REDIS_AWAY:
            return _REDIS_AWAY
        return None


async def run_worker(settings: Settings, listening: socket | None = None) -> None:
    """Count the ledger and deliver webhooks until cancelled, and answer for that on `listening`. `settings` must have both URLs.

    Engines that are away are waited for.
    """
    database, bus = ledger_parts(settings)
    worker = LedgerWorker(database, bus)
    outbound = outbound_for(settings)
    delivery, mail = None, None
    if settings.has_secret():
        delivery = WebhookDelivery(settings, database, SystemClock(), outbound)
        mail = MailDelivery(settings, database, SystemClock(), Waking())
    else:
        log.warning("webhooks.not_delivered", mend="give this process the servers' SHOWFLOOR_SECRET")

    async def measure() -> None:
        await worker.measure()
        if delivery:
            await delivery.worker.measure()
        if mail:
            await mail.worker.measure()

    watch = ProcessWatch(WorkerReadiness(worker, database, bus), Families(_is_of_the_worker), measure=measure)
    try:
        async with AsyncExitStack() as stack:
            if listening is not None:
                await stack.enter_async_context(watched(watch, listening))
            group = await stack.enter_async_context(asyncio.TaskGroup())
            clock = SystemClock()
            loops = {"ledger": worker.run(), "rollups": keep_rollups(database, clock)}
            loops |= keeping_loops(settings, database, clock)
            if mail:
                loops |= mail.loops()
            if delivery:
                loops |= delivery.loops()
                loops |= resealing_loops(settings, database, SystemClock(), outbound)
            for name, loop in loops.items():
                group.create_task(loop, name=name)
    finally:
        await outbound.close()
        await bus.close()
        await database.close()


def _is_of_the_worker(family: str) -> bool:
    """Whether a worker shows this family; the servers' are here only because their modules are imported."""
    return (
        family in OF_THE_WORKERS or family == "showfloor_ready" or family.startswith(("process_", "python_"))
    )


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
