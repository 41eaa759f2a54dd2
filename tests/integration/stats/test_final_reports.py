"""A settled show's report is stored once and answered in one read; whatever may change a figure drops it in its own transaction."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import event, text

from server.access.sealing import Sealing
from server.audit.trail import Actor
from server.clock import ManualClock
from server.db.engine import Database
from server.ids import new_id
from server.journal.journal import Journal
from server.ledger.derive_repository import derive_rows
from server.ledger.entries import Fact
from server.ledger.final import drop_final
from server.ledger.flush import Attendance, Flush, Stretch, Tally
from server.ledger.repository import append_facts
from server.ledger.writer import apply_batch, gather
from server.questions.moderating import moderate_many
from server.questions.rules import Dismiss
from server.questions.tasks import Task
from server.shop.attributions import Attributions
from server.shop.report_rules import Line, Report
from server.shop.reports import OrderReports
from server.stats import definitions, final
from server.stats.final import differing
from server.stats.report import ShowReport
from server.stats.service import Reports
from server.viewers.alias_repository import insert_alias_once, take_back_aliases
from server.viewers.tables import ViewerAliasRow
from server.workers import finishing
from server.workers.finishing import Finisher
from server.workers.rollups import RollupKeeper
from tests.integration.stats.hand_made import (
    CHANNEL,
    START,
    HandMade,
    add_process,
    make_the_show,
    minutes,
)

SOON, LONG_AFTER = START + timedelta(days=2), START + timedelta(days=100)
LINES = (Line(2, 1800, sku="TEA"),)


_KEPT = text("""
    SELECT f.people IS NOT NULL AS people, f.acts IS NOT NULL AND f.acts_claim = c.acts_claim AS acts
    FROM final_report AS f LEFT JOIN show_curve AS c USING (show_id)
    WHERE f.show_id = 's' AND f.window_days = 90
""")


@dataclass
class World:
    """Three settled shows of one channel, and what is asked of them."""

    database: Database
    clock: ManualClock
    reports: Reports
    shop: OrderReports
    attributions: Attributions
    question: str = ""
    statements: list[str] = field(default_factory=list)

    async def report(self, show: str = "s") -> ShowReport:
        return await self.reports.report(show)

    async def is_stored(self, show: str = "s") -> bool:
        return (await self.reports.final.look(show, definitions.REPEAT_DAYS)).report is not None

    async def kept(self) -> set[str]:
        """What is kept of the show beside its report, and would be used."""
        async with self.database.read() as connection:
            row = (await connection.execute(_KEPT)).one_or_none()
        return {name for name, there in row._mapping.items() if there} if row else set()

    async def flush(self, *rows: Tally | Attendance | Stretch) -> None:
        flush = Flush(new_id("x"), 1, START + minutes(90), [], [], [])
        flush.tallies = [row for row in rows if isinstance(row, Tally)]
        flush.attendances = [row for row in rows if isinstance(row, Attendance)]
        flush.stretches = [row for row in rows if isinstance(row, Stretch)]
        async with self.database.write() as connection:
            await apply_batch(connection, await gather(connection, [flush]))

    async def sql(self, statement: str) -> None:
        async with self.database.write() as connection:
            await connection.execute(text(statement))


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    database, clock = Database(database_url), ManualClock(LONG_AFTER)
    async with database.write() as connection:
        await make_the_show(connection)
        show = HandMade(connection, "s")
        question = await show.ask("ben", 12)
        await show.play("hana", (5, None), process="lost")
        await show.attend("hana")
        await show.close()
        await add_process(connection, "lost", START + minutes(20))
        process = "INSERT INTO ledger_process_show VALUES ('s', 'lost')"
        for statement in (process, "UPDATE product SET sku = 'TEA' WHERE id = 'channel-1'"):
            await connection.execute(text(statement))
        await connection.execute(text("UPDATE ledger_process SET kept_flush = last_flush"))
        for each in ("s", "earlier", "later"):
            await derive_rows(connection, each)
    attributions = Attributions(Sealing("a-secret-of-more-than-thirty-two-characters"), ManualClock(SOON))

    async def nobody(*_: str) -> None:
        return None

    shop = OrderReports(database, ManualClock(SOON), attributions, nobody)
    world = World(database, clock, Reports(database, clock), shop, attributions, question)

    @event.listens_for(database.engine.sync_engine, "before_cursor_execute")
    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        world.statements.append(statement)

    yield world
    await database.close()


async def a_late_reaction(world: World) -> None:
    await world.flush(Tally("s", "anna", "reaction", "heart", 3, None, START + minutes(5)))


async def a_late_stretch(world: World) -> None:
    await world.flush(Stretch("s", "ida", "k9", START + minutes(3), START + minutes(9)))


async def a_suspect_who_is_none(world: World) -> None:
    row = Attendance(
        "s", "eve", START, guest=True, remembered=False, suspect=False, source=None, cleared=True
    )
    await world.flush(row)


async def a_suspect_in_an_earlier_show(world: World) -> None:
    row = Attendance("earlier", "anna", START, guest=False, remembered=False, suspect=True, source=None)
    await world.flush(row)


async def consent_taken_back_in_a_later_show(world: World) -> None:
    at = START + timedelta(days=10, minutes=5)
    await world.flush(Tally("later", "ben", "consent_withdrawn", None, 1, None, at))


async def a_process_that_lives_after_all(world: World) -> None:
    """It says nothing of the show: a stretch of it that is still open ends later."""
    async with world.database.write() as connection:
        await apply_batch(
            connection, await gather(connection, [Flush("lost", 2, START + minutes(50), [], [], [])])
        )


async def an_order_of_the_shop(world: World) -> None:
    await world.shop.report(CHANNEL, paid(world, "1001"))


async def a_refund(world: World) -> None:
    await world.shop.report(CHANNEL, Report("1000", "partially_refunded", refunded=500))


async def a_cancellation(world: World) -> None:
    await world.shop.report(CHANNEL, Report("1000", "cancelled"))


async def an_order_in_an_earlier_show(world: World) -> None:
    await world.shop.report(CHANNEL, paid(world, "1002", show="earlier", at=START - minutes(60)))


async def an_alias(world: World) -> None:
    async with world.database.write() as connection:
        await insert_alias_once(
            connection, ViewerAliasRow(id="a", show_id="s", raw="chie", canonical="fumi", at=SOON)
        )


async def an_alias_in_an_earlier_show(world: World) -> None:
    async with world.database.write() as connection:
        await insert_alias_once(
            connection, ViewerAliasRow(id="b", show_id="earlier", raw="chie", canonical="fumi", at=SOON)
        )


async def an_alias_taken_back(world: World) -> None:
    async with world.database.write() as connection:
        await take_back_aliases(connection, "s", "gus", SOON)


async def a_question_dismissed(world: World) -> None:
    journal = Journal(world.database, ManualClock(SOON), lambda *_: None)
    await journal.commit(
        "s", moderate_many, Task(Actor("m", "Mika", "host"), Dismiss("spam"), world.question)
    )


async def facts_that_are_brought_in(world: World) -> None:
    async with world.database.write() as connection:
        await append_facts(connection, [Fact("s", "anna", "click", START + minutes(7), "channel-2")])


async def facts_of_a_show_that_began_later(world: World) -> None:
    """They are told as of before that show: a backdated order, which its shop brings in."""
    async with world.database.write() as connection:
        await append_facts(
            connection, [Fact("later", "anna", "order", START - timedelta(days=1), "channel-2")]
        )


async def rollups_made_anew(world: World) -> None:
    await world.sql("UPDATE rollup SET reactions = 1 WHERE viewer_id = 'anna'")
    async with world.database.write() as connection:
        await derive_rows(connection, "s")


async def a_product_renamed(world: World) -> None:
    await world.sql("UPDATE product SET title = 'Tea' WHERE id = 'channel-1'")


async def a_product_put_elsewhere(world: World) -> None:
    await world.sql("UPDATE product SET rank = 9 WHERE id = 'channel-1'")


CHANGES = (
    a_late_reaction,
    a_late_stretch,
    a_suspect_who_is_none,
    a_suspect_in_an_earlier_show,
    consent_taken_back_in_a_later_show,
    a_process_that_lives_after_all,
    an_order_of_the_shop,
    a_refund,
    a_cancellation,
    an_order_in_an_earlier_show,
    an_alias,
    an_alias_in_an_earlier_show,
    an_alias_taken_back,
    a_question_dismissed,
    facts_that_are_brought_in,
    facts_of_a_show_that_began_later,
    rollups_made_anew,
    a_product_renamed,
    a_product_put_elsewhere,
)


def paid(world: World, order: str, show: str = "s", at: datetime | None = None) -> Report:
    attribution = world.attributions.make(show, "chie", "channel-1")
    return Report(order, currency="JPY", at=at or START + minutes(70), lines=LINES, attribution=attribution)


async def test_a_settled_report_is_answered_in_one_read(world: World) -> None:
    made = await world.report()
    assert not made.provisional
    world.statements.clear()
    assert differing(await world.report(), made) == []
    assert len(world.statements) == 1, world.statements
    assert differing(await world.reports.recompute("s"), made) == []
    assert [line async for line in world.reports.verify()] == []


async def an_answer_of_the_shop_about_an_order_while_it_ran(world: World) -> None:
    await world.shop.report(CHANNEL, paid(world, "1003", at=START + minutes(30)))


LEFT: dict[Callable[[World], Awaitable[None]], set[str]] = {
    an_order_of_the_shop: {"acts", "people"},
    a_refund: {"acts", "people"},
    a_cancellation: {"acts", "people"},
    an_order_in_an_earlier_show: {"acts", "people"},
    facts_of_a_show_that_began_later: {"acts", "people"},
    a_suspect_in_an_earlier_show: {"acts"},
    consent_taken_back_in_a_later_show: {"acts"},
    an_alias_in_an_earlier_show: {"acts"},
    a_product_renamed: {"acts", "people"},
    a_product_put_elsewhere: {"acts", "people"},
}
"""What stays of what a report is made of; of all else it goes with the report."""


@pytest.mark.parametrize("change", [*CHANGES, an_answer_of_the_shop_about_an_order_while_it_ran])
async def test_what_a_report_is_made_of_stays_where_a_change_does_not_reach_it(
    world: World, change: Callable[[World], Awaitable[None]]
) -> None:
    await world.shop.report(CHANNEL, paid(world, "1000"))
    async with world.database.write() as connection:
        alias = ViewerAliasRow(id="c", show_id="s", raw="ben", canonical="gus", at=SOON)
        await insert_alias_once(connection, alias)
    keeper = RollupKeeper(world.database, world.clock)
    await keeper.run_all()
    assert await world.is_stored()
    assert await world.kept() == {"acts", "people"}
    await change(world)
    assert not await world.is_stored()
    assert await world.kept() == LEFT.get(change, set())
    plain = await world.reports.recompute("s")
    assert differing(await world.report(), plain) == []
    month = await world.reports.report("s", repeat_days=30)
    assert differing(month, await world.reports.recompute("s", repeat_days=30)) == []
    await keeper.run_all()
    assert await world.is_stored()
    assert differing(await world.report(), plain) == []
    assert [line async for line in world.reports.verify("s")] == []


async def test_a_late_tap_is_in_the_curve(world: World) -> None:
    keeper = RollupKeeper(world.database, world.clock)
    await keeper.run_all()
    before = await world.reports.series("s", step_seconds=3600)
    await a_late_reaction(world)
    await facts_that_are_brought_in(world)
    for _ in range(2):
        after = await world.reports.series("s", step_seconds=3600)
        assert (after.reactions[0], after.clicks[0]) == (before.reactions[0] + 3, before.clicks[0] + 1)
        await keeper.run_all()


async def test_what_changes_while_a_show_is_made_final_is_not_left_out(world: World) -> None:
    """The curve and the acts are counted without a lock: what is committed meanwhile takes away what was counted."""
    for change in (a_late_reaction, a_late_stretch):
        await world.sql("DELETE FROM show_curve")
        await world.sql("DELETE FROM final_report")
        finisher = Meanwhile(world.database, world.clock, partial(change, world))
        assert not await finisher.finish("s")
        assert await world.kept() == set()
    await RollupKeeper(world.database, world.clock).run_all()
    assert differing(await world.report(), await world.reports.recompute("s")) == []


class Meanwhile(Finisher):
    """Something happens between what is counted and what is kept."""

    def __init__(
        self, database: Database, clock: ManualClock, happens: Callable[[], Awaitable[None]]
    ) -> None:
        super().__init__(database, clock)
        self._happens = happens

    async def _count(self, show_id: str) -> finishing.Counted:
        counted = await super()._count(show_id)
        await self._happens()
        return counted


@pytest.mark.parametrize("change", CHANGES)
async def test_what_changes_a_settled_show_drops_its_report(
    world: World, change: Callable[[World], Awaitable[None]]
) -> None:
    await world.shop.report(CHANNEL, paid(world, "1000"))
    async with world.database.write() as connection:
        alias = ViewerAliasRow(id="c", show_id="s", raw="ben", canonical="gus", at=SOON)
        await insert_alias_once(connection, alias)
    await world.report()
    assert await world.is_stored()
    await change(world)
    assert not await world.is_stored()
    assert differing(await world.report(), await world.reports.recompute("s")) == []


async def test_what_happens_after_all_that_a_report_rests_on_leaves_it(world: World) -> None:
    await world.report()
    async with world.database.write() as connection:
        much_later = await HandMade(connection, "now", start=LONG_AFTER, length=None).open()
        await much_later.play("anna", (0, None))
        await drop_final(connection, ["now"])
    assert await world.is_stored()


async def test_windows_close_by_themselves(world: World) -> None:
    world.clock.at = SOON
    early = await world.report()
    assert await world.is_stored()
    assert early.repeat.viewers_again is None
    assert [each.provisional for each in early.conversion] == [False, False, True, True]
    world.clock.at = START + timedelta(days=8)
    assert await world.is_stored()
    assert [each.provisional for each in (await world.report()).conversion] == [False, False, False, True]
    world.clock.at = LONG_AFTER
    assert not await world.is_stored(), "who came again within 90 days is known only now"
    assert (await world.report()).repeat.viewers_again is not None
    assert await world.is_stored()
    assert differing(await world.report(), await world.reports.recompute("s")) == []


async def test_a_report_of_other_definitions_is_not_answered(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.report()
    monkeypatch.setattr(final, "DEFINITION_VERSION", definitions.DEFINITION_VERSION + 1)
    assert not await world.is_stored()


async def test_a_show_that_runs_or_is_not_settled_is_not_stored(world: World) -> None:
    await world.sql("UPDATE show SET state = 'live', ended_at = NULL WHERE id = 's'")
    await world.report()
    await world.sql("UPDATE show SET state = 'ended', ended_at = now() - interval '1 second' WHERE id = 's'")
    world.clock.at = datetime.now(START.tzinfo)
    assert (await world.report()).provisional
    world.clock.at = LONG_AFTER
    await world.sql(f"UPDATE show SET ended_at = '{START + minutes(60)}' WHERE id = 's'")
    assert not await world.is_stored()


async def test_what_changes_while_a_report_is_made_is_in_no_stored_report(world: World) -> None:
    claim = await world.reports.final.claim("s", definitions.REPEAT_DAYS)
    made = await world.reports.recompute("s")
    await a_late_reaction(world)
    assert claim is not None
    await world.reports.final.keep("s", definitions.REPEAT_DAYS, claim, made)
    assert not await world.is_stored()


async def test_nothing_is_stored_while_a_change_is_under_way(world: World) -> None:
    async with world.database.write() as connection:
        await append_facts(connection, [Fact("s", "anna", "click", START + minutes(7), "channel-2")])
        assert await world.reports.final.claim("s", definitions.REPEAT_DAYS) is None
        await world.report()
    assert not await world.is_stored()
    assert differing(await world.report(), await world.reports.recompute("s")) == []


async def test_a_stored_report_that_is_not_what_the_facts_come_to_is_named(world: World) -> None:
    await world.report()
    await world.sql("UPDATE rollup SET reactions = 99 WHERE viewer_id = 'anna'")
    assert [line async for line in world.reports.verify()] == ["s, 90 days: made from other rows"]
    await world.sql("UPDATE ledger_entry SET n = 9 WHERE viewer_id = 'anna' AND kind = 'reaction'")
    (line,) = [line async for line in world.reports.verify("s")]
    assert "reactions.sent" in line or "headlines" in line


async def test_only_so_many_windows_of_a_show_are_stored(world: World) -> None:
    for days in range(10, 10 + final.WINDOWS_MAX + 3):
        await world.reports.report("s", repeat_days=days)
    assert len(await world.reports.final.stored("s")) == final.WINDOWS_MAX
    await world.report()
    assert await world.is_stored(), "that of the usual window always is"
