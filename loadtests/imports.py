"""How long an import takes beside the parse alone and a bare COPY of the same rows: `python -m loadtests.imports [PRODUCTS]`.

Everything runs here, in one process, on a PostgreSQL of its own; ratios hold, times do not.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable

import psycopg

from loadtests.surroundings import own_database
from server.access.principal import Principal
from server.clock import SystemClock
from server.db.engine import Database
from server.feeds.job import Task, carry_out
from server.feeds.reading import read_feed
from server.feeds.service import Feeds

PRODUCTS = 10_000
LINES_MAX = 1_000_000
HEAD = "external_id,sku,title,description,price,stock,images\n"


def file_of(products: int, price: int) -> bytes:
    """Return a file of so many products."""
    line = "p{n},SKU-{n},Product number {n},Soft and strong,{price},{n},https://cdn.example/{n}.jpg\n"
    return (HEAD + "".join(line.format(n=n, price=price) for n in range(products))).encode()


async def timed(what: str, act: Callable[[], Awaitable[object]], unit: float | None = None) -> float:
    """Do it, say how long it took, and return the seconds."""
    began = time.perf_counter()
    await act()
    seconds = time.perf_counter() - began
    beside = "" if unit is None else f"  {seconds / unit:6.1f} × COPY"
    print(f"{what:<34}{seconds:8.2f} s{beside}")
    return seconds


async def measure(url: str, products: int) -> None:
    """Import so many products three times: new, unchanged, and all of another price."""
    database = Database(url, pool_size=2)
    feeds = Feeds(
        database, SystemClock(), lambda *_: None, database_url=url, bytes_max=1 << 30, lines_max=LINES_MAX
    )
    by = Principal("shop", "m_1", "Mika", "host")

    async def parse() -> None:
        assert len(list(read_feed(file_of(products, 1200), "JPY", lines_max=LINES_MAX).entries)) == products

    async def copy() -> None:
        async with await psycopg.AsyncConnection.connect(url.replace("+psycopg", "")) as connection:
            await connection.execute("CREATE TEMP TABLE bare (LIKE product INCLUDING ALL)")
            rows = connection.cursor().copy(
                "COPY bare (id, channel_id, title, description, image, price_minor, currency, stock, sold, rank, active) FROM STDIN"
            )
            async with rows as writing:
                for n in range(products):
                    image = f"https://cdn.example/{n}.jpg"
                    await writing.write_row(
                        (
                            f"p{n}",
                            "shop",
                            f"Product number {n}",
                            "Soft and strong",
                            image,
                            1200,
                            "JPY",
                            n,
                            0,
                            n,
                            True,
                        )
                    )

    unit = await timed("bare COPY of the rows", copy)
    await timed("parse alone", parse, unit)
    for what, price in (("new", 1200), ("unchanged", 1200), ("all of another price", 1100)):
        row, _ = await feeds.receive(by, file_of(products, price), name=what, format=None, key=None)
        task = Task(url, row.id, LINES_MAX)

        async def work(task: Task = task) -> None:
            await carry_out(task, database)

        await timed(f"{what}: preview", work, unit)
        await feeds.apply("shop", row.id)
        await timed(f"{what}: apply", work, unit)
        after = await feeds.find("shop", row.id)
        assert after.state == "applied", after
        print(f"  {after.counts}")
    await database.close()


def main() -> None:
    """Measure on an engine of its own."""
    products = int(sys.argv[1]) if len(sys.argv) > 1 else PRODUCTS
    with own_database("imports") as database:
        with psycopg.connect(database.url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(
                "INSERT INTO channel (id, name, currency, created_at) VALUES ('shop', 'Shop', 'JPY', now())"
            )
        asyncio.run(measure(database.url, products))


if __name__ == "__main__":
    main()
