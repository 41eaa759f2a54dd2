"""A cart from its lines to its last refund, in currencies of 0, 2 and 3 decimals: nothing is gained or lost on the way."""

import random
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlalchemy import text

from server.running.vouchers import vouchers_with
from server.shop.product_takings import read_taken
from server.vouchers.rules import Terms
from server.vouchers.service import Wanted as WantedVoucher
from tests.conftest import MakeSettings
from tests.integration.payments.test_checkouts import WHOLE, fill
from tests.support.stage import CHANNEL, HOST, SHOW
from tests.support.till import Till, open_till

CURRENCIES = ("JPY", "USD", "KWD")
PRICES = {"JPY": (333, 1), "USD": (1_999, 7), "KWD": (12_345, 999)}
"""Of an apron and of a bowl, in minor units: none of them divides."""
RATE = 7_700
"""7.7 percent, in thousandths."""
_SETTINGS = """
    INSERT INTO checkout_settings (channel_id, buying, methods, tax_thousandths, tax_name, terms_text) VALUES (:channel, 'checkout',
        '[{"id": "post", "title": {"en": "Post"}, "price": 777, "free_from": null, "countries": ["JP"], "days": 3}]', :rate,
        '{"en": "VAT"}', '{"en": "All sales are final."}')
"""
_CURRENCY = "UPDATE channel SET currency = :currency WHERE id = :channel"
_PRICE = "UPDATE product SET currency = :currency, price_minor = :price WHERE id = :product"
_BY_CURRENCY = """
    SELECT o.currency, sum(o.amount_minor)::bigint AS sold,
           (SELECT sum(refunded_minor)::bigint FROM given_back AS g WHERE g.currency = o.currency) AS back
    FROM orders AS o GROUP BY o.currency
"""


@pytest.fixture
async def till(make_settings: MakeSettings) -> AsyncIterator[Till]:
    async with open_till(make_settings()) as till:
        async with till.stage.database.write() as connection:
            await connection.execute(text(_SETTINGS), {"channel": CHANNEL, "rate": RATE})
        vouchers = vouchers_with(till.stage.database, till.stage.clock).vouchers
        await vouchers.create(CHANNEL, HOST, WantedVoucher("SEVENTH", Terms("percent", percent=7)))
        yield till


async def sell_in(till: Till, currency: str) -> None:
    """Have the channel and its products go by another currency from now on."""
    async with till.stage.database.write() as connection:
        await connection.execute(text(_CURRENCY), {"currency": currency, "channel": CHANNEL})
        for product, price in zip(("p_apron", "p_bowl"), PRICES[currency], strict=True):
            given = {"currency": currency, "price": price, "product": product}
            await connection.execute(text(_PRICE), given)


async def test_a_cart_goes_back_unit_by_unit_to_the_minor_unit_and_currencies_never_add_up(
    till: Till,
) -> None:
    by_chance, expected = random.Random(7), dict[str, int]()
    for nth, currency in enumerate(CURRENCIES):
        await sell_in(till, currency)
        hold = await till.stage.hold(f"v_{nth}", ("p_apron", 3), ("p_bowl", 2))
        apron, bowl = PRICES[currency]
        filled = await fill(till, hold, replace(WHOLE, voucher="SEVENTH"))
        items = 3 * apron + 2 * bowl
        assert filled.sum.items == items
        assert abs(100 * filled.sum.discount - 7 * items) <= 50, "rounded once, to the nearest"
        assert filled.sum.total == items - filled.sum.discount + 777
        exact = filled.sum.total * RATE / (100_000 + RATE)
        assert abs(filled.sum.tax - exact) <= 0.5
        payment = await till.pay(hold)
        assert (payment.state, payment.amount_minor, payment.currency) == (
            "captured",
            filled.sum.total,
            currency,
        )
        head = await till.refunds.find_order(CHANNEL, str(payment.order_id))
        goods = sum(line.amount_minor for line in head.lines)
        assert goods == items - filled.sum.discount, "the lines' shares add up"
        units = [line.id for line in head.lines for _ in range(line.quantity)]
        by_chance.shuffle(units)
        went = [await till.give_back(head.id, (line, 1)) for line in units]
        assert all(each.state == "done" and each.currency == currency for each in went)
        assert sum(each.amount_minor for each in went) == goods
        rest = await till.give_back(head.id, everything=True)
        assert (rest.amount_minor, rest.shipping_minor, rest.lines) == (777, 777, ())
        assert rest.order_state == "refunded"
        now = await till.now(payment)
        assert now.refunded_minor == now.amount_minor == filled.sum.total
        expected[currency] = goods
    async with till.stage.database.read() as connection:
        sums = {row.currency: (row.sold, row.back) for row in await connection.execute(text(_BY_CURRENCY))}
        taken = await read_taken(connection, SHOW, CHANNEL, till.stage.clock.now())
    assert sums == {currency: (goods, goods) for currency, goods in expected.items()}
    assert taken.amount == expected
