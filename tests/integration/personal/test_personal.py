"""A viewer who comes again: what may fit them, what the host may know of them, and neither without consent."""

from datetime import timedelta

from server.audit.trail import Actor
from server.stats.lifetime.membership import Membership
from server.stats.lifetime.rfm import GROUPS
from server.stats.lifetime.segment_service import Segments
from server.stats.lifetime.segments import LIFECYCLES
from server.stats.lifetime.service import Lifetimes
from tests.integration.personal.personal_world import World
from tests.integration.stats.hand_made import CHANNEL, START

EVERYBODY = ["anna", "ben", "chie", "newcomer", "eve", "fumi"]


async def test_the_hosts_card_says_who_came_back_and_what_they_bought(world: World) -> None:
    found = await world.cards_of()
    assert set(found) == {"anna", "ben"}, (
        "not of who comes for the first time, nor of a guest who did not agree"
    )
    anna, ben = found["anna"], found["ben"]
    assert (anna.visits_before, anna.orders, anna.spent, anna.currency) == (2, 2, 3_000, "JPY")
    assert (anna.segment, ben.segment) == ("repeat_buyer", "returning")
    assert (ben.visits_before, ben.orders, ben.spent) == (2, 1, 500)
    assert anna.last_purchase is not None
    assert anna.last_purchase.at == "2026-01-10T12:20:00.000Z"
    assert anna.last_purchase.title == "=Product 1"


async def test_who_is_back_after_a_long_time_is_returning_though_their_view_is_not_counted_yet(
    world: World,
) -> None:
    await world.run("UPDATE rollup SET views = 0 WHERE show_id = 'now'")
    await world.run("UPDATE show SET started_at = started_at - interval '200 days' WHERE id <> 'now'")
    assert (await world.cards_of("ben"))["ben"].segment == "returning"


async def test_a_card_is_gone_with_the_consent_though_it_was_kept(world: World) -> None:
    assert set(await world.cards_of("ben")) == {"ben"}
    await world.withdraw("ben")
    assert await world.cards_of("ben") == {}
    assert set(await world.cards_of("anna")) == {"anna"}


async def test_who_is_staff_or_a_suspect_has_no_card(world: World) -> None:
    await world.run("UPDATE question SET role = 'moderator' WHERE viewer_id = 'anna'")
    await world.run("UPDATE rollup SET suspect = true WHERE show_id = 'now' AND viewer_id = 'ben'")
    assert await world.cards_of() == {}


async def test_what_was_asked_about_opened_and_bought_comes_first_in_that_order(world: World) -> None:
    assert [(each.product, each.why) for each in await world.for_you("anna")] == [
        (f"{CHANNEL}-2", "asked"),
        (f"{CHANNEL}-1", "bought"),
    ]
    (ben, bought) = await world.for_you("ben", guest=True)
    assert (ben.product, ben.why, ben.at) == (f"{CHANNEL}-1", "clicked", "2026-01-10T12:12:00.000Z")
    assert (bought.product, bought.why) == (f"{CHANNEL}-2", "bought")
    assert await world.for_you("newcomer") == []


async def test_nothing_that_is_sold_out_or_not_sold_is_named(world: World) -> None:
    await world.run(f"UPDATE product SET stock = 0 WHERE id = '{CHANNEL}-2'")
    assert [each.product for each in await world.for_you("anna")] == [f"{CHANNEL}-1"]
    world.clock.at += timedelta(seconds=10)
    await world.run(f"UPDATE product SET active = false WHERE id = '{CHANNEL}-1'")
    assert await world.for_you("anna") == []


async def test_what_stood_beside_something_bought_goes_with_it(world: World) -> None:
    for rank, product in enumerate((f"{CHANNEL}-1", f"{CHANNEL}-2")):
        await world.run(
            "INSERT INTO line_up (show_id, product_id, rank) VALUES ('earlier', :product, :rank)",
            product=product,
            rank=rank,
        )
    await world.run("DELETE FROM question WHERE viewer_id = 'anna'")
    first, *_ = await world.for_you("anna")
    assert (first.product, first.why, first.about) == (f"{CHANNEL}-2", "goes_with", "=Product 1")


async def test_without_consent_nothing_is_for_you(world: World) -> None:
    assert await world.for_you("ben", guest=True, agreed=False) == []
    await world.withdraw("ben")
    assert await world.for_you("ben", guest=True) == [], "the token from before says nothing any more"


async def test_what_a_guest_did_before_they_signed_in_is_theirs_until_that_is_taken_back(
    world: World,
) -> None:
    await world.run(
        """INSERT INTO viewer_alias (id, show_id, raw, canonical, at) VALUES ('va', 's', 'ben', 'newcomer', :at)""",
        at=START,
    )
    assert [each.why for each in await world.for_you("newcomer")] == ["clicked", "bought"]
    await world.run("UPDATE viewer_alias SET taken_back_at = at")
    assert await world.for_you("newcomer") == []


async def test_who_is_in_a_segment_now_is_answered_for_a_few_as_for_everybody(world: World) -> None:
    lifetimes = Lifetimes(world.database, world.clock)
    segments, membership = (
        Segments(world.database, world.clock, lifetimes),
        Membership(world.database, world.clock),
    )
    rule = {
        "all": [
            {"metric": "orders", "op": ">=", "value": 1, "days": 30},
            {"metric": "shows", "op": ">", "value": 1},
        ]
    }
    saved = await segments.create(CHANNEL, Actor("m", "M", "host"), "Buyers who came back", rule)
    counted = 0
    for segment in (*LIFECYCLES, *GROUPS, saved.id):
        everybody = set(await segments.viewers(CHANNEL, segment, None, after=None, limit=100))
        found = await membership.who_is_in(CHANNEL, segment, EVERYBODY)
        assert found == everybody & set(EVERYBODY), segment
        counted += len(found)
    assert counted > 4
    assert await membership.is_in(CHANNEL, "repeat_buyer", "anna")
    assert await membership.is_in(CHANNEL, saved.id, "ben")
    await world.withdraw("ben")
    assert not await membership.is_in(CHANNEL, saved.id, "ben")
