"""A product's own limit per viewer, beside the settings': kept by purchases and holds, over variants and all ids of a person."""

from collections.abc import AsyncIterator

import pytest

from server.errors import RefusedError
from server.protocol.codes import Code
from server.shop.allowances import Limits
from server.shop.shelf import read_shelf
from tests.support.stage import CHANNEL, SHOW, Stage, open_stage, refused


@pytest.fixture
async def limited(database_url: str) -> AsyncIterator[Stage]:
    """A stage on which one viewer may buy three units of a product that says nothing else."""
    async with open_stage(database_url, limits=Limits(3)) as stage:
        await stage.add_product("p_vase", stock=50, per_viewer_max=2)
        await stage.add_product("p_many", stock=50, per_viewer_max=5)
        await stage.add_product("p_shirt", stock=0, options=["Size"], per_viewer_max=2)
        for size in ("S", "M"):
            await stage.add_product(f"p_{size}", parent_id="p_shirt", options={"Size": size}, stock=50)
        yield stage


async def left(asked: object) -> tuple[int, int]:
    """Return (limit, left) of the refusal."""
    with refused(Code.TOO_MANY) as refusal:
        await asked  # type: ignore[misc]
    assert isinstance(refusal.value, RefusedError)
    return refusal.value.data["limit"], refusal.value.data["left"]


async def test_its_limit_stands_in_the_place_of_the_settings(limited: Stage) -> None:
    await limited.buy("v_ann", "p_vase")
    await limited.hold("v_ann", ("p_vase", 1))
    assert await left(limited.buy("v_ann", "p_vase")) == (2, 0)
    assert await left(limited.hold("v_ann", ("p_vase", 1))) == (2, 0)
    await limited.buy("v_ben", "p_many", quantity=5)
    assert await left(limited.buy("v_ben", "p_many")) == (5, 0)
    assert await left(limited.buy("v_cat", "p_apron", quantity=4)) == (3, 3)


async def test_variants_of_a_product_count_together(limited: Stage) -> None:
    assert await left(limited.hold("v_ann", ("p_S", 1), ("p_M", 2))) == (2, 2)
    held = await limited.hold("v_ann", ("p_S", 1), ("p_M", 1))
    assert await left(limited.buy("v_ann", "p_S")) == (2, 0)
    await limited.holds.release(SHOW, held.id, "v_ann")
    await limited.buy("v_ann", "p_M")
    assert await left(limited.hold("v_ann", ("p_S", 2))) == (2, 1)
    await limited.buy("v_ann", "p_S")
    assert await left(limited.buy("v_ann", "p_M")) == (2, 0)


async def test_a_person_has_it_once_over_all_ids(limited: Stage) -> None:
    await limited.buy("g_1", "p_S")
    async with limited.database.write() as connection:
        await connection.exec_driver_sql(
            "INSERT INTO viewer_alias (id, show_id, raw, canonical, at) VALUES ('l_1', 'demo', 'g_1', 'v_ann', now())"
        )
    assert await left(limited.buy("v_ann", "p_M", quantity=2)) == (2, 1)
    assert await left(limited.hold("v_ann", ("p_M", 2))) == (2, 1)


async def test_viewers_see_the_limit_that_is_kept(limited: Stage) -> None:
    async with limited.database.read() as connection:
        shelf = {each.id: each for each in await read_shelf(connection, SHOW, CHANNEL, 3)}
    assert {id: shelf[id].limit for id in ("p_apron", "p_vase", "p_shirt")} == {
        "p_apron": 3,
        "p_vase": 2,
        "p_shirt": 2,
    }
    assert {each.limit for each in shelf["p_shirt"].variants or ()} == {2}
