"""Sold out, and back: told once by whatever changes it, in each show that sells the product, and never twice in a row."""

import json
from typing import Any

from server.catalogue.stockroom import Adding
from server.catalogue.wanted import WantedProduct, WantedVariant
from server.http.versions import ANY_VERSION
from server.shows.line_up_repository import LineUpItem
from tests.support.reducer import assert_snapshot_plus_pushes_equals_fresh, read_pushes, see
from tests.support.stage import CHANNEL, HOST, SHOW, Stage

OTHER = "s_other"


async def told(stage: Stage, show: str = SHOW) -> list[tuple[str, Any]]:
    """Return what was told in the show of products that are sold out, None, or back, with the units."""
    public, _ = await read_pushes(stage.database, show, 0)
    kinds = ("product.sold_out", "product.back_in_stock")
    return [(each["product"], each.get("stock")) for each in public if each["type"] in kinds]


async def test_the_sale_of_the_last_unit_is_told_once_and_so_is_what_comes_back(stage: Stage) -> None:
    before = await see(stage.database, SHOW)
    await stage.buy("v_1", "p_bowl")
    assert await told(stage) == []
    hold = await stage.hold("v_2", ("p_bowl", 2))
    assert await told(stage) == [("p_bowl", None)]
    await stage.holds.release(SHOW, hold.id, "v_2")
    await stage.shop.restock(SHOW, HOST, "p_bowl", 1)
    assert await told(stage) == [("p_bowl", None), ("p_bowl", 2)]
    await stage.shop.restock(SHOW, HOST, "p_bowl", -3)
    await stage.stockroom.change(CHANNEL, HOST, "p_bowl", Adding(4))
    await stage.shop.close()
    assert await told(stage) == [("p_bowl", None), ("p_bowl", 2), ("p_bowl", None), ("p_bowl", 4)]
    types = [json.loads(each.line)["type"] for each in stage.delivered]
    assert (
        types.index("product.sold_out") == types.index("product.stock", types.index("product.stock") + 1) + 1
    )
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, before)


async def test_units_that_lapse_and_go_to_who_waits_were_never_free(stage: Stage) -> None:
    await stage.hold("v_1", ("p_bowl", 3))
    await stage.join("v_2", "p_bowl", 3)
    stage.tick(600)
    await stage.holds.let_lapsed_go()
    assert await told(stage) == [("p_bowl", None)]
    stage.tick(600)
    await stage.holds.let_lapsed_go()
    assert await told(stage) == [("p_bowl", None), ("p_bowl", 3)]


async def test_shows_that_sell_the_same_product_are_each_told_once(stage: Stage) -> None:
    await stage.add_show(OTHER)
    await stage.buy("v_1", "p_bowl", quantity=3)
    await stage.shop.restock(OTHER, HOST, "p_bowl", 1)
    await stage.buy("v_2", "p_bowl", show=OTHER)
    await stage.shop.neighbours._tell_stock(CHANNEL, ["p_bowl"])
    await stage.shop.close()
    for show in (SHOW, OTHER):
        # Each show may have heard of what happened in the other in between, or not: the line is true, and says nothing twice.
        assert await told(stage, show) in (
            [("p_bowl", None)],
            [("p_bowl", None), ("p_bowl", 1), ("p_bowl", None)],
        )


async def test_what_a_show_begins_without_is_not_told_and_its_return_is(stage: Stage) -> None:
    await stage.add_product("p_late", stock=0)
    await stage.add_show(OTHER, state="scheduled")
    await stage.buy("v_1", "p_bowl", quantity=3)
    await stage.shop.close()
    await stage.shows.start(OTHER, HOST)
    await stage.shop.neighbours._tell_stock(CHANNEL, ["p_bowl", "p_late"])
    assert await told(stage, OTHER) == []
    for product in ("p_bowl", "p_late"):
        await stage.stockroom.change(CHANNEL, HOST, product, Adding(2))
    await stage.shop.close()
    assert await told(stage, OTHER) == [("p_bowl", 2), ("p_late", 2)]
    await stage.shows.end(OTHER, HOST)
    await stage.stockroom.change(CHANNEL, HOST, "p_late", Adding(-2))
    await stage.shop.close()
    assert await told(stage, OTHER) == [("p_bowl", 2), ("p_late", 2)]


async def test_another_line_up_and_another_catalogue_tell_what_they_change(stage: Stage) -> None:
    cups = WantedProduct(
        title="Cup",
        price_minor=1500,
        options=("Glaze",),
        variants=tuple(WantedVariant(options={"Glaze": glaze}, stock=1) for glaze in ("white", "indigo")),
    )
    made = await stage.catalogue.create(CHANNEL, HOST, cups)
    await stage.shop.close()
    white = made.variants[0].id
    await stage.buy("v_1", white)
    assert await told(stage) == [(white, None)]
    # Out of the show it comes back, and with the show's next line-up nobody has to be told.
    await stage.planning.arrange(SHOW, CHANNEL, HOST, (LineUpItem("p_apron"),), ANY_VERSION)
    await stage.stockroom.change(CHANNEL, HOST, white, Adding(1))
    await stage.shop.close()
    await stage.planning.arrange(SHOW, CHANNEL, HOST, (), ANY_VERSION)
    assert await told(stage) == [(white, None)]
    await stage.buy("v_2", white)
    assert await told(stage) == [(white, None), (white, None)]
