"""Buyers are written at each step of their order, once, in their language, at the address of their checkout, and by nobody else's leave."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from server.access.principal import Principal
from server.fulfilment.buyer_mail import tell_buyer_beside
from server.fulfilment.mails import BuyerMails
from server.fulfilment.packing import Language
from server.fulfilment.shipping import Shipping
from server.fulfilment.shipping_rules import Parcel
from server.mail.channel_repository import lock_channel, update_channel
from server.mail.composing import Addresses
from server.mail.rules import hash_of
from server.mail.tokens import MailTokens
from server.payments.provider import Answer
from server.running.buyers import read_checked, read_kept
from server.shop.hold_rules import Hold
from server.shop.order_list import Wanted, read_orders
from server.shop.receipt_links import ReceiptLinks
from server.workers.mail import MailWorker, Outgoing
from tests.conftest import MakeSettings
from tests.integration.payments.test_checkouts import _SAY, WHOLE, fill
from tests.support.stage import CHANNEL, HOST, SECRET, SHOW
from tests.support.till import Till, open_till

BY = Principal(CHANNEL, HOST.viewer_id, HOST.name, HOST.role)
TRACK = "https://track.example/4711"


@pytest.fixture
async def till(make_settings: MakeSettings) -> AsyncIterator[Till]:
    """A channel that sells by its checkout, and writes."""
    async with open_till(make_settings()) as till:
        async with till.stage.database.write() as connection:
            await connection.execute(_SAY, {"channel": CHANNEL})
            await lock_channel(connection, CHANNEL)
            await update_channel(
                connection, CHANNEL, {"sender_address": "shop@example.com", "sender_name": "道具店"}
            )
        yield till


def mails_of(till: Till) -> BuyerMails:
    stage = till.stage
    addresses = Addresses("https://live.example", MailTokens(SECRET, None))
    receipts = ReceiptLinks(SECRET, stage.clock)
    return BuyerMails(stage.database, stage.clock, addresses, receipts, read_checked, read_kept=read_kept)


def shipping_of(till: Till) -> Shipping:
    async def tell(_orders: object) -> None:
        return None

    return Shipping(till.stage.database, till.stage.clock, tell, till.stage.checkouts)


async def queued(till: Till) -> list[Any]:
    """Write what is due, and return all messages, the first one first."""
    await mails_of(till).write_all()
    async with till.stage.database.read() as connection:
        rows = await connection.execute(text("SELECT * FROM mail_message ORDER BY id"))
        return list(rows.all())


async def outcomes(till: Till) -> list[tuple[str, str]]:
    async with till.stage.database.read() as connection:
        rows = await connection.execute(text("SELECT step, outcome FROM buyer_mail ORDER BY at, step"))
        return [(row.step, row.outcome) for row in rows]


async def order(till: Till, language: Language = "ja") -> str:
    """Pay for two bowls, and return the order's id."""
    hold = await filled(till, language)
    payment = await till.pay(hold)
    assert payment.order_id is not None
    return payment.order_id


async def filled(till: Till, language: Language = "ja") -> Hold:
    hold = await till.stage.hold("v_anna", ("p_bowl", 2))
    await fill(till, hold, replace(WHOLE, language=language))
    return hold


async def answered(answer: Answer) -> Answer:
    return answer


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_a_buyer_is_written_at_each_step_in_their_language(
    till: Till, language: Language, tmp_path: Path
) -> None:
    order_id = await order(till, language)
    await shipping_of(till).ship(BY, order_id, Parcel("Yamato", TRACK))
    till.stage.clock.at += timedelta(minutes=2)
    refund = await till.give_back(order_id, amount_minor=1000)
    await queued(till)
    bounced = Answer("bounced", "", why="expired_or_canceled_card", refund=refund.id)
    payment = await till.payments.find(str(refund.payment_id), "v_anna")
    for _ in range(2):
        await till.payments.settle(payment, lambda _: answered(bounced))
    messages = await queued(till)
    kinds = ["order_placed", "order_shipped", "order_refunded", "order_bounced"]
    assert [each.kind for each in messages] == kinds
    for each in messages:
        assert (each.address, each.language, each.bulk) == ("anna@example.com", language, False)
        (tmp_path / f"{each.kind}.{language}.html").write_text(each.html)
        (tmp_path / f"{each.kind}.{language}.txt").write_text(each.plain)
    placed, shipped, refunded, sent_back = messages
    for part in (placed.html, placed.plain):
        assert "https://live.example/receipt#" in part
        assert "神宮前 1-2-3" in part
        assert "For you" in part
        assert "JPY 5,500" in part, "lines and shipping"
    for part in (shipped.html, shipped.plain):
        assert TRACK in part
        assert "Yamato" in part
    assert "JPY" in refunded.subject
    assert "JPY 1,000" in sent_back.plain
    assert await queued(till) == messages, "once"


@pytest.mark.parametrize(
    ("method", "money"), [("secure", "引き落とされていません"), ("redirect", "JPY 1,500 は返金")]
)
async def test_who_pays_too_late_is_written_what_becomes_of_the_money(
    till: Till, method: str, money: str
) -> None:
    await till.stage.add_product("p_last", stock=1, buying="first_paid")
    late, paid = [await till.stage.hold(viewer, ("p_last", 1)) for viewer in ("v_anna", "v_ben")]
    for hold in (late, paid):
        await fill(till, hold, replace(WHOLE, language="ja"))
    payment = await till.pay(late, method)
    await till.pay(paid)
    await till.fake.decide(payment.provider_ref or "", approved=True)
    _, message = await queued(till)
    assert (message.kind, message.viewer_id) == ("order_too_late", "v_anna")
    for part in (message.html, message.plain):
        assert money in part
        assert "p_last" in part


async def test_a_step_is_told_once_however_often_it_is_said(till: Till) -> None:
    order_id = await order(till)
    for _ in range(3):
        async with till.stage.database.write() as connection:
            await tell_buyer_beside(connection, CHANNEL, order_id, "placed", till.stage.clock.now())
        assert len(await queued(till)) == 1


async def test_a_parcel_that_is_taken_back_at_once_is_not_told(till: Till) -> None:
    order_id = await order(till)
    shipping = shipping_of(till)
    shipped = await shipping.ship(BY, order_id, Parcel("Yamato", TRACK))
    assert len(await queued(till)) == 1, "not yet"
    await shipping.undo(BY, order_id, shipped.shipments[0].id)
    await shipping.ship(BY, order_id, Parcel("Sagawa", TRACK))
    till.stage.clock.at += timedelta(minutes=2)
    messages = await queued(till)
    assert [each.kind for each in messages] == ["order_placed", "order_shipped"]
    assert "Sagawa" in messages[1].plain


async def test_who_is_to_pay_later_is_told_how_and_until_when(till: Till) -> None:
    hold = await filled(till)
    payment = await till.pay(hold, "counter")
    assert payment.state == "pending"
    (message,) = await queued(till)
    assert message.kind == "order_pending"
    assert "JPY 5,500" in message.plain
    assert payment.redirect_url is None or payment.redirect_url in message.plain


async def turn_of(till: Till, *, keep: bool = True) -> Hold:
    """Have Anna, who once ordered in Japanese, wait for bowls that somebody gives back, and return her turn."""
    await fill(
        till, await till.stage.hold("v_anna", ("p_apron", 1)), replace(WHOLE, language="ja"), keep=keep
    )
    held = await till.stage.hold("v_berta", ("p_bowl", 3))
    await till.stage.join("v_anna", "p_bowl")
    await till.stage.holds.release(SHOW, held.id, "v_berta")
    (turn,) = [each for each in await till.stage.holds.list_own(SHOW, "v_anna") if each.origin == "waitlist"]
    return turn


async def test_whose_turn_it_is_and_who_does_not_look_is_written_once_where_their_address_is_kept(
    till: Till,
) -> None:
    turn = await turn_of(till)
    assert await queued(till) == [], "whoever is on the page sees it"
    till.stage.tick(20)
    (message,) = await queued(till)
    assert (message.kind, message.address, message.language) == ("order_turn", "anna@example.com", "ja")
    assert message.good_until == turn.expires_at
    assert f"https://live.example/shows/{SHOW}" in message.plain
    assert "順番をお待ちで" in message.plain
    till.stage.tick(20)
    assert len(await queued(till)) == 1, "once"


@pytest.mark.parametrize("why", ["kept nothing", "is there", "too late", "given up"])
async def test_a_turn_is_not_written_to_whom_it_is_no_news_or_of_no_use(till: Till, why: str) -> None:
    turn = await turn_of(till, keep=why != "kept nothing")
    if why == "is there":
        await fill(till, turn)
    if why == "given up":
        await till.stage.holds.release(SHOW, turn.id, "v_anna")
    till.stage.tick(3600 if why == "too late" else 20)
    assert await queued(till) == []
    assert await outcomes(till) == [("turn", "no_address" if why == "kept nothing" else "undone")]


async def test_a_mail_about_a_turn_that_waited_for_too_long_does_not_go(till: Till) -> None:
    await turn_of(till)
    till.stage.tick(20)
    await queued(till)
    till.stage.tick(3600)
    database, clock = till.stage.database, till.stage.clock
    addresses = Addresses("https://live.example", MailTokens(SECRET, None))
    outgoing = Outgoing(None, None, (timedelta(0), timedelta(0)))
    assert await MailWorker(database, clock, outgoing, MailTokens(SECRET, None), addresses).run_once() == 1
    (message,) = await queued(till)
    assert (message.state, message.error) == ("withheld", "too_late")


async def test_without_a_senders_or_a_buyers_address_nothing_is_sent(till: Till) -> None:
    hold = await till.stage.hold("v_guest", ("p_bowl", 1))
    async with till.stage.database.write() as connection:
        await connection.execute(text("UPDATE checkout_settings SET buying = 'one_step'"))
    await till.pay(hold)
    await order(till)
    async with till.stage.database.write() as connection:
        await update_channel(connection, CHANNEL, {"sender_address": ""})
    assert await queued(till) == []
    assert await outcomes(till) == [("placed", "no_sender")], "who had no checkout has left no address"


async def test_an_address_that_does_not_work_is_not_written_to(till: Till) -> None:
    order_id = await order(till)
    (message,) = await queued(till)
    async with till.stage.database.write() as connection:
        salt = (await lock_channel(connection, CHANNEL)).salt
    assert message.address_hash == hash_of("anna@example.com", salt), "the one that suppression knows"
    assert message.bulk is False
    assert order_id


async def test_an_order_is_found_by_its_buyers_name_and_address_in_its_own_channel(till: Till) -> None:
    order_id = await order(till)
    async with till.stage.database.read() as connection:
        for words, there in (
            (["ＡＮＮＡ"], True),
            (["anna@example"], True),
            (["anna", "bowl"], True),
            (["berta"], False),
        ):
            found = await read_orders(connection, CHANNEL, Wanted(words), after=None, limit=5)
            assert [each.order.order for each in found] == ([order_id] if there else []), words
        assert not await read_orders(connection, "elsewhere", Wanted(["anna"]), after=None, limit=5)
