"""What one worker process of a measurement does; a module of its own, so that it can be started anew."""

import asyncio
import os
from multiprocessing import Queue
from multiprocessing.synchronize import Barrier

from loadtests.ledger.evening import Engines
from server.db.engine import Database
from server.workers.ledger import LedgerWorker


def work(engines: Engines, ready: Barrier, spent: "Queue[float]") -> None:
    """Be one worker: count until nothing is left."""

    async def count() -> None:
        database, bus = Database(engines.database, pool_size=2), engines.bus("worker")
        worker = LedgerWorker(database, bus)
        async with database.read():
            ready.wait()
        before = sum(os.times()[:2])
        counted: int | None = 1
        while counted != 0:
            counted = await worker.run_once()
            await asyncio.sleep(0.02 if counted is None else 0)
        spent.put(sum(os.times()[:2]) - before)
        await bus.close()
        await database.close()

    asyncio.run(count())


def count_for_ever(engines: Engines, ready: Barrier) -> None:
    """Be one worker until killed; `ready` is waited for when it has looked once."""

    async def count() -> None:
        worker = LedgerWorker(Database(engines.database, pool_size=2), engines.bus("worker"))
        await worker.run_once()
        await asyncio.to_thread(ready.wait)
        await worker.run()

    asyncio.run(count())
