"""A year of evenings of a channel as wide rows and orders, always the same: people who come once, who stay, who buy, who drift away."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import Table, insert, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel

from server.demo.catalogue import PRODUCTS
from server.ids import new_id
from server.journal.tables import JournalHead
from server.ledger.entries import HARD_FACTS
from server.ledger.tables import RollupRow, RollupShowRow
from server.shop.tables import OrderRow
from server.shows.tables import ShowRow

EVENINGS = 44
NEW_EACH = 14
SOURCES = ("newsletter", "line", "instagram", None)
DEVICES = ("phone", "phone", "desktop", "tablet")
LENGTH = timedelta(minutes=50)


class _Regular:
    """Somebody who comes again with a chance of their own, and buys with another."""

    def __init__(self, random: Random, number: int) -> None:
        self.id = f"v_year_{number:04}"
        self.guest = random.random() < 0.25
        self.remembered = random.random() < 0.6
        self.comes = random.betavariate(0.6, 2.4)
        self.buys = random.betavariate(0.9, 2.2)
        self.leaves = random.betavariate(0.8, 6)
        self.source = random.choice(SOURCES)
        self.device = random.choice(DEVICES)
        self.spends = random.gammavariate(3, 1_400)
        self.gone = False


async def write_year(connection: AsyncConnection, channel_id: str, until: datetime) -> None:
    """Write shows in each week of the year up to `until`, who was there, and what they bought."""
    random = Random(7)
    people: list[_Regular] = []
    shows: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    orders: list[dict[str, Any]] = []
    for n in range(EVENINGS):
        start = until - timedelta(days=8 * (EVENINGS - n))
        shows.append(_show(channel_id, f"year-{n:02}", start))
        newcomers = [_Regular(random, len(people) + i) for i in range(NEW_EACH)]
        there = newcomers + [one for one in people if not one.gone and random.random() < one.comes]
        people += newcomers
        for one in there:
            bought = random.random() < one.buys
            rows.append(_row(random, one, f"year-{n:02}", start, bought=bought))
            if bought:
                orders.append(_order(random, one, channel_id, f"year-{n:02}", start))
            one.gone = one.gone or random.random() < one.leaves
    for table, values in ((ShowRow, shows), (RollupRow, rows), (OrderRow, orders)):
        await connection.execute(insert(_table(table)), values)
    heads = [{"show_id": show["id"], "epoch": "e", "top": 0} for show in shows]
    await connection.execute(insert(_table(JournalHead)), heads)
    # Rows that nobody vouches for would be derived anew, from facts that there are not.
    kept = [{"show_id": show["id"], "kept": True} for show in shows]
    await connection.execute(insert(_table(RollupShowRow)), kept)
    await connection.execute(text(f"UPDATE rollup SET hard_facts = {HARD_FACTS.format('rollup')}"))


def _table(row: type[SQLModel]) -> Table:
    table = row.__table__  # type: ignore[attr-defined]
    assert isinstance(table, Table)
    return table


def _show(channel_id: str, show_id: str, start: datetime) -> dict[str, Any]:
    texts = {"host": "Aoi", "title": "An evening of the year", "state": "ended", "moderation": "post"}
    video = {"video_hls": "", "video_mp4": "", "video_poster": ""}
    times = {"created_at": start, "started_at": start, "ended_at": start + LENGTH}
    looked = {"guests_allowed": True, "bots_looked_for": True}
    return {"id": show_id, "channel_id": channel_id, **texts, **video, **times, **looked}


def _row(random: Random, one: _Regular, show_id: str, start: datetime, *, bought: bool) -> dict[str, Any]:
    return {
        "show_id": show_id,
        "viewer_id": one.id,
        "first_at": start,
        "joined": True,
        "guest": one.guest,
        "remembered": one.guest and one.remembered,
        "views": 1,
        "visits": 1,
        "watched_us": int(random.uniform(20, 2_900) * 1_000_000),
        "reactions": random.choice((0, 0, 3, 9)),
        "clicks": int(bought or random.random() < 0.3),
        "questions": int(random.random() < 0.1),
        "orders": int(bought),
        "source": one.source,
        "device": one.device,
    }


def _order(random: Random, one: _Regular, channel_id: str, show_id: str, start: datetime) -> dict[str, Any]:
    amount = round(one.spends * random.uniform(0.6, 1.6) / 10) * 10 + 300
    ids = {"id": new_id("o"), "key": new_id("k"), "product_id": PRODUCTS[0].id, "payment": "fake"}
    sold = {"quantity": 1, "unit_price_minor": amount, "amount_minor": amount, "currency": "JPY"}
    at = start + random.random() * LENGTH
    return {"channel_id": channel_id, "show_id": show_id, "viewer_id": one.id, "at": at, **ids, **sold}
