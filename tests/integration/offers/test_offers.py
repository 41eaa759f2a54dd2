"""Offers in the journal: prepared, opened, shown to those they are for, and closed."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from server.errors import RefusedError
from server.http.proofs import as_csv, as_json
from server.http.versions import ANY_VERSION, Match
from server.offers.proof import Line, read_proof
from server.offers.rules import Offer
from server.offers.service import Wanted
from server.offers.showing import Look, Seen
from server.protocol.codes import Code
from tests.support.numbers import numbers_in
from tests.support.reducer import assert_snapshot_plus_pushes_equals_fresh, see
from tests.support.stage import CHANNEL, ELSEWHERE, HOST, MODERATOR, SHOW, Stage, refused

APRON = Wanted("p_apron", 800)


async def prepare(stage: Stage, wanted: Wanted = APRON, *, show: str = SHOW, **changed: Any) -> Offer:
    return await stage.offers.prepare(show, CHANNEL, HOST, replace(wanted, **changed))


async def opened(stage: Stage, wanted: Wanted = APRON, **changed: Any) -> str:
    offer = await prepare(stage, wanted, **changed)
    await stage.offers.open(SHOW, HOST, offer.id)
    return offer.id


async def look(stage: Stage, offer: str, viewer: str = "v_ann", code: str | None = None) -> Seen:
    return await stage.offers.showing.see(SHOW, Look(viewer, offer, code))


async def rows(stage: Stage, asked: str) -> list[tuple[Any, ...]]:
    async with stage.database.read() as connection:
        return [tuple(row) for row in await connection.execute(text(asked))]


async def standing(stage: Stage, offer: str) -> Offer:
    return await stage.offers.find(offer, CHANNEL)


async def test_an_offer_is_opened_and_closed_and_a_receiver_can_follow(stage: Stage) -> None:
    first = await prepare(stage, units_max=3, per_viewer_max=2, seconds=60)
    second = await prepare(stage, Wanted("p_bowl", 2000))
    old = await see(stage.database, SHOW)
    assert "offers" not in old.public, "nobody knows of what was prepared"
    assert await stage.offers.open(SHOW, HOST, first.id) == "open"
    assert await stage.offers.open(SHOW, HOST, first.id) == "open"
    await stage.offers.open(SHOW, MODERATOR, second.id)
    public, staff = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert [push["type"] for push in public] == ["offer.opened", "offer.opened"], (
        "to open twice is to open once"
    )
    assert 800 not in numbers_in(public), "the price is told to those it is for, and recorded"
    assert staff[0]["offer"]["price"] == 800
    for _ in range(2):
        assert await stage.offers.close(SHOW, HOST, first.id) == "closed"
    await stage.shows.end(SHOW, HOST)
    public, _ = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    closed = [(push["offer"], push["why"]) for push in public if push["type"] == "offer.closed"]
    assert closed == [(first.id, "host"), (second.id, "show_ended")]
    with refused(Code.SHOW_NOT_LIVE):
        await prepare(stage)
    actions = [row.action for row in await stage.audits() if row.action.startswith("offer.")]
    assert actions == ["offer.prepare", "offer.prepare", "offer.open", "offer.open", "offer.close"]


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (Wanted("p_apron", 0), Code.INVALID),
        (Wanted("p_apron", 1001), Code.PRICE_CHANGED),
        (Wanted("p_other", 10), Code.INVALID),
        (Wanted("p_gone", 10), Code.INVALID),
        (Wanted("p_none", 10), Code.INVALID),
        (replace(APRON, units_max=0), Code.INVALID),
        (replace(APRON, seconds=1), Code.INVALID),
        (replace(APRON, per_viewer_max=100), Code.INVALID),
        (replace(APRON, audience="segment"), Code.INVALID),
        (replace(APRON, audience="segment", segment="g_none"), Code.INVALID),
        (replace(APRON, segment="new"), Code.INVALID),
        (replace(APRON, audience="code"), Code.INVALID),
        (replace(APRON, audience="code", code="abc"), Code.INVALID),
        (replace(APRON, code="abcdef"), Code.INVALID),
    ],
)
async def test_what_no_offer_may_be_is_refused_and_nothing_is_kept(
    stage: Stage, wanted: Wanted, code: Code
) -> None:
    with refused(code):
        await prepare(stage, wanted)
    kept = await prepare(stage)
    with refused(code):
        await stage.offers.change(kept.id, CHANNEL, HOST, wanted, ANY_VERSION)
    assert await stage.offers.list_of(SHOW, CHANNEL) == [kept]
    assert [row.action for row in await stage.audits()] == ["offer.prepare"]


async def test_a_product_with_variants_or_outside_the_line_up_is_not_offered(stage: Stage) -> None:
    await stage.add_product("p_cup", options=["Glaze"], stock=0)
    await stage.add_product("p_white", parent_id="p_cup", options={"Glaze": "white"})
    with refused(Code.INVALID):
        await prepare(stage, Wanted("p_cup", 500))
    white = await prepare(stage, Wanted("p_white", 500))
    bowl = await prepare(stage, Wanted("p_bowl", 500))
    async with stage.database.write() as connection:
        await connection.execute(
            text(
                "INSERT INTO line_up (show_id, product_id, rank, price_minor) VALUES ('demo', 'p_cup', 1, 400)"
            )
        )
    with refused(Code.INVALID):
        await stage.offers.open(SHOW, HOST, bowl.id)
    with refused(Code.PRICE_CHANGED):  # the line-up's price is below it by now
        await stage.offers.open(SHOW, HOST, white.id)
    assert {(await standing(stage, each.id)).state for each in (white, bowl)} == {"prepared"}


async def test_one_product_has_one_open_offer_and_what_is_closed_does_not_open_again(stage: Stage) -> None:
    first, second = await prepare(stage), await prepare(stage)
    with refused(Code.CONFLICT):
        await stage.offers.close(SHOW, HOST, first.id)
    both = [first.id, second.id]
    answers = await asyncio.gather(
        *(stage.offers.open(SHOW, HOST, each) for each in both), return_exceptions=True
    )
    won, lost = sorted(both, key=lambda each: answers[both.index(each)] != "open")
    refusal = answers[both.index(lost)]
    assert isinstance(refusal, RefusedError)
    assert (refusal.code, refusal.data) == (Code.CONFLICT, {"current": {"offer": won}})
    await stage.offers.close(SHOW, HOST, won)
    with refused(Code.OFFER_CLOSED):
        await stage.offers.open(SHOW, HOST, won)
    assert await stage.offers.open(SHOW, HOST, lost) == "open"


async def test_what_was_open_is_not_changed_and_a_stale_version_neither(stage: Stage) -> None:
    offer = await prepare(stage)
    changed = await stage.offers.change(
        offer.id, CHANNEL, HOST, replace(APRON, price_minor=700), Match('"1"')
    )
    assert (changed.terms.price_minor, changed.version) == (700, 2)
    for stale in (
        stage.offers.change(offer.id, CHANNEL, HOST, APRON, Match('"1"')),
        stage.offers.remove(offer.id, CHANNEL, HOST, Match('"1"')),
    ):
        with refused(Code.CONFLICT):
            await stale
    await stage.offers.open(SHOW, HOST, offer.id)
    for late in (
        stage.offers.change(offer.id, CHANNEL, HOST, APRON, ANY_VERSION),
        stage.offers.remove(offer.id, CHANNEL, HOST, ANY_VERSION),
    ):
        with refused(Code.CONFLICT):
            await late
    for foreign in (
        stage.offers.find(offer.id, ELSEWHERE),
        stage.offers.list_of(SHOW, ELSEWHERE),
        stage.offers.remove(offer.id, ELSEWHERE, HOST, ANY_VERSION),
    ):
        with refused(Code.NOT_FOUND):
            await foreign


async def test_an_offer_opens_at_its_time_and_closes_when_it_is_over(stage: Stage, second: Stage) -> None:
    at = stage.clock.now() + timedelta(seconds=10)
    offer = (await prepare(stage, starts_at=at, seconds=60)).id
    blocked = (await prepare(stage, starts_at=at)).id
    await stage.offers.settle()
    assert (await standing(stage, offer)).state == "prepared"
    stage.tick(10)
    second.clock.at = stage.clock.at
    await asyncio.gather(stage.offers.settle(), second.offers.settle())
    now = await standing(stage, offer)
    assert (now.state, now.opened_at, now.closes_at) == ("open", at, at + timedelta(seconds=60))
    assert (await standing(stage, blocked)).start_refused == "conflict", (
        "it is tried once, and the studio says why"
    )
    assert await rows(stage, "SELECT count(*) FROM publication WHERE type = 'offer.opened'") == [(1,)]
    assert (await look(stage, offer)).units_left == 10
    stage.tick(60)
    with refused(Code.OFFER_CLOSED):  # by the clock alone, before anything has closed it
        await look(stage, offer)
    await stage.offers.settle()
    now = await standing(stage, offer)
    assert (now.state, now.closed_why) == ("closed", "time")


async def test_a_segment_that_was_deleted_opens_no_offer(stage: Stage) -> None:
    await segment(stage, "g_fans")
    by_host = await prepare(stage, audience="segment", segment="g_fans")
    at = stage.clock.now()
    by_time = await prepare(stage, Wanted("p_bowl", 2000), audience="segment", segment="g_fans", starts_at=at)
    async with stage.database.write() as connection:
        await connection.execute(text("DELETE FROM segment"))
    with refused(Code.INVALID):
        await stage.offers.open(SHOW, HOST, by_host.id)
    await stage.offers.settle()
    assert (await standing(stage, by_time.id)).start_refused == "invalid"


async def segment(stage: Stage, id: str) -> None:
    async with stage.database.write() as connection:
        await connection.execute(
            text("""
                INSERT INTO segment (id, channel_id, name, rule, version, created_at, changed_at) VALUES
                (:id, 'demo', :id, '{"metric": "orders", "op": ">=", "value": 1}', 1, now(), now())"""),
            {"id": id},
        )


async def test_the_server_alone_decides_to_whom_an_offer_is_open(stage: Stage) -> None:
    """Ann was there before and bought once; Ben bought twice; Cat is new; a guest without consent is nobody."""
    await segment(stage, "g_buyers")
    await stage.add_show("before", state="ended")
    async with stage.database.write() as connection:
        for show, viewer in (
            ("before", "v_ann"),
            ("before", "v_ben"),
            (SHOW, "v_cat"),
            ("before", "v_guest"),
        ):
            await connection.execute(
                text("""
                    INSERT INTO rollup (show_id, viewer_id, views, guest, remembered)
                    VALUES (:show, :viewer, 1, :guest, false)"""),
                {"show": show, "viewer": viewer, "guest": viewer == "v_guest"},
            )
    stage.tick()
    for viewer in ("v_ann", "v_ben", "v_ben"):
        await stage.buy(viewer, "p_bowl")
    async with stage.database.write() as connection:
        await connection.execute(text("UPDATE rollup SET guest = false WHERE guest IS NULL"))
    stage.tick()
    everyone = {"v_ann", "v_ben", "v_cat", "v_guest"}
    for wanted, inside in (
        (replace(APRON, audience="everyone"), everyone),
        (replace(APRON, audience="returning"), {"v_ann", "v_ben"}),
        (replace(APRON, audience="repeat_buyers"), {"v_ben"}),
        (replace(APRON, audience="segment", segment="g_buyers"), {"v_ann", "v_ben"}),
    ):
        offer = await opened(stage, wanted)
        seen = await asyncio.gather(
            *(look(stage, offer, v) for v in sorted(everyone)), return_exceptions=True
        )
        got_in = {v for v, each in zip(sorted(everyone), seen, strict=True) if isinstance(each, Seen)}
        assert got_in == inside, wanted.audience
        codes = {each.code for each in seen if isinstance(each, RefusedError)}
        assert codes <= {Code.NOT_IN_AUDIENCE}
        shown = await rows(stage, f"SELECT viewer_id FROM offer_shown WHERE offer_id = '{offer}' ORDER BY 1")
        assert {viewer for (viewer,) in shown} == inside, "who was not shown it is not said to have been"
        await stage.offers.close(SHOW, HOST, offer)


async def test_holders_of_a_code_give_it_once_and_it_is_kept_as_a_digest(stage: Stage, second: Stage) -> None:
    offer = await opened(stage, audience="code", code="Spring 26")
    with refused(Code.NOT_IN_AUDIENCE):
        await look(stage, offer)
    with refused(Code.NOT_IN_AUDIENCE):
        await look(stage, offer, code="spring 27")
    assert (await look(stage, offer, code="ＳＰＲＩＮＧ２６")).units_left == 10
    assert isinstance(await look(second, offer), Seen), "on every process, without the code"
    with refused(Code.NOT_IN_AUDIENCE):
        await look(stage, offer, "v_ben")
    kept = await rows(stage, "SELECT code_hash FROM offer")
    assert "spring" not in str(kept).casefold()
    async with stage.database.write() as connection:  # Ann signs in: the guest's code is hers
        await connection.execute(
            text("""
                INSERT INTO viewer_alias (id, show_id, raw, canonical, at) VALUES ('va_1', 'demo', 'v_ann', 'm_ann', now())""")
        )
    assert isinstance(await look(stage, offer, "m_ann"), Seen)


async def test_a_crowd_is_shown_an_offer_in_a_few_statements_and_each_of_them_once(
    stage: Stage,
) -> None:
    offer = await opened(stage, units_max=500, seconds=60)
    statements: list[str] = []

    def note(*told: Any) -> None:
        statements.append(told[2])

    event.listen(stage.database.engine.sync_engine, "before_cursor_execute", note)
    crowd = [f"v_{n}" for n in range(1_000)]
    seen = await asyncio.gather(*(look(stage, offer, viewer) for viewer in crowd))
    assert len(statements) < 20, statements
    assert {each.units_left for each in seen} == {10}, "never more than there are, whatever the limit says"
    stage.tick()
    await look(stage, offer, "v_1")
    kept = await rows(
        stage, "SELECT count(*), count(DISTINCT at), min(price_minor), max(units_left) FROM offer_shown"
    )
    assert kept == [(1_000, 1, 800, 10)]


async def test_a_rehearsal_leaves_offers_as_they_were_prepared(stage: Stage) -> None:
    await stage.add_show("tomorrow", state="scheduled")
    offer = await prepare(stage, show="tomorrow", seconds=60)
    await stage.shows.step("tomorrow", HOST, "rehearse", CHANNEL)
    assert await stage.offers.open("tomorrow", HOST, offer.id) == "open"
    await stage.shows.step("tomorrow", HOST, "schedule", CHANNEL)
    now = await standing(stage, offer.id)
    assert (now.state, now.opened_at, now.terms) == ("prepared", None, offer.terms)
    with refused(Code.SHOW_NOT_LIVE):
        await stage.offers.open("tomorrow", HOST, offer.id)


async def test_webhooks_tell_that_an_offer_opened_and_closed(stage: Stage) -> None:
    async with stage.database.write() as connection:
        await connection.execute(
            text("""
                INSERT INTO webhook_endpoint (id, channel_id, url, events, description, state, secret, version, created_at)
                VALUES ('w_1', 'demo', 'https://a.example', '{offer.opened,offer.closed}', '', 'on', 'x', 1, now())""")
        )
    offer = await opened(stage, units_max=5, audience="code", code="secret")
    await stage.offers.close(SHOW, HOST, offer)
    told = await rows(stage, "SELECT type, payload FROM webhook_event ORDER BY id")
    assert [type for type, _ in told] == ["offer.opened", "offer.closed"]
    assert all("secret" not in payload for _, payload in told)
    assert '"why":"host"' in told[1][1]


async def test_the_proof_says_in_order_who_was_shown_what(stage: Stage) -> None:
    offer = await opened(stage, seconds=60)
    stage.tick()
    await look(stage, offer)
    stage.tick()
    await stage.offers.close(SHOW, HOST, offer)
    async with stage.database.read() as connection:
        lines = await read_proof(connection, SHOW)
    assert [line.event for line in lines] == ["offer_opened", "offer_shown", "offer_closed"]
    assert (lines[1].viewer, lines[1].price_minor, lines[1].units) == ("v_ann", 800, 10)
    written = "".join(as_csv(Line, lines)).splitlines()
    assert written[0].startswith('"at","event","offer"')
    assert len(written) == 4
    assert b"".join(as_json(Line, lines)).count(b"\n") == 3
