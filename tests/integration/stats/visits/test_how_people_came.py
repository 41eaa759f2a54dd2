"""How people came, and who brought whom, over imported facts: counted once, by the channel's days, also after an erasure."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text

from server.access.revocations import Revocations
from server.access.tokens import Identity, Tokens
from server.clock import ManualClock
from server.db.engine import Database
from server.journal.journal import Journal
from server.ledger.derive_repository import derive_rows
from server.ledger.repository import read_reaction_totals, settled
from server.ledger.rollup_repository import verify_rollups
from server.privacy.service import Privacy
from server.sealing.places import base_of
from server.sealing.service import Sealer
from server.stats.channel.period import Asked
from server.stats.visits import routes
from server.stats.visits.service import Visits
from server.stats.visits.sheets import sharers_table, visits_table
from server.stats.visits.visits_report import VisitsReport
from tests.integration.stats.hand_made import CHANNEL, add_channel
from tests.support.commands import showfloor
from tests.support.history import export_facts, take_in
from tests.support.pictures import post_pictures_in

START = datetime(2026, 3, 10, 14, 30, tzinfo=UTC)  # 23:30 in Tokyo
HOUR = 60
CLOCK = ManualClock(START + timedelta(days=30))
Entry = dict[str, Any]


class Show:
    """The entries of one show."""

    def __init__(self, id: str, day: int) -> None:
        self.id = id
        self.start = START + timedelta(days=day)
        self.entries: list[Entry] = []
        self.add("show", 0, None, ended_at=self.at(HOUR), bots_looked_for=True)

    def at(self, minute: float) -> str:
        return (self.start + timedelta(minutes=minute)).isoformat()

    def add(self, kind: str, minute: float, viewer: str | None, **fields: Any) -> None:
        id = f"{self.id}/{len(self.entries)}"
        entry = {"id": id, "show": self.id, "kind": kind, "at": self.at(minute), "viewer": viewer, **fields}
        self.entries.append({name: value for name, value in entry.items() if value is not None})

    def come(self, viewer: str, minute: float, stay: float = 10, *, buys: int = 0, **attended: Any) -> None:
        self.add("attendance", minute, viewer, **{"guest": False, "remembered": True, **attended})
        self.add("view_start", minute, viewer, connection=f"{self.id}-{viewer}")
        self.add("view_end", minute + stay, viewer, connection=f"{self.id}-{viewer}")
        if buys:
            line = {"product": f"{CHANNEL}-1", "quantity": 1, "amount_minor": buys}
            self.add(
                "purchase",
                minute + stay / 2,
                viewer,
                target=f"o-{self.id}-{viewer}",
                currency="JPY",
                lines=[line],
            )


def shows() -> list[Show]:
    """`one` on a night that goes on over midnight in Tokyo, `two` on the evening after."""
    one, two = Show("one", 0), Show("two", 1)
    # Anna saw the poster before and came back; her visit goes on over midnight.
    one.add(
        "page_view",
        -600,
        "anna",
        source="line",
        referrer="line.me",
        campaign="spring",
        device="phone",
        medium="social",
        content="poster",
        term="bowl",
    )
    one.add("page_view", 1, "anna", device="phone")
    one.add("page_view", 45, "anna", device="phone")  # a reload while she watched
    one.come("anna", 1, 50, device="phone")
    one.add("share", 5, "anna", target="s_anna", via="line")
    one.add("question", 6, "anna", target="q_1", text="?", author="Anna of Sendai")
    one.add("page_view", 10, "ben", source="share", device="desktop")
    one.come("ben", 10, 20, share="s_anna", source="share", buys=1_000)
    one.add("share", 20, "ben", target="s_ben", via="copy")
    one.come("chie", 22, 20, share="s_ben", buys=500, guest=True, remembered=False)
    one.come("dan", 25, 0.5, share="s_anna")  # too short
    one.add("page_view", 26, None, source="x", device="phone")
    one.add("page_view", 90, None, page="element", site="shop.example")
    two.add("page_view", -5, "anna")
    two.come("anna", 0, 30, share="s_anna", buys=300)  # by her own link
    two.come("ben", 0, 30, share="s_anna")  # known already
    two.add("share", 3, "ben", target="s_ben_2", via="copy")
    two.come("eve", 5, 30, share="s_ben_2", buys=2_000)
    two.come("fay", 5, 30, share="s_nobody")
    return [one, two]


@pytest.fixture
async def database(database_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(database_url)
    async with opened.write() as connection:
        await add_channel(connection)
        await connection.execute(text("UPDATE channel SET time_zone = 'Asia/Tokyo'"))
    file = tmp_path / "shows.jsonl"
    file.write_text("\n".join(json.dumps(entry) for show in shows() for entry in show.entries))
    outcome = await take_in(opened, file)
    assert (outcome.bad, outcome.refused) == ([], False), outcome.bad
    yield opened
    await opened.close()


def label(report: VisitsReport, by: str, label: str | None) -> tuple[int, ...]:
    (parts,) = [each.parts for each in report.breakdowns if each.by == by]
    (part,) = [each for each in parts if each.label == label]
    return part.page_views, part.visits, part.visitors, part.joined, part.viewed, part.bought


async def test_a_show_s_page_views_lead_to_joins_views_and_purchases(database: Database) -> None:
    report = await Visits(database, CLOCK).visits(CHANNEL, "one")
    assert (report.page_views, report.without_an_id, report.before, report.live, report.after) == (
        6,
        2,
        1,
        4,
        1,
    )
    assert report.visits == 3  # Anna's two, of which the reload while she watched is none, and Ben's
    steps = report.steps
    assert (steps.visitors, steps.joined, steps.viewed, steps.bought) == (2, 2, 2, 1)
    everybody = report.everybody
    assert (everybody.joined, everybody.viewed, everybody.bought) == (4, 4, 2)
    assert label(report, "source", "line") == (1, 1, 1, 1, 1, 0)
    assert label(report, "source", "share") == (1, 1, 1, 1, 1, 1)
    assert label(report, "source", "x") == (1, 0, 0, 0, 0, 0)
    assert label(report, "referrer", "line.me") == (1, 1, 1, 1, 1, 0)
    for by, named in (("medium", "social"), ("campaign", "spring"), ("content", "poster"), ("term", "bowl")):
        assert label(report, by, named) == (1, 1, 1, 1, 1, 0)
    assert label(report, "device", "phone") == (4, 2, 1, 1, 1, 0)
    assert label(report, "site", "shop.example")[0] == 1
    assert label(report, "phase", "before") == (1, 1, 1, 1, 1, 0)
    assert not report.provisional
    table = visits_table(report)
    assert next(iter(table.rows)) == ["all", None, 6, 3, 2, 2, 2, 1]


async def test_a_period_is_of_the_channel_s_days_and_cuts_no_visit_at_midnight(database: Database) -> None:
    visits = Visits(database, CLOCK)
    first = await visits.visits(CHANNEL, Asked(date(2026, 3, 10), date(2026, 3, 10)))
    second = await visits.visits(CHANNEL, Asked(date(2026, 3, 11), date(2026, 3, 11)))
    # The reload at a quarter past midnight belongs to the day after, and to a visit of the day before.
    assert (first.page_views, first.visits, first.steps.visitors) == (4, 3, 2)
    assert (second.page_views, second.visits) == (3, 1)
    assert (first.period and first.period.since, first.show) == (datetime(2026, 3, 9, 15, tzinfo=UTC), None)
    both = await visits.visits(CHANNEL, Asked(date(2026, 3, 10), date(2026, 3, 11)))
    assert (both.page_views, both.visits, both.steps.visitors) == (7, 4, 2)


async def test_staff_suspects_and_crawlers_are_left_out_and_counted(database: Database) -> None:
    async with database.write() as connection:
        for viewer, crawler in (("ben", False), (None, True)):
            await connection.execute(
                text("""
                    INSERT INTO page_view (channel_id, show_id, viewer_id, at, page, crawler)
                    VALUES (:channel, 'one', :viewer, :at, 'viewer', :crawler)
                """),
                {"channel": CHANNEL, "viewer": viewer, "at": START, "crawler": crawler},
            )
        await connection.execute(text("UPDATE rollup SET suspect = true WHERE viewer_id = 'ben'"))
    report = await Visits(database, CLOCK).visits(CHANNEL, "one")
    assert (report.left_out.crawlers, report.left_out.suspects_and_staff) == (1, 2)
    assert (report.page_views, report.steps.visitors) == (5, 1)


async def test_a_chain_is_counted_and_who_brings_themselves_is_not(database: Database) -> None:
    visits = Visits(database, CLOCK)
    one = await visits.word_of_mouth(CHANNEL, "one")
    assert (one.shares, one.sharers, one.visits, one.depth, one.chains) == (2, 2, 3, 2, 1)
    brought = one.brought
    assert (brought.new_viewers, brought.recognisable, brought.buyers, brought.orders) == (2, 1, 2, 2)
    assert (brought.gmv_minor, brought.net_minor, brought.watch_seconds) == (1_500, 1_500, 2_400)
    assert one.new_viewers_per_sharer == 1
    assert one.not_counted.too_short == 1
    anna, ben = one.by_sharer
    assert (anna.sharer, anna.new_viewers, anna.visits, anna.chain_viewers, anna.chain_depth) == (
        "anna",
        1,
        2,
        2,
        2,
    )
    assert (anna.net_minor, anna.chain_net_minor, anna.chain_orders) == (1_000, 1_500, 2)
    assert (ben.sharer, ben.new_viewers, ben.chain_depth) == ("ben", 1, 1)
    assert [(link.sharer, link.viewer, link.depth) for link in one.links] == [
        ("anna", "ben", 1),
        ("ben", "chie", 2),
    ]
    two = await visits.word_of_mouth(CHANNEL, "two")
    counted = two.not_counted
    assert (counted.same_person, counted.returning, counted.unknown) == (1, 1, 1)
    assert [(row.sharer, row.new_viewers) for row in two.by_sharer if row.new_viewers] == [("ben", 1)]
    # Anna brought Ben in another show: the chain is as deep as it is.
    assert [(link.viewer, link.depth) for link in two.links] == [("eve", 2)]
    both = await visits.word_of_mouth(CHANNEL, Asked(date(2026, 3, 10), date(2026, 3, 11)))
    assert (both.brought.new_viewers, both.depth, both.by_sharer[0].sharer) == (3, 2, "ben")
    assert len(list(sharers_table(both).rows)) == 2


async def test_names_are_shown_to_hosts_and_admins_alone(database: Database) -> None:
    app = FastAPI()
    app.include_router(routes.router())
    tokens = Tokens("s" * 32, CLOCK)
    app.state.database, app.state.clock, app.state.tokens = database, CLOCK, tokens
    names = {"anna": "Anna of Sendai"}
    async with AsyncClient(transport=ASGITransport(app), base_url="http://showfloor/v1/") as http:
        for role, seen in (("analyst", {}), ("host", names), ("admin", names)):
            identity = Identity("v_1", role, CHANNEL, False, True, "S", CLOCK.now() + timedelta(hours=1))  # type: ignore[arg-type]
            headers = {"Authorization": f"Bearer {tokens.sign(identity)}"}
            for path in ("shows/one/word-of-mouth", "channel/word-of-mouth?from=2026-03-10&to=2026-03-11"):
                assert (await http.get(path, headers=headers)).json()["names"] == seen


async def test_a_viewer_is_told_how_many_they_brought_as_the_report_counts(database: Database) -> None:
    visits = Visits(database, CLOCK)
    for show, viewers in (("one", ("anna", "ben", "chie", "nobody")), ("two", ("anna", "ben"))):
        counted = {
            row.sharer: row.new_viewers for row in (await visits.word_of_mouth(CHANNEL, show)).by_sharer
        }
        for viewer in viewers:
            assert await visits.brought_by(CHANNEL, show, viewer) == counted.get(viewer, 0)
    alias = "INSERT INTO viewer_alias (id, show_id, raw, canonical, at) VALUES ('va_2', 'one', 'device', 'anna', now())"
    async with database.write() as connection:
        await connection.execute(text(alias))
    assert await visits.brought_by(CHANNEL, "one", "device") == 1


async def test_a_sharer_who_turns_out_to_be_the_guest_they_brought_has_brought_nobody(
    database: Database,
) -> None:
    alias = "INSERT INTO viewer_alias (id, show_id, raw, canonical, at) VALUES ('va_1', 'one', 'chie', 'ben', now())"
    async with database.write() as connection:
        await connection.execute(text(alias))
    async with database.write() as connection:
        await derive_rows(connection, "one")
    one = await Visits(database, CLOCK).word_of_mouth(CHANNEL, "one")
    assert [(link.sharer, link.viewer) for link in one.links] == [("anna", "ben")]


async def test_what_goes_out_comes_in_with_the_same_figures(
    database: Database, elsewhere: Database, tmp_path: Path
) -> None:
    for form in ("jsonl",):
        outcome = await take_in(elsewhere, await export_facts(database, ["one", "two"], tmp_path, form), form)
        assert (outcome.bad, outcome.refused) == ([], False), outcome.bad
    async with elsewhere.write() as connection:
        await connection.execute(text("UPDATE channel SET time_zone = 'Asia/Tokyo'"))
    here, there = Visits(database, CLOCK), Visits(elsewhere, CLOCK)
    for asked in ("one", Asked(date(2026, 3, 10), date(2026, 3, 11))):
        assert await there.visits(CHANNEL, asked) == await here.visits(CHANNEL, asked)
        assert await there.word_of_mouth(CHANNEL, asked) == await here.word_of_mouth(CHANNEL, asked)


async def test_an_erased_sharer_leaves_the_counts_and_no_link(database: Database, tmp_path: Path) -> None:
    sealer = Sealer(database, CLOCK, base_of(None, tmp_path), settled=settled, reactions=read_reaction_totals)
    visits = Visits(database, CLOCK)
    asked = Asked(date(2026, 3, 10), date(2026, 3, 11))
    before, seen = await visits.word_of_mouth(CHANNEL, asked), await visits.visits(CHANNEL, asked)
    async with database.write() as connection:
        await connection.execute(text("UPDATE ledger_cursor SET read_until = now() + interval '1 day'"))
    await sealer.seal("one")
    journal = Journal(database, CLOCK, lambda show, epoch, publications: None)
    revocations = Revocations(database, CLOCK)
    pictures = post_pictures_in(tmp_path / "pictures", database, CLOCK)
    privacy = Privacy(
        database, CLOCK, sealer=sealer, journal=journal, revocations=revocations, pictures=pictures
    )
    await privacy.forget("anna", settling_seconds=0)
    after = await visits.word_of_mouth(CHANNEL, asked)
    assert after.brought == before.brought
    assert (after.shares, after.visits, after.depth, after.not_counted) == (
        before.shares, before.visits, before.depth, before.not_counted,
    )  # fmt: skip
    assert (await visits.visits(CHANNEL, asked)).steps == seen.steps
    assert await sealer.unseal("one")
    async with database.read() as connection:
        for table in ("ledger_entry", "attendance", "rollup", "page_view"):
            found = await connection.scalar(
                text(f"SELECT count(*) FROM {table} AS t WHERE t::text ~ 's_anna|anna'")
            )
            assert found == 0, table
        assert await verify_rollups(connection) == []


async def test_the_terminal_tells_the_same(
    database: Database, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    async def say(*words: str) -> tuple[int, str]:
        urls = {"database_url": database_url, "redis_url": redis_url}
        result = await asyncio.to_thread(showfloor, "stats", *words, data=tmp_path, **urls)
        return result.returncode, result.stdout + result.stderr

    days = ("--channel", CHANNEL, "--from", "2026-03-10", "--to", "2026-03-11")
    visits = Visits(database, CLOCK)
    for asked, words in (("one", ("one",)), (Asked(date(2026, 3, 10), date(2026, 3, 11)), days)):
        for flag, report in (
            ("--visits", await visits.visits(CHANNEL, asked)),
            ("--word-of-mouth", await visits.word_of_mouth(CHANNEL, asked)),
        ):
            code, told = await say(*words, flag, "--json")
            assert code == 0, told
            assert {**json.loads(told), "as_of": None} == {**report.model_dump(mode="json"), "as_of": None}
    code, told = await say("one", "--visits")
    assert (code, "By campaign" in told, "spring" in told, "opened a page" in told) == (0, True, True, True)
    code, told = await say(*days, "--word-of-mouth")
    assert (code, "Who brought most" in told, "too short" in told) == (0, True, True)
    for wrong in (("--visits",), ("one", "--visits", "--word-of-mouth"), ("nowhere", "--visits")):
        assert (await say(*wrong))[0] == 1
