"""Webhooks a second through one worker, beside a bare httpx loop that posts the same bodies: `python -m loadtests.webhooks`.

Both run in this process against the same receiver, which is a process of its own; ratios hold on any machine, absolutes do not.
"""

import argparse
import asyncio
import multiprocessing
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import httpx
from sqlalchemy import text

from server.access.sealing import Sealing
from server.addresses import Networks
from server.audit.trail import Actor
from server.clock import SystemClock
from server.db.engine import Database
from server.db.migrations import migrate
from server.embedded import start_postgres
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


async def bare(url: str, bodies: list[bytes]) -> float:
    """Post the bodies, as many at once as a worker does, and return how many a second that was."""
    left = iter(bodies)
    async with httpx.AsyncClient() as client:

        async def post() -> None:
            for body in left:
                await client.post(url, content=body, headers={"content-type": "application/json"})

        began = time.perf_counter()
        await asyncio.gather(*(post() for _ in range(PLACES)))
        return len(bodies) / (time.perf_counter() - began)


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


async def through_a_worker(database: Database, url: str, count: int) -> tuple[float, list[bytes]]:
    """Deliver `count` events, and return how many a second that was, and their bodies."""
    async with _channel(database, url) as worker:
        async with database.write() as connection:
            for number in range(count):
                order = {"order": f"o_{number:032}", "amount": 2500, "currency": "JPY", "quantity": 1}
                at = SystemClock().now()
                await outbox.put(connection, CHANNEL, "order.paid", {"order": order}, at)
        began = time.perf_counter()
        running = asyncio.create_task(worker.run())
        while await _waiting(database):  # noqa: ASYNC110 - the worker tells nobody
            await asyncio.sleep(0.02)
        rate = count / (time.perf_counter() - began)
        running.cancel()
        await asyncio.wait([running])
    async with database.read() as connection:
        bodies = [
            body.encode() for body in await connection.scalars(text("SELECT payload FROM webhook_event"))
        ]
    return rate, bodies


async def _waiting(database: Database) -> bool:
    async with database.read() as connection:
        wanted = text("SELECT EXISTS (SELECT FROM webhook_delivery WHERE state = 'waiting')")
        return bool(await connection.scalar(wanted))


async def _measure(database_url: str, url: str, count: int) -> None:
    database = Database(database_url, pool_size=4)
    rate, bodies = await through_a_worker(database, url, count)
    plain = await bare(url, bodies)
    await database.close()
    print(f"one worker, one endpoint: {rate:,.0f} webhooks/s")
    print(f"bare httpx, {PLACES} at once: {plain:,.0f} posts/s")
    print(f"ratio: {rate / plain:.2f}")


def main() -> None:
    """Measure both and print them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=2000)
    given = parser.parse_args()
    here, there = multiprocessing.Pipe()
    receiver = multiprocessing.Process(target=_receive, args=(there,), daemon=True)
    receiver.start()
    with tempfile.TemporaryDirectory() as folder:
        engine = start_postgres(Path(folder) / "postgres")
        engine.create_database("load")
        migrate(engine.url("load"))
        try:
            url = f"http://127.0.0.1:{here.recv()}/hooks"
            asyncio.run(_measure(engine.url("load"), url, given.events))
        finally:
            engine.stop()
            receiver.terminate()


if __name__ == "__main__":
    main()
