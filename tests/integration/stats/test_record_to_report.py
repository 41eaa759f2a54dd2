"""From what two servers recorded, through the stream, to the report: live, at the end, and recomputed."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from server.bus.bus import Bus
from server.clock import ManualClock
from server.db.engine import Database
from server.ledger.derive_repository import derive_rows
from server.ledger.recorder import Recorder
from server.stats.ratio import Ratio
from server.stats.report import ShowReport
from server.stats.service import Reports
from server.workers.ledger import LedgerWorker
from tests.integration.stats.hand_made import START, HandMade, add_channel


@dataclass
class Recorded:
    """A live show on two servers, a worker, and a clock that stands."""

    database: Database
    clock: ManualClock
    one: Recorder
    two: Recorder
    worker: LedgerWorker

    def after(self, seconds: float) -> datetime:
        """Move the clock to so many seconds after the show's start."""
        self.clock.at = START + timedelta(seconds=seconds)
        return self.clock.at

    async def report(self) -> ShowReport:
        """Let both servers flush and the worker count, then report."""
        for recorder in (self.one, self.two):
            await recorder.flush()
        while await self.worker.run_once():
            pass
        return await Reports(self.database, self.clock).report("s")

    async def end(self) -> None:
        """End the show now."""
        async with self.database.write() as connection:
            await connection.exec_driver_sql(
                "UPDATE show SET state = 'ended', ended_at = %s", (self.clock.at,)
            )
        for recorder in (self.one, self.two):
            recorder.end_show("s", self.clock.at)


@pytest.fixture
async def show(database_url: str, redis_url: str) -> AsyncIterator[Recorded]:
    database = Database(database_url)
    async with database.write() as connection:
        await add_channel(connection)
        await HandMade(connection, "s", length=None).open()
    bus = Bus(redis_url, prefix="t", process_id="test")
    clock = ManualClock(START)
    one, two = (Recorder(bus.append_ledger, process_id=id, clock=clock) for id in ("one", "two"))
    yield Recorded(database, clock, one, two, LedgerWorker(database, bus))
    await bus.close()
    await database.close()


async def test_what_was_done_by_hand_is_what_the_report_says(show: Recorded) -> None:
    for recorder, viewer in ((show.one, "anna"), (show.two, "anna"), (show.two, "ben"), (show.one, "eve")):
        recorder.attend(
            "s", viewer, viewer, guest=viewer == "ben", remembered=False, source=None, suspect=viewer == "eve"
        )
    show.one.start_playing("s", "anna", "a1", show.after(10))
    show.one.start_playing("s", "eve", "e1", show.after(10))
    show.two.start_playing("s", "anna", "a2", show.after(20))
    show.two.start_playing("s", "ben", "b1", show.after(30))
    show.one.count("s", "anna", "a1", "reaction", "heart", 7)
    show.two.count("s", "ben", "b1", "impression", "channel-1")
    show.after(31)
    show.two.count("s", "ben", "b1", "click", "channel-1")
    show.one.stop_playing("s", "anna", "a1", show.after(40))
    live = await show.report()
    assert live.provisional
    assert (live.audience.viewers, live.audience.guests, live.left_out.suspected_bots) == (2, 1, 1)
    assert live.audience.watch_time.total_seconds == 30 + 10
    show.two.stop_playing("s", "anna", "a2", show.after(50))
    show.after(60)
    await show.end()
    final = await show.report()
    assert final.audience.watch_time.total_seconds == 40 + 30
    assert final.audience.concurrency.peak == 2
    assert final.audience.concurrency.average == pytest.approx(70 / 60)
    assert (final.engagement.engaged, final.engagement.reactions.sent) == (Ratio.of(2, 2), 7)
    assert [(step.viewers, step.median_seconds_from_previous) for step in final.funnel.steps] == [
        (1, None),
        (1, 1),
        (0, None),
    ]
    async with show.database.write() as connection:
        await derive_rows(connection, "s")
    assert await show.report() == final


@pytest.mark.parametrize(
    ("done", "reached"),
    [
        ("impression click", 2),
        ("click impression", 1),
        ("click impression click", 2),
        ("click click impression click click", 2),
        ("impression click impression", 2),
        ("click impression impression", 1),
    ],
)
async def test_the_order_of_what_a_viewer_did_survives_a_flush(
    show: Recorded, done: str, reached: int
) -> None:
    """The tabs are on two servers, all within one flush of either."""
    show.one.attend("s", "anna", "anna", guest=False, remembered=True, source=None)
    show.one.start_playing("s", "anna", "a1", show.after(0))
    for i, kind in enumerate(done.split()):
        show.after(10 + i / 1_000)
        (show.one, show.two)[i % 2].count("s", "anna", "a1", kind, "channel-1")
    show.after(20)
    steps = (await show.report()).funnel.steps
    assert [step.viewers for step in steps] == [int(n < reached) for n in range(3)]


async def test_a_server_that_was_killed_ends_its_viewers_where_it_was_last_alive(show: Recorded) -> None:
    for recorder, viewer in ((show.one, "anna"), (show.two, "ben")):
        recorder.attend("s", viewer, viewer, guest=False, remembered=True, source=None)
        recorder.start_playing("s", viewer, viewer, show.after(0))
    show.after(20)
    await show.two.flush()
    show.after(100)
    show.two = Recorder(lambda _: _refuse(), process_id="gone", clock=show.clock)
    assert (await show.report()).audience.watch_time.total_seconds == 100 + 20


async def _refuse() -> bool:
    return False
