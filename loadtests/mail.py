"""Mail a second: as fast as SMTP takes it, at a pace by one worker and by several, and idle: `python -m loadtests.mail`.

aiosmtpd takes the mail, in a process of its own; the same messages over bare aiosmtplib stand beside: ratios hold, absolutes do not.
"""

import argparse
import asyncio
import time
from bisect import bisect_right
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.connection import Connection
from typing import Any

from aiosmtpd.smtp import SMTP
from sqlalchemy import text

from loadtests.surroundings import own_database, receiver
from server.clock import SystemClock
from server.db.engine import Database
from server.ids import new_id
from server.mail.composing import Addresses
from server.mail.queue_repository import enqueue
from server.mail.sending import LINES_MAX, Sending, relay_of
from server.mail.tables import MailMessageRow
from server.mail.tokens import MailTokens
from server.waking import Waking
from server.workers.mail import MailWorker, Outgoing

SECRET = "a-secret-of-the-load-test-with-forty-letters"
FROM = "hello@shop.example"
NO_PAUSE = timedelta(0)
HTML = "<p>What you asked, and what was answered.</p>\r\n" * 60


class _Box:
    """Keeps when each message came."""

    def __init__(self) -> None:
        self.taken: list[float] = []

    async def handle_DATA(self, *_: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.taken.append(time.time())
        return "250 taken"


def _receive(told: Connection) -> None:
    async def serve() -> None:
        box, loop = _Box(), asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(box, loop=loop), "127.0.0.1", 0)
        told.send(server.sockets[0].getsockname()[1])

        def answer() -> None:
            told.recv()
            told.send(box.taken)
            box.taken = []

        loop.add_reader(told.fileno(), answer)
        await server.serve_forever()

    asyncio.run(serve())


@dataclass(slots=True)
class Bench:
    """What a measurement works with."""

    database_url: str
    smtp_url: str
    box: Connection

    def taken(self) -> list[float]:
        """Return when messages came since the last time."""
        self.box.send("?")
        return list(self.box.recv())

    async def queue(self, database: Database, count: int) -> None:
        """Have so many messages due, to ten domains."""
        now = SystemClock().now()
        rows = [
            MailMessageRow(
                id=new_id("m"), channel_id="load", kind="confirm", bulk=False, address=f"n{n}@d{n % 10}.example",
                address_hash=f"{n}", domain=f"d{n % 10}.example", language="en", sender=FROM, subject="Of the show", html=HTML,
                plain="Of the show", links=[], since=now, next_at=now,
            )
            for n in range(count)
        ]  # fmt: skip
        async with database.write() as connection:
            for at in range(0, count, 500):
                await enqueue(connection, rows[at : at + 500])

    @asynccontextmanager
    async def workers(self, number: int, per_second: float) -> AsyncIterator[Database]:
        """Have so many workers run, each with a pool of its own, and yield one more pool."""
        tokens = MailTokens(SECRET)
        pauses = (timedelta(seconds=1 / per_second) if per_second else NO_PAUSE, NO_PAUSE)
        async with AsyncExitStack() as stack:
            pools = [Database(self.database_url, pool_size=5) for _ in range(number + 1)]
            for pool in pools:
                stack.push_async_callback(pool.close)
            tasks = []
            for pool in pools[1:]:
                outgoing = Outgoing(Sending(relay_of(self.smtp_url)), None, pauses)
                worker = MailWorker(
                    pool, SystemClock(), outgoing, tokens, Addresses("https://x.example", tokens)
                )
                tasks.append(asyncio.create_task(worker.run(Waking())))
            try:
                yield pools[0]
            finally:
                for task in tasks:
                    task.cancel()
                    with suppress(asyncio.CancelledError):
                        await task

    async def all_taken(self, count: int) -> list[float]:
        """Wait until so many messages came, and return when."""
        taken: list[float] = []
        while len(taken) < count:
            await asyncio.sleep(0.25)
            taken += self.taken()
        return sorted(taken)


async def through_workers(bench: Bench, count: int, number: int, per_second: float) -> None:
    """Send `count` messages and print how fast, and the most that came within one second."""
    async with bench.workers(number, per_second) as database:
        await bench.queue(database, count)
        began = time.process_time()
        taken = await bench.all_taken(count)
        cpu = time.process_time() - began
    rate = (count - 1) / (taken[-1] - taken[0])
    pace = f"pace {per_second:g}/s" if per_second else "no pace"
    most = max(bisect_right(taken, at + 1) - n for n, at in enumerate(taken))
    print(
        f"  {pace}, {number} worker(s): {rate:,.1f}/s, at most {most} within a second; {cpu * 1000 / count:.2f} ms of CPU each"
    )


async def bare(bench: Bench, count: int) -> None:
    """Send as many over bare connections."""
    sending = Sending(relay_of(bench.smtp_url))
    message = f"From: {FROM}\r\nTo: a@d.example\r\nSubject: Of the show\r\n\r\n{HTML}\r\n".encode()

    async def send() -> None:
        async with sending.line() as line:
            assert (await line.send(FROM, "a@d.example", message)).ended == "sent"

    await asyncio.gather(*(send() for _ in range(count)))
    taken = await bench.all_taken(count)
    await sending.close()
    print(f"  bare aiosmtplib, {LINES_MAX} connections: {(count - 1) / (taken[-1] - taken[0]):,.1f}/s")


async def idle(bench: Bench, seconds: float) -> None:
    """Print what an idle worker asks of SQL, and how long a new message takes that nobody tells it of."""
    async with bench.workers(1, 0) as database:
        await asyncio.sleep(seconds)
        before = await _transactions(database)
        await asyncio.sleep(seconds)
        asked = (await _transactions(database) - before) / seconds
        delays = []
        for _ in range(5):
            began = time.time()
            await bench.queue(database, 1)
            delays.append((await bench.all_taken(1))[0] - began)
            await asyncio.sleep(0.7)
    print(
        f"  idle: {asked:.1f} transactions a second; new mail goes after {min(delays):.2f} to {max(delays):.2f} s"
    )


async def _transactions(database: Database) -> int:
    """Return how many there were, as far as connections have told."""
    count = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()"
    async with database.read() as connection:
        return int(await connection.scalar(text(count)) or 0)


async def _measure(bench: Bench, messages: int, pace: float) -> None:
    await bare(bench, messages)
    await through_workers(bench, messages, 1, 0)
    await through_workers(bench, messages, 3, 0)
    for number in (1, 3):
        await through_workers(bench, int(pace * 10), number, pace)
    await idle(bench, 10.0)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--pace", type=float, default=50.0, help="messages a second")
    given = parser.parse_args()
    with receiver(_receive) as box, own_database("mail") as database:
        bench = Bench(database.url, f"smtp+plain://127.0.0.1:{box.recv()}", box)
        asyncio.run(_measure(bench, given.messages, given.pace))


if __name__ == "__main__":
    main()
