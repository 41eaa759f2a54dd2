"""One population: for any shows, every figure about people is about viewers with a view alone, and no figure contradicts another.

The oracle counts the same raw facts in another way; hypothesis makes the shows: staff, suspects, guests without a view or consent, people
who buy without coming, several tabs, second visits, consent given and taken back.
"""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from statistics import fmean, median
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from sqlalchemy import text

from server.clock import ManualClock
from server.db.engine import Database
from server.embedded import PostgresProcess
from server.ledger.rollup_repository import verify_rollups
from server.stats.curve_repository import read_kept_curve
from server.stats.definitions import REPEAT_DAYS
from server.stats.figures import build_report
from server.stats.final_repository import read_parts
from server.stats.report import ShowReport
from server.stats.repository import read_show
from server.stats.series_report import SeriesReport
from server.stats.service import Reports, count
from server.workers.rollups import RollupKeeper
from tests.integration.stats.hand_made import CHANNEL, START
from tests.integration.stats.oracle import Oracle, in_currency, money_of
from tests.integration.stats.raw_world import LENGTH, Asked, Bought, Came, Did, Part, World, worlds, write
from tests.support.databases import copy_database, empty_database

LONG_AFTER = START + timedelta(days=200)
GUEST = Came(guest=True, remembered=False, suspect=False, staff=False, consent=None)
WATCHED = [(0, 3)]
GLANCED = [(0, 2)]


@pytest.fixture(scope="module")
def emptied_url(postgres: PostgresProcess, migrated_template: str) -> Iterator[str]:
    copy_database(postgres, "population", migrated_template)
    yield postgres.url("population")
    postgres.drop_database("population")


async def _report(url: str, world: World, *, as_variants: bool = False) -> tuple[ShowReport, SeriesReport]:
    """Return the figures of show `s`; `as_variants`: its two products are variants of a third one."""
    database = Database(url)
    empty_database(url)
    try:
        async with database.write() as connection:
            await write(connection, world)
            if as_variants:
                await connection.execute(_AS_VARIANTS)
                await connection.execute(_HAVE_OPTIONS)
        clock = ManualClock(LONG_AFTER)
        reports = Reports(database, clock)
        in_turn = await reports.recompute("s"), await reports.series("s", step_seconds=LENGTH)
        assert await _counted_by_rows(database, clock) == in_turn
        return in_turn
    finally:
        await database.close()


async def _counted_by_rows(database: Database, clock: ManualClock) -> tuple[ShowReport, SeriesReport]:
    """The same figures once the worker has derived the rows and made the shows final; the rows are what the facts say."""
    await RollupKeeper(database, clock).run_all()
    async with database.read() as connection:
        assert await verify_rollups(connection) == []
        show = await read_show(connection, "s", clock.now())
        assert show is not None
        assert await read_kept_curve(connection, show) is not None
        counted = await count(connection, show, timedelta(days=REPEAT_DAYS))
        parts = await read_parts(connection, show)
        assert parts.people is not None
        assert parts.acts is not None
    async with database.write() as connection:  # what is kept is what scans over the rows find
        await connection.execute(text("DELETE FROM final_report"))
        assert build_report(await count(connection, show, timedelta(days=REPEAT_DAYS))) == build_report(
            counted
        )
    return build_report(counted), await Reports(database, clock).series("s", step_seconds=LENGTH)


_AS_VARIANTS = text(
    """
    INSERT INTO product (id, channel_id, title, description, image, price_minor, currency, stock, sold, rank, active, options)
    SELECT 'heading', channel_id, 'Heading', '', '', 1, currency, 0, 0, 0, true, '["Size"]' FROM product LIMIT 1
    """
)
_HAVE_OPTIONS = text(
    """UPDATE product SET parent_id = 'heading', options = jsonb_build_object('Size', id) WHERE id <> 'heading'"""
)

# 50 guests of whom 37 watched 3 s; 39 bought, 2 of them without a view: the case that was found.
FOUND: World = {
    ("s", f"g{n}"): Part(
        GUEST,
        WATCHED if n < 37 else GLANCED,
        did=[Did("reaction", 9, 1, 1), Did("impression", 10, 1, 1)],
        bought=[Bought(20, 1, 1, False)] if n < 39 else [],
        asked=[Asked(30, "open", 1)],
    )
    for n in range(50)
}


# An account that was a guest before, and a guest who takes consent back between two shows and gives it again.
ACCOUNT = Came(guest=False, remembered=True, suspect=False, staff=False, consent=1_000)
AGREED = Came(guest=True, remembered=True, suspect=False, staff=False, consent=-60)
SPANS: World = {
    ("earlier", "a"): Part(AGREED, WATCHED),
    ("s", "a"): Part(ACCOUNT, WATCHED, bought=[Bought(20, 1, 1, False)]),
    ("earlier", "b"): Part(AGREED, WATCHED, bought=[Bought(5, 1, 1, False)], withdrew=[LENGTH + 86_400]),
    ("s", "b"): Part(AGREED, WATCHED, bought=[Bought(20, 1, 1, False)], withdrew=[LENGTH + 86_400]),
    ("later", "b"): Part(AGREED, WATCHED),
}


@given(worlds)
@example(FOUND)
@example(SPANS)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_figure_is_what_an_independent_count_finds(emptied_url: str, world: World) -> None:
    report, series = asyncio.run(_report(emptied_url, world))
    oracle = Oracle(world)
    check_audience(report, oracle)
    check_deeds(report, oracle)
    check_sales(report, oracle)
    check_products(report, oracle)
    check_repeat(report, oracle)
    check_series(series, report, oracle)
    check_shares(report.model_dump())
    check_sentences(report)


def check_audience(report: ShowReport, oracle: Oracle) -> None:
    audience, viewers = report.audience, oracle.viewers
    watched = [len(oracle.watched_seconds("s", p)) for p in viewers]
    at_once = oracle.concurrency()
    assert audience.viewers == len(viewers)
    assert audience.views == sum(oracle.visits_with_a_view("s", p) for p in viewers)
    assert audience.visits == sum(len(oracle.visits("s", p)) for p in viewers)
    came = {p: oracle.part("s", p).came for p in viewers}
    assert audience.guests == sum(c is not None and c.guest for c in came.values())
    assert audience.watch_time.total_seconds == sum(watched)
    assert audience.watch_time.mean_seconds == (pytest.approx(fmean(watched)) if watched else None)
    assert audience.watch_time.median_seconds == (median(watched) if watched else None)
    assert audience.concurrency.peak == max(at_once)
    assert audience.concurrency.average == pytest.approx(sum(watched) / LENGTH)
    for point in audience.retention:
        second = point.minute * 60
        joined = sum(oracle.watched_seconds("s", p)[0] <= second for p in viewers)
        assert (point.joined, point.present) == (joined, at_once[second])
    out = report.left_out
    there = {p: c for p in oracle.here if (c := oracle.part("s", p).came) is not None}
    assert out.staff == sum(oracle.staff("s", p) for p in oracle.here)
    assert out.suspected_bots == sum(oracle.suspect("s", p) for p in there)
    assert out.without_a_view == len([p for p in oracle.beside & there.keys() if there[p].joined])
    assert out.guests_without_consent == len(viewers - oracle.known_viewers())
    assert out.buyers_without_consent == len(oracle.buyers(viewers) - oracle.known_viewers())


def check_deeds(report: ShowReport, oracle: Oracle) -> None:
    engagement, questions = report.engagement, report.questions
    people, viewers, beside = oracle.honest, oracle.viewers, oracle.beside
    askers = {p for p in viewers if oracle.here[p].asked}
    taps = engagement.reactions
    assert (taps.sent, taps.without_a_view) == (
        oracle.sum_of(people, "reaction"),
        oracle.sum_of(beside, "reaction"),
    )
    senders = oracle.doers("reaction")
    assert taps.senders == len(senders)
    own = oracle.sum_of(viewers, "reaction")
    assert taps.mean_per_sender == (pytest.approx(own / len(senders)) if senders else None)
    assert (engagement.votes, engagement.votes_without_a_view) == (
        oracle.sum_of(people, "vote"),
        oracle.sum_of(beside, "vote"),
    )
    assert (engagement.shares, engagement.shares_without_a_view) == (
        oracle.sum_of(people, "share"),
        oracle.sum_of(beside, "share"),
    )
    assert engagement.sharers == len(oracle.doers("share"))
    assert engagement.engaged.part == len(askers | oracle.doers("reaction", "click", "share", "vote"))
    asked = {p: [a for a in part.asked if a.state != "dismissed"] for p, part in people.items()}
    assert questions.asked == sum(map(len, asked.values()))
    assert questions.asked_without_a_view == sum(len(asked[p]) for p in beside)
    assert questions.askers.part == sum(bool(asked[p]) for p in viewers)
    answered = [a for each in asked.values() for a in each if a.state == "answered"]
    waits = [a.answered_after for a in answered]
    assert questions.answered.part == len(answered)
    assert questions.median_answer_seconds == (median(waits) if waits else None)
    came, gaps, whole = oracle.funnel()
    assert [step.viewers for step in report.funnel.steps] == came
    assert [step.median_seconds_from_previous for step in report.funnel.steps] == gaps
    assert report.funnel.median_seconds_to_convert == whole


def check_sales(report: ShowReport, oracle: Oracle) -> None:
    windows = {"live": LENGTH, "24h": LENGTH + 86_400, "7d": LENGTH + 7 * 86_400, "30d": LENGTH + 30 * 86_400}
    for conversion in report.conversion:
        until = windows[conversion.window]
        assert conversion.rate is not None
        assert conversion.rate.part == len(oracle.buyers(oracle.viewers, until))
        assert conversion.rate.whole == len(oracle.viewers)
        assert conversion.without_a_view == len(oracle.buyers(oracle.beside, until))
    suspects = [p for p in oracle.here if oracle.suspect("s", p)]
    groups = {
        "viewers": oracle.orders(oracle.viewers),
        "without_a_view": oracle.orders(oracle.beside),
        "suspected_bots": oracle.orders(suspects),
        "staff": oracle.staff_orders(),
    }
    sold_in = {order.currency for orders in groups.values() for order in orders}
    assert [money.currency for money in report.money] == sorted(sold_in)
    for money in report.money:
        own = {name: in_currency(orders, money.currency) for name, orders in groups.items()}
        for name in ("without_a_view", "suspected_bots", "staff"):
            assert getattr(money, name).model_dump() == money_of(own[name]), name
        total = own["viewers"] + own["without_a_view"] + own["suspected_bots"]
        assert {k: getattr(money, k) for k in ("orders", "units", "gmv_minor")} == money_of(total)


def check_products(report: ShowReport, oracle: Oracle) -> None:
    viewers, people, beside = oracle.viewers, oracle.honest, oracle.beside
    suspects = [p for p in oracle.here if oracle.suspect("s", p)]
    names = [product.product for product in report.products]
    assert len(names) == len(set(names))
    seen = clicks = seen_clicks = clicked_orders = 0
    for product in report.products:
        n = int(product.product.removeprefix(f"{CHANNEL}-"))
        assert product.impressions == oracle.sum_of(people, "impression", n)
        assert product.impressed == len(oracle.doers("impression", product=n))
        assert product.clicks == oracle.sum_of(people, "click", n)
        assert product.clickers == len(oracle.doers("click", product=n))
        saw, opened = (oracle.doers(kind, product=n) for kind in ("impression", "click"))
        bought = {p for p in viewers if oracle.orders([p], n)}
        assert (product.ctr.part, product.ctr.whole) == (len(saw & opened), len(saw))
        assert (product.ctor.part, product.ctor.whole) == (len(opened & bought), len(opened))
        assert product.buyers == sum(bool(oracle.orders([p], n)) for p in viewers)
        sold, sold_beside = oracle.orders([*people, *suspects], n), oracle.orders(beside, n)
        assert (product.orders, product.units) == (len(sold), sum(b.quantity for b in sold))
        assert product.without_a_view.model_dump() == {
            "impressions": oracle.sum_of(beside, "impression", n),
            "clicks": oracle.sum_of(beside, "click", n),
            "orders": len(sold_beside),
            "units": sum(b.quantity for b in sold_beside),
        }
        assert [s.currency for s in product.sales] == (sorted({b.currency for b in sold}) or ["JPY"])
        for sales in product.sales:
            own = {k: getattr(sales, k) for k in ("orders", "units", "gmv_minor")}
            assert own == money_of(in_currency(sold, sales.currency))
            beside_own = money_of(in_currency(sold_beside, sales.currency))
            assert sales.without_a_view.model_dump() == beside_own
        seen += oracle.sum_of(viewers, "impression", n)
        clicks += oracle.sum_of(viewers, "click", n)
        for p in viewers:
            shown, clicked = oracle.sum_of([p], "impression", n), oracle.sum_of([p], "click", n)
            seen_clicks += min(shown, clicked)
            clicked_orders += min(clicked, len(oracle.orders([p], n)))
    ctr, ctor = report.clicks.ctr, report.clicks.ctor
    assert (ctr.per_action.part, ctr.per_action.whole) == (seen_clicks, seen)
    assert (ctor.per_action.part, ctor.per_action.whole) == (clicked_orders, clicks)
    saw_any, opened_any = oracle.doers("impression"), oracle.doers("click")
    assert (ctr.per_viewer.part, ctr.per_viewer.whole) == (len(saw_any & opened_any), len(saw_any))
    bought = opened_any & oracle.buyers(viewers)
    assert (ctor.per_viewer.part, ctor.per_viewer.whole) == (len(bought), len(opened_any))


def check_repeat(report: ShowReport, oracle: Oracle) -> None:
    repeat, known, lasting = report.repeat, oracle.known_viewers(), oracle.lasting()
    buyers = oracle.buyers(known)
    assert repeat.viewers_before is not None
    assert (repeat.viewers_before.part, repeat.viewers_before.whole) == (
        len(known & oracle.seen_before()),
        len(known),
    )
    assert repeat.viewers_again is not None
    assert (repeat.viewers_again.part, repeat.viewers_again.whole) == (len(oracle.seen_after()), len(lasting))
    assert repeat.buyers_before is not None
    assert (repeat.buyers_before.part, repeat.buyers_before.whole) == (
        len(buyers & oracle.bought_before()),
        len(buyers),
    )
    assert repeat.buyers_seen_before is not None
    assert repeat.buyers_seen_before.part == len(buyers & oracle.seen_before())
    assert repeat.buyers_in_period is not None
    customers, repeaters = oracle.customers()
    assert (repeat.buyers_in_period.rate.part, repeat.buyers_in_period.rate.whole) == (repeaters, customers)


def check_series(series: SeriesReport, report: ShowReport, oracle: Oracle) -> None:
    suspects = [p for p in oracle.here if oracle.suspect("s", p)]
    assert series.watching == [report.audience.concurrency.peak]
    assert series.reactions == [report.engagement.reactions.sent]
    assert series.clicks == [oracle.sum_of(oracle.honest, "click")]
    assert series.questions == [report.questions.asked]
    live = [b for b in oracle.orders([*oracle.honest, *suspects]) if b.at < LENGTH]
    assert series.orders == [len(live)]


def check_shares(found: Any) -> None:
    """No share anywhere is below 0 or above 1, no part greater than its whole, and no step than the one before."""
    if isinstance(found, list):
        for each in found:
            check_shares(each)
        if found and isinstance(found[0], dict) and "of_previous" in found[0]:
            counts = [step["viewers"] for step in found]
            assert counts == sorted(counts, reverse=True)
    if not isinstance(found, dict):
        return
    for name, value in found.items():
        if name == "share" or name.startswith("of_"):
            assert value is None or 0 <= value <= 1, (name, found)
        check_shares(value)
    if "part" in found:
        assert found["share"] == (found["part"] / found["whole"] if found["whole"] else None)


def check_sentences(report: ShowReport) -> None:
    """What is said stands in the figures, and no sentence has more of something than there is."""
    said = {headline.key: headline.numbers for headline in report.headlines}
    viewers = report.audience.viewers
    for key, part, whole in (
        ("bought", "buyers", "viewers"),
        ("buyers_seen_before", "seen_before", "recognisable"),
        ("engaged", "engaged", "viewers"),
        ("came_back", "returned", "recognisable"),
        ("bought_again", "again", "buyers"),
        ("answered", "answered", "asked"),
    ):
        if key in said:
            assert int(said[key][part]) <= int(said[key][whole]), key
    assert ("bought" in said) == bool(viewers)
    beside = sum(money.without_a_view.orders for money in report.money)
    told = [h.numbers["orders"] for h in report.headlines if h.key == "sold_without_a_view"]
    assert sum(map(int, told)) == beside
    assert ("nobody_yet" in said) == (not viewers and not report.money)


@given(worlds)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_variants_are_counted_under_their_product_and_nothing_is_lost(emptied_url: str, world: World) -> None:
    apart, _ = asyncio.run(_report(emptied_url, world))
    together, _ = asyncio.run(_report(emptied_url, world, as_variants=True))
    assert apart.model_dump(exclude={"products", "clicks", "headlines"}) == together.model_dump(
        exclude={"products", "clicks", "headlines"}
    )
    if not apart.products:
        assert not together.products
        return
    (heading,) = together.products
    for name in ("orders", "units", "impressions", "clicks"):
        assert getattr(heading, name) == sum(getattr(each, name) for each in apart.products)
    assert heading.buyers <= sum(each.buyers for each in apart.products)
    sold = [each for each in apart.products if each.orders]
    assert [(v.variant, v.orders, v.units, v.gmv_minor) for v in heading.variants] == [
        (each.product, each.orders, each.units, {s.currency: s.gmv_minor for s in each.sales if s.orders})
        for each in sold
    ]
