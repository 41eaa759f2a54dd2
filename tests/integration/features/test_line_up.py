"""Line-ups: what a show sells, in which order and at which price; changed before the show and in it."""

import asyncio

import pytest

from server.http.versions import ANY_VERSION
from server.protocol.codes import Code
from server.shows.line_up_repository import LineUpItem, ShowStaff
from tests.support.reducer import assert_snapshot_plus_pushes_equals_fresh, see
from tests.support.stage import CHANNEL, HOST, SHOW, Stage, refused

ANY = ANY_VERSION


async def arrange(stage: Stage, *items: LineUpItem, show: str = SHOW) -> None:
    """Give the show a line-up."""
    await stage.planning.arrange(show, CHANNEL, HOST, items, ANY)


async def sold(stage: Stage, show: str = SHOW) -> list[tuple[str, int]]:
    """Return what the show sells, with prices, as viewers see it."""
    products = (await see(stage.database, show)).public["products"]
    return [(product["id"], product["price"]) for product in products]


async def test_without_a_line_up_the_whole_catalogue_is_sold(stage: Stage) -> None:
    assert await sold(stage) == [("p_apron", 1000), ("p_bowl", 2500)]
    await arrange(stage, LineUpItem("p_bowl"))
    await arrange(stage)
    assert await sold(stage) == [("p_apron", 1000), ("p_bowl", 2500)]


async def test_a_line_up_has_its_own_order_and_prices_and_nothing_else_is_sold(stage: Stage) -> None:
    await stage.add_product("p_cup", rank=3)
    await arrange(stage, LineUpItem("p_cup"), LineUpItem("p_bowl", 2000))
    assert await sold(stage) == [("p_cup", 1000), ("p_bowl", 2000)]
    with refused(Code.PRICE_CHANGED) as changed:
        await stage.buy("v_ann", "p_bowl", price=2500)
    assert changed.value.data["price"] == 2000
    receipt = await stage.buy("v_ann", "p_bowl", price=2000)
    assert (receipt.order.unit_price_minor, receipt.order.amount_minor) == (2000, 2000)
    with refused(Code.NOT_FOUND):
        await stage.buy("v_ann", "p_apron")
    with refused(Code.NOT_FOUND):
        await stage.shop.pin_product(SHOW, HOST, "p_apron")


async def test_a_product_may_be_given_away_in_a_show(stage: Stage) -> None:
    await arrange(stage, LineUpItem("p_bowl", 0))
    assert (await stage.buy("v_ann", "p_bowl", price=0)).order.amount_minor == 0


async def test_another_show_sells_at_its_own_price(stage: Stage) -> None:
    await stage.add_show("other")
    await arrange(stage, LineUpItem("p_bowl", 2000))
    assert (await stage.buy("v_ann", "p_bowl", show="other")).order.amount_minor == 2500
    assert (await stage.products())["p_bowl"] == (2, 1)


async def test_a_changed_line_up_is_pushed_whole_and_unpins_what_it_lacks(stage: Stage) -> None:
    old = await see(stage.database, SHOW)
    await stage.shop.pin_product(SHOW, HOST, "p_apron")
    await stage.buy("v_ann", "p_bowl")
    await arrange(stage, LineUpItem("p_bowl", 1500))
    await stage.buy("v_ben", "p_bowl")
    await arrange(stage, LineUpItem("p_apron", 900), LineUpItem("p_bowl"))
    public, _ = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert [push["type"] for push in public].count("line_up.changed") == 2
    assert (await see(stage.database, SHOW)).public["pinned_product"] is None
    assert [order.unit_price_minor for order in await stage.orders()] == [2500, 1500], "what was paid is kept"
    version = (await see(stage.database, SHOW)).public["show"]["version"]
    await arrange(stage, LineUpItem("p_apron", 900), LineUpItem("p_bowl"))
    assert (await see(stage.database, SHOW)).public["show"]["version"] == version, (
        "the same again changes nothing"
    )


async def test_sales_beside_changes_of_the_line_up_are_at_one_of_its_prices(
    stage: Stage, second: Stage
) -> None:
    await stage.add_product("p_many", stock=100)
    tasks = []
    for n in range(20):
        tasks.append(arrange((stage, second)[n % 2], LineUpItem("p_many", 100 + n % 2)))
        tasks.append(_try_to_buy((stage, second)[n % 2], f"v_{n}"))
    await asyncio.gather(*tasks)
    prices = {order.unit_price_minor for order in await stage.orders()}
    assert prices <= {100, 101, 1000}


async def _try_to_buy(stage: Stage, viewer: str) -> None:
    await stage.buy(viewer, "p_many")


@pytest.mark.parametrize(
    ("items", "code"),
    [
        ([LineUpItem("p_other")], Code.NOT_FOUND),
        ([LineUpItem("p_nowhere")], Code.NOT_FOUND),
        ([LineUpItem("p_bowl"), LineUpItem("p_bowl", 3)], Code.INVALID),
    ],
)
async def test_a_line_up_that_cannot_be_changes_nothing(
    stage: Stage, items: list[LineUpItem], code: Code
) -> None:
    before = await see(stage.database, SHOW)
    with refused(code):
        await arrange(stage, *items)
    assert await see(stage.database, SHOW) == before


async def test_stock_of_what_another_show_does_not_sell_is_not_told_there(stage: Stage) -> None:
    await stage.add_show("other")
    await arrange(stage, LineUpItem("p_bowl"), show="other")
    old = await see(stage.database, "other")
    await stage.shop.restock(SHOW, HOST, "p_apron", 5)
    await stage.shop.restock(SHOW, HOST, "p_bowl", 5)
    await stage.shop.close()
    public, _ = await assert_snapshot_plus_pushes_equals_fresh(stage.database, "other", old)
    assert {each["product"] for push in public for each in push["products"]} == {"p_bowl"}


async def test_a_copy_is_a_draft_with_plan_line_up_and_staff_and_without_a_time(stage: Stage) -> None:
    await arrange(stage, LineUpItem("p_bowl", 5), LineUpItem("p_apron"))
    staff = [ShowStaff("v_aki", "host"), ShowStaff("v_mio", "moderator")]
    await stage.planning.assign(SHOW, CHANNEL, HOST, staff, ANY)
    copied = await stage.planning.copy(SHOW, CHANNEL, HOST)
    assert (copied.state, copied.title, copied.starts_at, copied.started_at) == (
        "draft",
        "Spring knitwear",
        None,
        None,
    )
    assert (await stage.planning.line_up_of(copied.id, CHANNEL))[1] == [
        LineUpItem("p_bowl", 5),
        LineUpItem("p_apron"),
    ]
    assert (await stage.planning.staff_of(copied.id, CHANNEL))[1] == staff


async def test_a_show_of_another_channel_is_not_found(stage: Stage) -> None:
    for attempt in (
        stage.planning.arrange(SHOW, "elsewhere", HOST, [], ANY),
        stage.planning.change(SHOW, "elsewhere", HOST, {"title": "Mine"}, ANY),
        stage.planning.copy(SHOW, "elsewhere", HOST),
        stage.planning.archive(SHOW, "elsewhere", HOST, archived=True),
        stage.planning.line_up_of(SHOW, "elsewhere"),
        stage.shows.step(SHOW, HOST, "end", "elsewhere"),
    ):
        with refused(Code.NOT_FOUND):
            await attempt
