"""What the webhooks' check and the rows of stock cost a batch of the shop: `python -m loadtests.shop_batch`.

The same purchases, a hundred at once, by the shop as it is and by one whose statements neither look for webhooks nor write `stock_sale`.
They take turns, and CPU time is counted, of this process and of PostgreSQL's: a busy machine makes both slower, and the ratio stays.
"""

import argparse
import asyncio
import os
import re
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import insert, text

from loadtests.bench.cost import ServerCost, spent_between
from loadtests.surroundings import own_database
from server.catalogue.tables import ProductRow
from server.clock import SystemClock
from server.db.engine import Database
from server.ids import new_id
from server.journal.journal import Journal
from server.shop import repository
from server.shop.payments import FakePayments
from server.shop.rules import Purchase
from server.shop.service import Shop
from server.shows.repository import insert_show
from server.shows.tables import ShowRow
from server.webhooks.outbox import WANTED

CHANNEL, SHOW, PRODUCT = "load", "s_load", "p_load"
AT_ONCE = 100
_MOVED = re.compile(r",\s+moved AS \(.*?\n    \)", re.DOTALL)


@contextmanager
def bare() -> Iterator[None]:
    """Let the shop's statements do no more than sell."""
    terms, orders = repository._READ_TERMS, repository._INSERT_ORDERS
    plain_terms = terms.text.replace(WANTED.format(channel="show.channel_id"), "CAST('{}' AS text[])")
    plain_orders = _MOVED.sub("", orders.text)
    assert plain_terms != terms.text, "the check for webhooks was found"
    assert "stock_sale" not in plain_orders, "the rows of stock were found"
    repository._READ_TERMS, repository._INSERT_ORDERS = text(plain_terms), text(plain_orders)
    try:
        yield
    finally:
        repository._READ_TERMS, repository._INSERT_ORDERS = terms, orders


async def sell(shop: Shop, batches: int) -> None:
    """Sell so many batches, each to as many buyers as it has purchases."""
    for _ in range(batches):
        buyers = [new_id("v") for _ in range(AT_ONCE)]
        await asyncio.gather(
            *(shop.buy(SHOW, Purchase(buyer, PRODUCT, 1, new_id("k"), None)) for buyer in buyers)
        )


async def measure(url: str, data: Path, rounds: int, batches: int) -> None:
    """Print the medians of all pairs."""
    database, clock = Database(url, pool_size=5), SystemClock()
    journal = Journal(database, clock, lambda *_: None)
    shop = Shop(journal, database, FakePayments())
    await _furnish(database, clock)
    cost = ServerCost(os.getpid(), data)

    async def spent() -> tuple[float, float]:
        before = cost.cpu()
        await sell(shop, batches)
        after = spent_between(before, cost.cpu())
        return sum(after.values()), sum(each for name, each in after.items() if "postgres" in name)

    await sell(shop, batches)
    with bare():
        await sell(shop, batches)
    whole, plain = [], []
    for _ in range(rounds):
        whole.append(await spent())
        with bare():
            plain.append(await spent())
    async with database.read() as connection:
        rows = await connection.scalar(text("SELECT count(*) FROM stock_sale"))
    assert rows == (rounds + 1) * batches * AT_ONCE, "half of the purchases left a row of stock"
    await shop.close()
    await journal.close()
    await database.close()
    print(f"{rounds} pairs of {batches * AT_ONCE} orders, {AT_ONCE} at once; CPU, medians")
    _tell("server and PostgreSQL", [both for both, _ in whole], [both for both, _ in plain], batches)
    _tell("PostgreSQL alone", [sql for _, sql in whole], [sql for _, sql in plain], batches)


def _tell(what: str, whole: list[float], plain: list[float], batches: int) -> None:
    ours, bare_ones = (statistics.median(each) * 1e6 / (batches * AT_ONCE) for each in (whole, plain))
    ratio = statistics.median(a / b for a, b in zip(whole, plain, strict=True))
    print(f"  {what:<22} {ours:5.0f} µs an order, without check and row {bare_ones:5.0f}; ratio {ratio:.2f}")


async def _furnish(database: Database, clock: SystemClock) -> None:
    now = clock.now()
    show = ShowRow(
        id=SHOW, channel_id=CHANNEL, title="Load", host="Mika", state="live", created_at=now, started_at=now
    )
    row = ProductRow(
        id=PRODUCT, channel_id=CHANNEL, title="Tea", price_minor=1000, currency="JPY", stock=10**8
    )
    async with database.write() as connection:
        channel = "INSERT INTO channel (id, name, currency, created_at) VALUES (:id, 'Load', 'JPY', now())"
        await connection.execute(text(channel), {"id": CHANNEL})
        await insert_show(connection, show, "epoch-1")
        await connection.execute(insert(ProductRow).values(**row.model_dump()))


def main() -> None:
    """Measure on an engine of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10, help="pairs, in turn")
    parser.add_argument(
        "--batches", type=int, default=40, help="of a hundred purchases, in each half of a pair"
    )
    given = parser.parse_args()
    with own_database("batch") as database:
        asyncio.run(measure(database.url, database.folder / "postgres", given.rounds, given.batches))


if __name__ == "__main__":
    main()
