"""The ledger as a state machine: whatever happens in whatever order, rollups equal what the facts say, and nothing counts twice."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from sqlalchemy import text

from server.access.tokens import Identity
from server.bus.bus import Bus
from server.clock import ManualClock
from server.db.engine import Database
from server.ledger.derive_repository import derive_rows
from server.ledger.entries import Fact
from server.ledger.recorder import Recorder
from server.ledger.repository import append_facts
from server.ledger.rollup_repository import verify_rollups
from server.stats.watching import FOREVER, Stretches, watch
from server.viewers.aliases import Aliases
from server.workers.ledger import LedgerWorker
from server.workers.rollups import RollupKeeper
from tests.integration.stats.hand_made import HandMade, add_channel

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TABLES = """
    ledger_entry, playing, attendance, staff_presence, rollup, rollup_show, rollup_due, show_curve, viewer_alias, ledger_cursor,
    ledger_process, ledger_process_show, journal_head, show, product, channel
"""

viewers = st.sampled_from(["anna", "bob", "carl"])
processes = st.integers(0, 1)

STARTS = NOON + timedelta(minutes=10)
CARL = Identity("carl", "viewer", "channel", guest=False, remembered=True, name="@carl", expires_at=NOON)

Run = Callable[[Coroutine[Any, Any, Any]], Any]


class LedgerMachine(RuleBasedStateMachine):
    """Two processes, three viewers, one worker. `told` are the taps that the stream has surely taken and nobody threw away."""

    run: Run
    database_url: str
    redis_url: str

    def __init__(self) -> None:
        super().__init__()
        self.database = Database(self.database_url, pool_size=2)
        self.bus = Bus(self.redis_url, prefix="machine", process_id="test")
        self.clock = ManualClock(NOON)
        self.blobs: list[bytes] = []
        self.started = 0
        self.waiting: list[Counter[str]] = [Counter(), Counter()]
        self.told: Counter[str] = Counter()
        self.recorders = [self.new_process(), self.new_process()]
        self.worker = LedgerWorker(self.database, self.bus)
        self.aliases = Aliases(self.database, self.clock)
        self.run(self.begin())

    async def begin(self) -> None:
        await self.bus._link.run("FLUSHDB")
        async with self.database.write() as connection:
            await connection.execute(text(f"TRUNCATE {TABLES} CASCADE"))
            await add_channel(connection)
            await HandMade(connection, "show", start=STARTS, length=None).open()

    def new_process(self) -> Recorder:
        self.started += 1
        return Recorder(self.append, process_id=f"process-{self.started}", clock=self.clock)

    async def append(self, blob: bytes) -> bool:
        self.blobs.append(blob)
        return await self.bus.append_ledger(blob)

    @rule(process=processes, viewer=viewers, n=st.integers(1, 50))
    def tap(self, process: int, viewer: str, n: int) -> None:
        self.recorders[process].count("show", viewer, f"c-{viewer}-{process}", "reaction", "heart", n)
        self.waiting[process][viewer] += n

    @rule(process=processes, viewer=viewers)
    def start(self, process: int, viewer: str) -> None:
        connection = f"c-{viewer}-{process}-{self.started}"
        self.recorders[process].start_playing("show", viewer, connection, self.clock.at)

    @rule(process=processes, viewer=viewers)
    def stop(self, process: int, viewer: str) -> None:
        recorder = self.recorders[process]
        for stretch in [s for s in recorder._open.values() if s.viewer_id == viewer]:
            recorder.stop_playing("show", viewer, stretch.connection_id, self.clock.at)

    @rule(
        process=processes,
        viewer=viewers,
        guest=st.booleans(),
        suspect=st.booleans(),
        staff=st.sampled_from([False] * 5 + [True]),
    )
    def come(self, process: int, viewer: str, *, guest: bool, suspect: bool, staff: bool) -> None:
        self.recorders[process].attend(
            "show", viewer, f"c-{viewer}", guest=guest, remembered=not guest, source="mail" if guest else None,
            suspect=suspect, staff=staff,
        )  # fmt: skip

    @rule(process=processes, viewer=viewers)
    def clear(self, process: int, viewer: str) -> None:
        self.recorders[process].clear("show", viewer)

    @rule(guest=st.sampled_from(["anna", "bob"]))
    def turn_out_to_be_carl(self, guest: str) -> None:
        self.run(self.aliases.note("show", guest, CARL))

    @rule()
    def be_themselves_again(self) -> None:
        self.run(self.aliases.take_back("show", "carl"))

    @rule()
    def keep_rows(self) -> None:
        self.run(RollupKeeper(self.database, self.clock).run_all())

    @rule(seconds=st.sampled_from([1, 61, 20 * 60, 31 * 60]))
    def wait(self, seconds: int) -> None:
        self.clock.at += timedelta(seconds=seconds)

    @rule(process=processes)
    def flush(self, process: int) -> None:
        self.run(self.recorders[process].flush())
        self.told += self.waiting[process]
        self.waiting[process].clear()

    @rule()
    def count(self) -> None:
        self.run(self.count_all())

    @rule()
    def repeat_a_flush(self) -> None:
        if self.blobs:
            self.run(self.bus.append_ledger(self.blobs[len(self.blobs) // 2]))

    @rule(process=processes)
    def kill_a_process(self, process: int) -> None:
        self.recorders[process] = self.new_process()
        self.waiting[process].clear()

    @rule()
    def replace_the_worker(self) -> None:
        self.worker = LedgerWorker(self.database, self.bus)

    @rule()
    def empty_redis_after_counting(self) -> None:
        self.run(self.count_all())
        self.run(self.bus._link.run("FLUSHDB"))

    @rule(viewer=viewers, kind=st.sampled_from(["order", "question", "vote", "answer"]), n=st.integers(1, 3))
    def commit_a_hard_fact(self, viewer: str, kind: str, n: int) -> None:
        self.run(self.append_fact(Fact("show", viewer, kind, self.clock.at, "x", n)))

    def teardown(self) -> None:
        try:
            self.run(self.check())
        finally:
            self.run(self.end())

    async def check(self) -> None:
        """Count what is left; then rollups hold what was told, and rebuilding them changes nothing."""
        await self.count_all()
        await RollupKeeper(self.database, self.clock).run_all()
        async with self.database.write() as connection:
            assert await verify_rollups(connection) == []
            await derive_rows(connection, "show")
            assert await verify_rollups(connection) == []
            reactions = await self.read(
                connection, "SELECT viewer_id, reactions FROM rollup WHERE reactions > 0"
            )
            aliases = "SELECT raw, canonical FROM viewer_alias WHERE taken_back_at IS NULL"
            whose = dict(await self.read(connection, aliases))
            told: Counter[str] = Counter()
            for viewer, n in self.told.items():
                told[whose.get(viewer, viewer)] += n
            assert dict(reactions) == dict(+told)
            assert await self.watched(connection, whose) == await self.plainly(connection, whose)
            assert await self.read(connection, "SELECT * FROM playing WHERE ended_at < started_at") == []

    async def watched(self, connection: Any, whose: dict[str, str]) -> dict[str, tuple[int, int, int]]:
        """Of whoever is not playing any more: visits, views, and how much they watched, as the rows say."""
        rows = await self.read(
            connection,
            "SELECT viewer_id, visits, views, watched_us FROM rollup WHERE visits > 0 AND NOT playing",
        )
        return {viewer: tuple(numbers) for viewer, *numbers in rows}

    async def plainly(self, connection: Any, whose: dict[str, str]) -> dict[str, tuple[int, int, int]]:
        """The same by the pure definition."""
        played: dict[str, list[tuple[int, int]]] = {}
        playing = set[str]()
        sql = """
            SELECT p.viewer_id, p.started_at, coalesce(p.ended_at, l.alive_until, p.started_at), p.ended_at IS NULL AND NOT l.ended
            FROM playing AS p LEFT JOIN ledger_process AS l USING (process_id)
        """
        for viewer, start, stop, still in await self.read(connection, sql):
            one = whose.get(viewer, viewer)
            pair = tuple((at - STARTS) // timedelta(microseconds=1) for at in (start, stop))
            played.setdefault(one, []).append(pair)
            playing |= {one} if still else set()
        found = {
            viewer: watch(Stretches(viewer, *zip(*sorted(stretches), strict=True)), 0, FOREVER)
            for viewer, stretches in played.items()
        }
        return {
            viewer: (len(one.visits), one.views, one.total)
            for viewer, one in found.items()
            if one.visits and viewer not in playing
        }

    async def count_all(self) -> None:
        while await self.worker.run_once():
            pass

    async def append_fact(self, fact: Fact) -> None:
        async with self.database.write() as connection:
            await append_facts(connection, [fact])

    async def read(self, connection: Any, sql: str) -> list[Any]:
        return [tuple(row) for row in await connection.execute(text(sql))]

    async def end(self) -> None:
        await self.bus.close()
        await self.database.close()


def test_rollups_equal_the_facts_whatever_happens(database_url: str, redis_url: str) -> None:
    with asyncio.Runner() as runner:
        urls = {"run": staticmethod(runner.run), "database_url": database_url, "redis_url": redis_url}
        machine = type("BoundLedgerMachine", (LedgerMachine,), urls)
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=25,
                stateful_step_count=20,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
