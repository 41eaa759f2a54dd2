"""Webhooks a second through one worker, beside a bare httpx loop that posts bodies as long: `python -m loadtests.webhooks`.

Both run in this process against the same receiver, which is a process of its own; ratios hold on any machine, absolutes do not.
"""

import argparse
import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection

import httpx
from sqlalchemy import text

from loadtests.surroundings import own_database, receiver
from server.access.sealing import Sealing
from server.addresses import Networks
from server.audit.trail import Actor
from server.clock import SystemClock
from server.db.engine import Database
from server.http.outbound import Outbound, OutboundRules
from server.webhooks import outbox
from server.webhooks.sending import Sending
from server.webhooks.service import Webhooks, Wish
from server.workers.webhooks import PLACES, WebhookWorker

SECRET = "a-secret-of-the-load-test-with-forty-letters"
CHANNEL = "load"
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


class _Receiver(asyncio.Protocol):
    """Answers each request that comes whole in one read, as those here do."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._held = b""

    def data_received(self, data: bytes) -> None:
        self._held += data
        while (end := self._held.find(b"\r\n\r\n")) >= 0:
            length = int(self._held[:end].lower().split(b"content-length:")[1].split(b"\r\n")[0])
            if len(self._held) < end + 4 + length:
                return
            self._held = self._held[end + 4 + length :]
            self._transport.write(ANSWER)


def _receive(told: Connection) -> None:
    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(_Receiver, "127.0.0.1", 0)
        told.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast it went, and what it cost this process in processor time."""

    per_second: float
    cpu_ms: float


class _Stopwatch:
    def __init__(self) -> None:
        self._began, self._cpu = time.perf_counter(), time.process_time()

    def pace(self, count: int) -> Pace:
        seconds, cpu = time.perf_counter() - self._began, time.process_time() - self._cpu
        return Pace(count / seconds, cpu * 1000 / count)


async def bare(url: str, bodies: list[bytes]) -> Pace:
    """Post the bodies, as many at once as a worker does."""
    left = iter(bodies)
    async with httpx.AsyncClient() as client:

        async def post() -> None:
            for body in left:
                await client.post(url, content=body, headers={"content-type": "application/json"})

        await client.post(url, content=b"{}")
        watch = _Stopwatch()
        await asyncio.gather(*(post() for _ in range(PLACES)))
        return watch.pace(len(bodies))


@asynccontextmanager
async def _channel(database: Database, url: str) -> AsyncIterator[WebhookWorker]:
    clock, sealing = SystemClock(), Sealing(SECRET)
    outbound = Outbound(OutboundRules(Networks(["127.0.0.0/8"]), http=True))
    async with database.write() as connection:
        insert = "INSERT INTO channel (id, name, currency, created_at) VALUES (:id, 'Load', 'JPY', now())"
        await connection.execute(text(insert), {"id": CHANNEL})
    webhooks = Webhooks(database, clock, sealing, outbound.require_fit)
    await webhooks.create(CHANNEL, Actor("load", "Load", "admin"), Wish(url, ("order.paid",)))
    yield WebhookWorker(database, clock, Sending(outbound.client, sealing, clock))
    await outbound.close()


async def through_a_worker(database: Database, worker: WebhookWorker, count: int) -> Pace:
    """Deliver `count` events of the outbox."""
    async with database.write() as connection:
        for number in range(count):
            order = {"order": f"o_{number:032}", "amount": 2500, "currency": "JPY", "quantity": 1}
            await outbox.put(connection, CHANNEL, "order.paid", {"order": order}, SystemClock().now())
    watch = _Stopwatch()
    while await worker.run_once():
        await worker.one_has_ended()
    pace = watch.pace(count)
    async with database.read() as connection:
        tries = await connection.scalar(text("SELECT sum(attempts) FROM webhook_delivery"))
        undelivered = text("SELECT count(*) FROM webhook_delivery WHERE state <> 'delivered'")
        assert not await connection.scalar(undelivered), "everything was delivered"
    async with database.write() as connection:
        await connection.execute(text("DELETE FROM webhook_event"))
    print(f"  {count} events, {tries} tries")
    return pace


async def _measure(database_url: str, url: str, count: int, rounds: int) -> None:
    database = Database(database_url, pool_size=4)
    body = outbox.new_event(CHANNEL, "order.paid", {"order": {"order": "o" * 34}}, SystemClock().now())
    bodies = [body["payload"].encode()] * count
    ratios = []
    async with _channel(database, url) as worker:
        for _ in range(rounds):
            ours, plain = await through_a_worker(database, worker, count), await bare(url, bodies)
            ratios.append((ours.per_second / plain.per_second, ours.cpu_ms / plain.cpu_ms))
            print(f"  worker {ours.per_second:,.0f}/s, {ours.cpu_ms:.2f} ms of CPU each")
            print(f"  bare   {plain.per_second:,.0f}/s, {plain.cpu_ms:.2f} ms of CPU each")
    await database.close()
    rates, cpu = (sorted(each)[len(ratios) // 2] for each in zip(*ratios, strict=True))
    print(f"median of {rounds} pairs, worker to bare: {rates:.2f} of its rate, {cpu:.2f} times its CPU")


def main() -> None:
    """Measure both and print them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5, help="pairs, in turn")
    given = parser.parse_args()
    with receiver(_receive) as told, own_database("webhooks") as database:
        url = f"http://127.0.0.1:{told.recv()}/hooks"
        asyncio.run(_measure(database.url, url, given.events, given.rounds))


if __name__ == "__main__":
    main()
