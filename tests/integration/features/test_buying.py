"""How a product is bought: as it says itself, else as its channel says; what goes by the checkout is not sold in one step."""

import pytest
from msgspec import UNSET
from sqlalchemy import text

from server.catalogue.wanted import WantedProduct
from server.protocol.codes import Code
from server.shop.shelf import read_shelf
from tests.support.stage import CHANNEL, ELSEWHERE, HOST, SHOW, Stage, refused

_SAY = text("INSERT INTO checkout_settings (channel_id, buying) VALUES (:channel, :buying)")


async def say(stage: Stage, buying: str, channel: str = CHANNEL) -> None:
    async with stage.database.write() as connection:
        await connection.execute(_SAY, {"channel": channel, "buying": buying})


@pytest.mark.parametrize(
    ("channel", "product", "seen"),
    [
        (None, None, UNSET),
        (None, "checkout", "checkout"),
        ("one_step", None, UNSET),
        ("one_step", "checkout", "checkout"),
        ("checkout", None, "checkout"),
        ("checkout", "one_step", UNSET),
    ],
)
async def test_a_product_is_bought_as_it_says_and_else_as_its_channel(
    stage: Stage, channel: str | None, product: str | None, seen: object
) -> None:
    await say(stage, "checkout", ELSEWHERE)  # is nothing to this channel
    if channel is not None:
        await say(stage, channel)
    await stage.add_product("p_sold", buying=product)
    await stage.add_product("p_head", options=["Size"], buying=product, stock=0)
    await stage.add_product("p_small", parent_id="p_head", options={"Size": "S"})
    async with stage.database.read() as connection:
        shelf = {each.id: each.buying for each in await read_shelf(connection, SHOW, CHANNEL)}
    assert (shelf["p_sold"], shelf["p_head"]) == (seen, seen)
    for sold in ("p_sold", "p_small"):
        if seen is UNSET:
            assert (await stage.buy("v_1", sold)).order.quantity == 1
        else:
            with refused(Code.CHECKOUT_NEEDED):
                await stage.buy("v_1", sold)
            assert (await stage.hold("v_1", (sold, 1))).state == "placed"


async def test_an_edit_says_how_a_product_is_bought_and_other_edits_leave_it(stage: Stage) -> None:
    edited = await stage.catalogue.create(
        CHANNEL, HOST, WantedProduct(title="Bowl", price_minor=100, buying="checkout", sku="bowl")
    )
    assert edited.head.buying == "checkout"
    for wanted, buying in (
        (WantedProduct(title="Basin"), "checkout"),
        (WantedProduct(buying="one_step"), "one_step"),
        (WantedProduct(buying=None), None),
    ):
        after = await stage.catalogue.change(CHANNEL, HOST, edited.head.id, wanted, lambda version, now: None)
        assert after.head.buying == buying
    assert [each.details.get("changed") for each in await stage.audits()][1:] == [
        ["title"],
        ["buying"],
        ["buying"],
    ]
