"""One import read and compared, or applied, in a process of its own: `python -m server.feeds.job`, told by JSON on standard input.

Reading 100,000 lines takes seconds of one core, and no viewer waits for it here. All that a run does is one transaction: one that is
killed has done nothing, and the next does it.
"""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from server.audit.trail import Actor, audit_beside
from server.catalogue.replacing import addresses_elsewhere, at_own_places
from server.catalogue.repository import find_holders, lock_catalogue, read_currency
from server.catalogue.service import apply_edit
from server.catalogue.shaping import Within
from server.catalogue.upserting import Upsert
from server.catalogue.wanted import WantedProduct
from server.clock import SystemClock
from server.db.engine import Database
from server.errors import RefusedError
from server.feeds import repository
from server.feeds.comparing import Compared, compared, counted, refused
from server.feeds.line_pictures import write_line_pictures
from server.feeds.progress import Pause, Progress
from server.feeds.reading import read_feed
from server.feeds.rules import Entry, Format, unreadable
from server.feeds.settling import Holders, codes_of
from server.feeds.tables import ImportRow
from server.ids import new_id
from server.pictures.sources import kept_addresses, want_pictures
from server.telemetry import set_up_logging

READ_PERCENT = 40
COMPARED_PERCENT = 95
"""How far a run is when the file is read, and when all is compared; the rest is writing."""
READ_AT_ONCE = 500
NICENESS = 5
"""Viewers come first."""


class Task(msgspec.Struct):
    """What is to be done: with which import, in which database, under which limits."""

    database_url: str
    import_id: str
    lines_max: int


class ChangedError(Exception):
    """The catalogue is not as it was when the import was compared with it."""


async def carry_out(task: Task, database: Database) -> None:
    """Read and compare an import that waits, or apply one that is to be applied; nothing where somebody else does."""
    try:
        async with database.write() as connection:
            if not await repository.hold_import(connection, task.import_id):
                return
            row = await repository.find_import(connection, task.import_id)
            if row is not None and row.state == "waiting":
                await compare(connection, row, task.lines_max, Progress(database, row.id))
            elif row is not None and row.state == "applying":
                await apply(connection, row, SystemClock().now(), Progress(database, row.id))
    except ChangedError:
        async with database.write() as connection:
            await repository.set_import(
                connection,
                task.import_id,
                state="waiting",
                changed=True,
                percent=0,
                taken_at=None,
                attempts=0,
            )
        await carry_out(task, database)


async def compare(connection: AsyncConnection, row: ImportRow, lines_max: int, progress: Progress) -> None:
    """Read the file and note, product by product, what would come of it. Nothing of the catalogue is locked."""
    currency = await read_currency(connection, row.channel_id)
    content = await repository.read_content(connection, row.id)
    stated: Format | None = msgspec.convert(row.format, Format) if row.format and not row.lines else None
    try:
        feed = read_feed(content, currency, lines_max=lines_max, format=stated)
        entries = await _read_all(feed.entries, progress.part(0, READ_PERCENT, content.count(b"\n")))
        if not entries:
            raise unreadable("empty", "The file names no product.")
    except RefusedError as error:
        problem = {
            "reason": error.data.get("reason"),
            "line": error.data.get("line"),
            "message": error.message,
        }
        await repository.set_import(connection, row.id, state="failed", problem=problem)
        return
    found = await _try_out(connection, row.channel_id, currency, entries, progress)
    await repository.write_lines(connection, row.id, found)
    lines = max((entry.last_line for entry in entries), default=1)
    await repository.set_import(
        connection,
        row.id,
        state="ready",
        format=feed.format,
        lines=lines,
        counts=counted(found),
        problem=None,
        attempts=0,
        taken_at=None,
    )


async def _read_all(entries: Iterable[Entry], pause: Pause) -> list[Entry]:
    found: list[Entry] = []
    for entry in entries:
        found.append(entry)
        if len(found) % READ_AT_ONCE == 0:
            await pause(entry.last_line)
    return found


async def _try_out(
    connection: AsyncConnection, channel_id: str, currency: str, entries: list[Entry], progress: Progress
) -> list[Compared]:
    good = [entry for entry in entries if entry.wanted is not None and not entry.problems]
    wanted = [entry.wanted for entry in good if entry.wanted is not None]
    codes = codes_of(wanted)
    holders = Holders(await find_holders(connection, channel_id, ids=codes, skus=codes, external_ids=codes))
    elsewhere = set[str]().union(*map(addresses_elsewhere, wanted))
    places = await kept_addresses(connection, channel_id, elsewhere)
    settled = [at_own_places(holders.settle(each), places) for each in wanted]
    within = Within(currency, SystemClock().now(), "import", lambda: new_id("p"), by_difference=True)
    pause = progress.part(READ_PERCENT, COMPARED_PERCENT, len(settled))
    written = await (edit := Upsert(connection, channel_id, within, pause=pause)).try_out(settled)
    by_line = {
        entry.line: compared(entry, want, came, edit.edits.get(came.id) if came.id else None)
        for entry, want, came in zip(good, settled, written, strict=True)
    }
    return [by_line.get(entry.line) or refused(entry) for entry in entries]


async def apply(connection: AsyncConnection, row: ImportRow, now: datetime, progress: Progress) -> None:
    """Write all that the preview says, or raise `ChangedError` where something else would come of it by now.

    The pictures that it names are fetched later, by others: what becomes of them is not the import's.
    """
    currency = await lock_catalogue(connection, row.channel_id)
    assert currency is not None, "an import has a channel"
    if await repository.count_changed(connection, row.id):
        raise ChangedError
    lines = await repository.read_wanted(connection, row.id)
    within = Within(currency, now, "import", lambda: new_id("p"), by_difference=True)
    pause = progress.part(0, COMPARED_PERCENT, len(lines))
    edit = Upsert(connection, row.channel_id, within, pause=pause)
    actor = Actor(row.actor, row.actor_name, row.role)
    wanted = await _with_pictures(connection, row, lines, now)
    written = await apply_edit(connection, edit, row.channel_id, actor, wanted)
    expected = {"create": ("created",), "update": ("updated", "unchanged")}
    if any(
        came.status not in expected[outcome] for (_, outcome, _), came in zip(lines, written, strict=True)
    ):
        raise ChangedError
    statuses = Counter(came.status for came in written)
    known = {"channel": row.channel_id, "name": row.name, "lines": row.lines}
    counts = {"created": statuses["created"], "updated": statuses["updated"]}
    await audit_beside(connection, actor, "products.import", row.id, now, **known, **counts)
    await repository.set_products(connection, row.id, [came.id for came in written])
    await repository.set_import(
        connection, row.id, state="applied", applied_at=now, changed=False, attempts=0, taken_at=None
    )


async def _with_pictures(
    connection: AsyncConnection,
    row: ImportRow,
    lines: Iterable[tuple[int, str, WantedProduct]],
    now: datetime,
) -> list[WantedProduct]:
    """Have the pictures fetched that lie elsewhere, and return the products with those that are here already."""
    named = {n: addresses_elsewhere(wanted) for n, _, wanted in lines}
    every = set[str]().union(*named.values())
    await want_pictures(connection, row.channel_id, every, now)
    await write_line_pictures(connection, row.id, named)
    places = await kept_addresses(connection, row.channel_id, every)
    return [at_own_places(wanted, places) for _, _, wanted in lines]


async def main() -> None:
    """Do what standard input says."""
    task = msgspec.json.decode(sys.stdin.buffer.read(), type=Task)
    database = Database(task.database_url, pool_size=2)  # the second tells how far the first is
    try:
        await carry_out(task, database)
    finally:
        await database.close()


if __name__ == "__main__":
    os.nice(NICENESS)
    set_up_logging()
    asyncio.run(main())
