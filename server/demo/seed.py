"""Brings a database to where a demo begins: a catalogue, a year of shows that were imported, two past shows with
all that was said, and a live show `demo` that has just started.

Safe to repeat. The catalogue is filled up again; past shows are written once; a `demo` show of an earlier run, ended or not, is
kept under another id (`demo-20260712-201500`, its start) if anybody was there, and the new one begins with an empty journal in
a new epoch, so that a page which still holds the old one starts over.
"""

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from msgspec import json
from sqlalchemy.ext.asyncio import AsyncConnection

from server.catalogue.family import variant_title
from server.catalogue.tables import ProductRow
from server.channels.tables import ChannelRow
from server.clock import to_wire
from server.db.engine import Database
from server.demo import repository
from server.demo.catalogue import (
    CHANNEL_ID,
    CHANNEL_NAME,
    CURRENCY,
    EARLIER_SHOW_ID,
    EARLIER_TITLE,
    HOST_NAME,
    LIVE_SHOW_ID,
    LIVE_TITLE,
    PAST_SHOW_ID,
    PAST_TITLE,
    PRODUCTS,
    SHELF,
    VIDEO_HLS,
    VIDEO_MP4,
    VIDEO_MS,
    VIDEO_POSTER,
    WELCOME,
    DemoProduct,
)
from server.demo.history import unfold, units_sold
from server.demo.past_journal import last_announcement, write_journal
from server.demo.people import earlier_viewers, past_viewers
from server.demo.plan import PastPlan
from server.demo.year import show_id_of, year_of_shows
from server.history.importing import import_file
from server.ids import new_id
from server.journal.repository import write
from server.journal.transaction import ShowTransaction
from server.ledger.derive_repository import derive_rows
from server.ledger.repository import append_facts
from server.questions.repository import insert_questions
from server.shows.recording import Recording
from server.shows.repository import as_show, insert_show, read_show
from server.shows.tables import ShowRow

SHOWTIME = time(11, 0, tzinfo=UTC)
"""20:00 in Japan."""


async def seed_catalogue(connection: AsyncConnection, now: datetime) -> None:
    """Write the channel and its products, with full shelves."""
    channel = ChannelRow(
        id=CHANNEL_ID,
        name=CHANNEL_NAME,
        currency=CURRENCY,
        time_zone="Asia/Tokyo",
        created_at=now - timedelta(days=30),
    )
    await repository.upsert_channel(connection, channel)
    rows = [row for rank, product in enumerate(SHELF) for row in _product_rows(product, rank)]
    await repository.upsert_products(connection, rows)


def _product_rows(product: DemoProduct, rank: int) -> list[ProductRow]:
    """Return the rows of a product and of its variants, which stand behind it."""
    head = ProductRow(
        id=product.id,
        channel_id=CHANNEL_ID,
        title=product.title,
        description=product.description,
        image=product.image,
        price_minor=product.price,
        compare_at_minor=product.compare_at,
        currency=CURRENCY,
        stock=product.stock,
        rank=rank,
        options=list(product.options) or None,
    )
    variants = [
        ProductRow(
            id=variant.id,
            channel_id=CHANNEL_ID,
            parent_id=product.id,
            title=variant_title(product.title, tuple(variant.options.values())),
            price_minor=variant.price,
            currency=CURRENCY,
            stock=variant.stock,
            rank=place,
            options=variant.options,
        )
        for place, variant in enumerate(product.variants)
    ]
    return [head, *variants]


async def seed_past(connection: AsyncConnection, now: datetime) -> int:
    """Write the past shows that are missing, and return how many viewers they had together (0: all were there)."""
    viewers = 0
    for plan in past_plans(now):
        if not await repository.show_exists(connection, plan.show_id):
            await _write_past_show(connection, plan)
            viewers += len(plan.people)
    return viewers


async def seed_year(database: Database, now: datetime) -> int:
    """Import the year before the past shows, and return how many entries that were (0: it was there)."""
    async with database.read() as connection:
        if await repository.show_exists(connection, show_id_of(1)):
            return 0
    with tempfile.TemporaryDirectory(prefix="showfloor-demo-") as folder:
        file = Path(folder, "year.jsonl")
        await asyncio.to_thread(_write_year, file, now)
        outcome = await import_file(database, CHANNEL_ID, file, "jsonl", step=_untold)
    assert not outcome.bad, outcome.bad[0].sentence
    return outcome.taken


def _write_year(file: Path, now: datetime) -> None:
    file.write_bytes(b"\n".join(map(json.encode, year_of_shows(now))))


@contextmanager
def _untold(what: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """The demo tells of the whole year as one step."""
    yield lambda done: None


async def seed_live(connection: AsyncConnection, now: datetime) -> None:
    """Put an earlier run away and start the live show: a word of welcome, and the first product pinned."""
    await _put_away_earlier_run(connection, now)
    product = PRODUCTS[0].id
    show = _show(LIVE_SHOW_ID, LIVE_TITLE, now)
    show.state, show.started_at, show.pinned_product = "live", now, product
    epoch = new_id("e")
    said = {"text": WELCOME, "by": "host", "name": HOST_NAME}
    show.announcement = said | {"at": to_wire(now), "offset": 2}
    await insert_show(connection, show, epoch)
    tx = ShowTransaction(show.id, connection, now, epoch, 0)
    tx.publish("show.started", {"show": as_show(show)})
    tx.publish("announce", said)
    tx.publish("product.pinned", {"product": product})
    await write(connection, tx)


def past_plans(now: datetime) -> list[PastPlan]:
    """Return the past shows as they are planned: three weeks and one week before `now`, in the evening of Japan."""
    evening = datetime.combine(now.astimezone(UTC).date(), SHOWTIME)
    weeks = timedelta(weeks=1)
    earlier = PastPlan(EARLIER_SHOW_ID, EARLIER_TITLE, evening - 3 * weeks, 35 * 60.0, earlier_viewers(), 17)
    past = PastPlan(PAST_SHOW_ID, PAST_TITLE, evening - weeks, 48 * 60.0, past_viewers(), 36)
    return [earlier, past]


async def _write_past_show(connection: AsyncConnection, plan: PastPlan) -> None:
    history = unfold(plan)
    show, epoch = _show(plan.show_id, plan.title, plan.started_at), new_id("e")
    show.state, show.started_at, show.ended_at = "ended", plan.started_at, plan.ended_at
    show.pinned_product, show.announcement = plan.pins[-1][1].id, dict(last_announcement(plan))
    show.recording = asdict(recording_of_plan(plan))
    await insert_show(connection, show, epoch)
    journal = write_journal(connection, epoch, show, plan, history)
    await insert_questions(connection, history.questions)
    for rows in (journal, history.votes, history.orders, history.attendance, history.playing):
        await repository.copy_rows(connection, rows)
    await repository.set_top(connection, show.id, len(journal))
    await append_facts(connection, history.facts)
    await repository.add_sold(connection, units_sold(history.orders))
    await derive_rows(connection, show.id)


def recording_of_plan(plan: PastPlan) -> Recording:
    """Return what the demo has of a past show: the few seconds around the second product."""
    seconds, _ = plan.pins[1]
    return Recording(mp4=VIDEO_MP4, starts_ms=int(1_000 * seconds) - 4_000, length_ms=VIDEO_MS)


async def _put_away_earlier_run(connection: AsyncConnection, now: datetime) -> None:
    show = await read_show(connection, LIVE_SHOW_ID)
    if show is None:
        return
    if await repository.count_attendance(connection, LIVE_SHOW_ID) == 0:
        await repository.delete_show(connection, LIVE_SHOW_ID)
        return
    await repository.end_show(connection, LIVE_SHOW_ID, now)
    started_at = show.started_at or show.created_at
    await repository.rename_show(connection, LIVE_SHOW_ID, f"{LIVE_SHOW_ID}-{started_at:%Y%m%d-%H%M%S}")


def _show(show_id: str, title: str, starts_at: datetime) -> ShowRow:
    return ShowRow(
        id=show_id,
        channel_id=CHANNEL_ID,
        title=title,
        host=HOST_NAME,
        moderation="post",
        guests_allowed=True,
        video_hls=VIDEO_HLS,
        video_mp4=VIDEO_MP4,
        video_poster=VIDEO_POSTER,
        created_at=starts_at,
        starts_at=starts_at,
    )
