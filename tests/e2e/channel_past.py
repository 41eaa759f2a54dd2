"""Two times thirty days of a channel, so that the second are worse: fewer people came back, and those who did bought as before."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from server.db.engine import Database
from server.demo.catalogue import CHANNEL_ID
from server.ids import new_id
from server.journal.tables import JournalHead
from server.ledger.final_tables import ShowCurveRow
from server.ledger.tables import AttendanceRow, RollupRow, RollupShowRow
from server.shop.tables import OrderRow
from server.shows.tables import ShowRow
from tests.integration.stats.hand_made import add

DAY = timedelta(days=1)
LENGTH = timedelta(minutes=50)
EACH = 400
"""Viewers of each show."""
OPENING = 66
"""So many days ago was the first show, before both times thirty days."""


def noon(days_ago: int) -> datetime:
    return datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - days_ago * DAY


def days() -> tuple[str, str]:
    """The thirty days up to yesterday."""
    return noon(30).date().isoformat(), noon(1).date().isoformat()


async def fill_channel(url: str) -> list[str]:
    """Write nine shows, and return their ids, oldest first."""
    database = Database(url)
    shows = []
    try:
        async with database.write() as connection:
            product = await connection.scalar(text("SELECT id FROM product ORDER BY rank LIMIT 1"))
            for i, ago in enumerate((OPENING, 58, 50, 42, 34, 26, 18, 10, 3)):
                shows.append(await _add_show(connection, i, noon(ago)))
                await _fill(connection, shows[-1], i, noon(ago), str(product))
    finally:
        await database.close()
    return shows


async def _add_show(connection: Any, i: int, start: datetime) -> str:
    show = f"past-{i}"
    row = {"id": show, "channel_id": CHANNEL_ID, "title": f"Evening {i + 1}", "host": "Aoi", "state": "ended"}
    await add(
        connection, ShowRow, {**row, "created_at": start, "started_at": start, "ended_at": start + LENGTH}
    )
    await add(connection, JournalHead, {"show_id": show, "epoch": "e", "top": 0})
    await add(
        connection, RollupShowRow, {"show_id": show, "kept": True}
    )  # so that nobody derives them from facts
    return show


async def _fill(connection: Any, show: str, i: int, start: datetime, product: str) -> None:
    """Of the first five shows half are the same people, of the last four a fifth; of these 30 % buy, of the others 5 %."""
    faithful = EACH // 2 if i < 5 else EACH // 5
    names = [f"v_f{n}" for n in range(faithful)] + [f"v_{i}_{n}" for n in range(EACH - faithful)]
    bought = {
        name
        for n, name in enumerate(names)
        if (n < faithful and n % 10 < 3) or (n >= faithful and n % 20 == 0)
    }
    whole = [_row(show, name, n, start) for n, name in enumerate(names)]
    told = ("show_id", "viewer_id", "first_at", "guest", "remembered", "source")
    await add(connection, AttendanceRow, *({key: row[key] for key in told} for row in whole))
    await add(connection, RollupRow, *whole)
    await add(connection, OrderRow, *(_order(show, name, start, product) for name in sorted(bought)))
    curve = [min(second // 5, EACH, (3_000 - second) // 10) for second in range(3_000)]
    shape = {"started_at": start, "ended_at": start + LENGTH, "peak": max(curve), "peak_us": 0}
    series = {
        "present": curve[::60],
        "joined": curve[::60],
        "replayed": False,
        "watching": curve,
        "reactions": [],
        "clicks": [],
    }
    await add(connection, ShowCurveRow, {"show_id": show, **shape, **series})


def _row(show: str, name: str, n: int, start: datetime) -> dict[str, Any]:
    return {
        "show_id": show,
        "viewer_id": name,
        "first_at": start,
        "guest": False,
        "remembered": True,
        "joined": True,
        "source": ("mail", "line", None)[n % 3],
        "views": 1,
        "visits": 1,
        "watched_us": (300 + 6 * n) * 1_000_000,
        "reactions": n % 4,
        "impressions": 1,
        "clicks": n % 2,
        "first_impression_at": start + timedelta(minutes=2),
        "first_click_at": start + timedelta(minutes=3 + n % 7) if n % 2 else None,
    }


def _order(show: str, name: str, start: datetime, product: str) -> dict[str, Any]:
    return {
        "id": new_id("o"),
        "channel_id": CHANNEL_ID,
        "show_id": show,
        "viewer_id": name,
        "key": new_id("k"),
        "product_id": product,
        "quantity": 1,
        "unit_price_minor": 4_800,
        "amount_minor": 4_800,
        "currency": "JPY",
        "payment": "fake",
        "at": start + timedelta(minutes=20),
    }
