"""A ledger's worker in a process of its own, which a test may kill."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess

from tests.support.forked_server import FORKS


def count_for_ever(database_url: str, redis_url: str, prefix: str) -> None:
    """Be a worker."""
    from server.bus.bus import Bus
    from server.db.engine import Database
    from server.workers.ledger import LedgerWorker

    bus = Bus(redis_url, prefix=prefix, process_id="worker")
    asyncio.run(LedgerWorker(Database(database_url), bus).run())


@contextmanager
def worker_process(database_url: str, redis_url: str, prefix: str = "t") -> Iterator[BaseProcess]:
    """Run one within the block; it ends as by `kill -9`."""
    process = FORKS.Process(target=count_for_ever, args=(database_url, redis_url, prefix), daemon=True)
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()
