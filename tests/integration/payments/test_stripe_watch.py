"""What somebody has to be woken for is measured, and the doctor names the channel."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import create_engine

from server.doctor import State
from server.doctor.finding import Finding
from server.doctor.payments import examine_payments
from server.payments.polling import measure
from server.settings import Settings
from tests.support.stripe_till import KEY, StripeTill, open_stripe_till
from tests.support.till import UNHEARD

WEEK = timedelta(days=7)


@pytest.fixture
async def shop(settings: Settings) -> AsyncIterator[StripeTill]:
    async with open_stripe_till(settings) as shop:
        yield shop


async def measured(shop: StripeTill) -> dict[str, float]:
    """Return what the metrics say now."""
    await measure(shop.till.stage.database, shop.till.stage.clock.now())
    names = ("refunding_seconds", "keys_refused", "accounts_unheard", "disputes")
    return {name: REGISTRY.get_sample_value(f"showfloor_payment_{name}") or 0.0 for name in names}


def diagnosis(settings: Settings, **others: object) -> Finding:
    """Return what the doctor says of payments."""
    assert settings.database_url is not None
    engine = create_engine(settings.database_url)
    try:
        with engine.connect() as connection:
            given = {"public_url": "https://shows.example", **others}
            return examine_payments(connection, settings.model_copy(update=given))
    finally:
        engine.dispose()


async def test_webhooks_that_never_come_are_missed_once_money_has(
    shop: StripeTill, settings: Settings
) -> None:
    assert (await measured(shop))["accounts_unheard"] == 0, "nobody has paid"
    payment = await shop.pay()
    shop.books.pay(str(payment.provider_ref))
    await shop.till.let_happen(UNHEARD)
    assert (await measured(shop))["accounts_unheard"] == 0, "they may be on their way"
    shop.till.stage.clock.at += timedelta(minutes=11)
    assert (await measured(shop))["accounts_unheard"] == 1
    found = diagnosis(settings)
    assert (found.state, "demo" in found.what) == (State.BROKEN, True)
    await shop.hear(shop.books.telling.events[-1])
    assert (await measured(shop))["accounts_unheard"] == 0
    assert diagnosis(settings).state is State.ADVICE, "it is a key for tests"
    assert diagnosis(settings, public_url=None).mend == "set SHOWFLOOR_PUBLIC_URL"


async def test_a_key_that_is_refused_a_refund_that_waits_and_a_dispute_are_measured(
    shop: StripeTill, settings: Settings
) -> None:
    payment = await shop.pay("paypay")
    assert (await shop.till.payments.cancel(payment.id, "v_1")).state == "cancelled"
    session = shop.books.sessions[str(payment.provider_ref)]
    session["status"] = "open"
    shop.books.pay(session["id"], "paypay")
    shop.books.dispute(session["id"])
    shop.account.refunds = "pending"
    await shop.hear(
        *(each for each in shop.books.telling.events if each["type"] != "checkout.session.expired")
    )
    assert await shop.state(payment) in ("refunding", "refunded")
    seen = await measured(shop)
    assert (seen["disputes"], seen["keys_refused"]) == (1, 0)
    del shop.peer.accounts[KEY]
    await shop.pay(viewer="v_2")
    assert (await measured(shop))["keys_refused"] == 1
    found = diagnosis(settings)
    assert (found.state, "demo" in found.what) == (State.BROKEN, True)


async def test_money_that_waits_to_go_back_grows_old(shop: StripeTill) -> None:
    payment = await shop.pay("paypay")
    assert (await shop.till.payments.cancel(payment.id, "v_1")).state == "cancelled"
    session = shop.books.sessions[str(payment.provider_ref)]
    session["status"] = "open"
    shop.peer.faults["refund"] = ["error"] * 50
    shop.books.pay(session["id"], "paypay")
    await shop.hear(shop.books.telling.events[-1])
    assert await shop.state(payment) == "refunding"
    shop.till.stage.clock.at += timedelta(minutes=40)
    assert (await measured(shop))["refunding_seconds"] == 2400
