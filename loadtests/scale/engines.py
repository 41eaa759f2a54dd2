"""Measures Redis and the ledger's worker alone, on embedded engines: CPU time, so that a busy machine does not matter much."""

import asyncio
import os
import selectors
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import redis
from redis.client import PubSub

from loadtests.bench.cost import ServerCost
from loadtests.scale.figures import EngineFigures
from server.bus.bus import Bus
from server.bus.counters import KEYS_LIVE_MS, PRESENCE_MS, SEED, TICK
from server.clock import SystemClock
from server.db.engine import Database
from server.db.migrations import migrate
from server.embedded import PostgresProcess, ValkeyProcess, start_postgres, start_valkey
from server.ledger.recorder import FLUSH_ROWS, Recorder
from server.workers.ledger import LedgerWorker

PROCESSES = 100
"""As many as tick and listen in the bigger of two measurements; the smaller has one."""
TICKS = 5_000
PUBLISHES = 2_000
BATCH = 100
MESSAGE = b"x" * 400
ROW_BYTES = 60
LEDGER_VIEWERS = 20_000


def measure_engines(machine: str) -> EngineFigures:
    """Start both engines in a temporary directory, measure, and stop them; takes about half a minute."""
    with tempfile.TemporaryDirectory(prefix="showfloor-scale-") as directory:
        valkey, postgres = (
            start_valkey(Path(directory, "valkey")),
            start_postgres(Path(directory, "postgres")),
        )
        try:
            return _measure(machine, valkey, postgres)
        finally:
            valkey.stop()
            postgres.stop()


def _measure(machine: str, valkey: ValkeyProcess, postgres: PostgresProcess) -> EngineFigures:
    assert valkey.pid is not None, "it was just started"
    spend = _Meter(psutil.Process(valkey.pid))
    with redis.Redis.from_url(valkey.url, max_connections=PROCESSES + BATCH) as client:
        tick_one, tick_many = _ticks(client, spend, 1), _ticks(client, spend, PROCESSES)
        quiet, heard = _publishes(client, spend, 0), _publishes(client, spend, PROCESSES)
        append = _appends(client, spend)
    return EngineFigures(
        at=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        machine=machine,
        tick_us=round(tick_one, 1),
        tick_process_us=round((tick_many - tick_one) / (PROCESSES - 1), 2),
        publish_us=round(quiet, 2),
        publish_subscriber_us=round((heard - quiet) / PROCESSES, 2),
        append_us=round(append, 1),
        ledger_row_us=round(asyncio.run(_ledger_row(valkey, postgres)), 1),
    )


class _Meter:
    """Tells what a piece of work costs a process."""

    def __init__(self, process: psutil.Process) -> None:
        self._process = process

    def __call__(self, work: Callable[[], None], times: int) -> float:
        """Return the CPU µs that `work` took in the process, divided by `times`."""
        before = self._seconds()
        work()
        return (self._seconds() - before) / times * 1e6

    def _seconds(self) -> float:
        spent = self._process.cpu_times()
        return spent.user + spent.system


def _ticks(client: "redis.Redis", spend: _Meter, processes: int) -> float:
    totals, told = f"totals{processes}", f"processes{processes}"
    client.eval(SEED, 1, totals, KEYS_LIVE_MS, "heart", 1000, "clap", 1000, "fire", 1000)
    totals_now = [0] * processes

    def tick(times: int) -> None:
        for first in range(0, times, BATCH):
            with client.pipeline(transaction=False) as pipeline:
                for number in range(first, first + BATCH):
                    process = number % processes
                    totals_now[process] += 20
                    arguments = (f"process{process}", 5000, PRESENCE_MS, KEYS_LIVE_MS)
                    pipeline.eval(TICK, 2, totals, told, *arguments, "heart", 0, totals_now[process])
                pipeline.execute()

    tick(max(BATCH, processes))
    return spend(lambda: tick(TICKS), TICKS)


def _publishes(client: "redis.Redis", spend: _Meter, subscribers: int) -> float:
    listeners = [PubSub(client.connection_pool) for _ in range(subscribers)]
    ears = selectors.DefaultSelector()
    for listener in listeners:
        listener.subscribe("show")
        connection: Any = listener.connection
        ears.register(connection._sock, selectors.EVENT_READ)

    def publish() -> None:
        # One by one: a show's publications are so rare that each is a write of its own to everybody who listens.
        for _ in range(PUBLISHES):
            client.publish("show", MESSAGE)
            for key, _ in ears.select(timeout=0) if subscribers else ():
                os.read(key.fd, 1 << 20)

    cost = spend(publish, PUBLISHES)
    for listener in listeners:
        listener.close()
    return cost


def _appends(client: "redis.Redis", spend: _Meter) -> float:
    blob, times = b"x" * (FLUSH_ROWS * ROW_BYTES), 300

    def append() -> None:
        for _ in range(times):
            client.xadd("ledger", {"flush": blob}, maxlen=20)

    return spend(append, times)


async def _ledger_row(valkey: ValkeyProcess, postgres: PostgresProcess) -> float:
    """Return the worker's CPU µs for each row, its PostgreSQL's added, since neither works while the other does."""
    postgres.create_database("scale")
    migrate(postgres.url("scale"))
    database, bus = Database(postgres.url("scale")), Bus(valkey.url, prefix="scale", process_id="scale")
    recorder, worker = (
        Recorder(bus.append_ledger, process_id="scale", clock=SystemClock()),
        LedgerWorker(database, bus),
    )
    assert postgres.pid is not None, "it was just started"
    cost, spent = ServerCost(postgres.pid), 0.0
    for round_number in range(3):
        for number in range(LEDGER_VIEWERS):
            recorder.count("show", f"v_{number:026}", "c", "reaction", "heart", 1)
        await recorder.flush()
        before = time.process_time() + sum(cost.cpu().values())
        while await worker.run_once():
            pass
        if round_number:  # the first one makes the rows that the later ones change
            spent += time.process_time() + sum(cost.cpu().values()) - before
    await bus.close()
    await database.close()
    return spent / (2 * LEDGER_VIEWERS) * 1e6
