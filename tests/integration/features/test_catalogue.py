"""A channel's catalogue: products, variants and stock are made, changed, and found again by external id and SKU."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec import UNSET

from server.catalogue.family import Family
from server.catalogue.rules import STOCK_MAX
from server.catalogue.service import Catalogue, Search
from server.catalogue.stockroom import Adding, Setting
from server.catalogue.wanted import WantedProduct, WantedVariant, Written
from server.errors import RefusedError
from server.protocol.codes import Code
from server.shop import shelf
from tests.support.reducer import apply_all, assert_snapshot_plus_pushes_equals_fresh, see
from tests.support.stage import CHANNEL, ELSEWHERE, HOST, MODERATOR, SHOW, Stage, open_stage, refused


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with open_stage(database_url) as opened:
        yield opened


@pytest.fixture
def told() -> list[str]:
    """Ids of products that viewers are told of."""
    return []


@pytest.fixture
def catalogue(stage: Stage, told: list[str]) -> Catalogue:
    return Catalogue(stage.database, stage.clock, lambda channel, ids: told.extend(ids))


def size(value: str, colour: str = "Blue", **others: Any) -> WantedVariant:
    return WantedVariant(options={"Size": value, "Colour": colour}, **others)


SHIRT = WantedProduct(
    external_id="shirt",
    title="Linen shirt",
    price_minor=5000,
    options=("Size", "Colour"),
    variants=(size("S", sku="S-1", stock=3), size("L", sku="L-1", stock=4, price_minor=5500)),
)


async def upsert(catalogue: Catalogue, *wanted: WantedProduct) -> list[Written]:
    return await catalogue.upsert(CHANNEL, HOST, wanted)


async def change(catalogue: Catalogue, id: str, **fields: Any) -> Family:
    return await catalogue.change(CHANNEL, HOST, id, WantedProduct(**fields), lambda version, current: None)


async def test_a_product_with_variants_is_a_heading_over_what_is_sold(
    catalogue: Catalogue, told: list[str]
) -> None:
    made = await catalogue.create(CHANNEL, HOST, SHIRT)
    assert made.head.names == ("Size", "Colour")
    assert (made.head.price_minor, made.head.stock, made.head.version) == (5000, 0, 1)
    assert [(v.title, v.price_minor, v.stock, v.sku) for v in made.variants] == [
        ("Linen shirt – S / Blue", 5000, 3, "S-1"),
        ("Linen shirt – L / Blue", 5500, 4, "L-1"),
    ]
    assert told == [made.head.id]


async def test_importing_again_updates_and_leaves_what_is_the_same(catalogue: Catalogue) -> None:
    (first,) = await upsert(catalogue, SHIRT)
    (second,) = await upsert(catalogue, SHIRT)
    (third,) = await upsert(catalogue, WantedProduct(external_id=" shirt ", title="Linen  shirt, washed"))
    assert [each.status for each in (first, second, third)] == ["created", "unchanged", "updated"]
    after = await catalogue.find(CHANNEL, first.id or "")
    assert after.head.version == 2
    assert [v.title for v in after.variants] == [
        "Linen shirt, washed – S / Blue",
        "Linen shirt, washed – L / Blue",
    ]


async def test_each_line_has_its_own_result_and_harms_no_other(catalogue: Catalogue) -> None:
    results = await upsert(
        catalogue,
        WantedProduct(external_id="a", title="A", price_minor=1),
        WantedProduct(external_id="b", title="B", price_minor=-1),
        WantedProduct(external_id="c", title="C", price_minor=1, currency="EUR"),
        WantedProduct(external_id="a", title="A again"),
        WantedProduct(title="D", price_minor=5, compare_at_minor=5),
        WantedProduct(title="E", price_minor=2**53),
        WantedProduct(title="F"),
        WantedProduct(id="p_other", title="Of another channel"),
        WantedProduct(sku="a b", title="G", price_minor=0, images=("javascript:alert(1)",)),
        WantedProduct(sku="h", title="H", price_minor=0, compare_at_minor=3, stock=2),
    )
    assert [(each.status, each.code, each.at) for each in results] == [
        ("created", None, None),
        ("refused", "invalid", "price"),
        ("refused", "invalid", "currency"),
        ("refused", "invalid", "external_id"),
        ("refused", "invalid", "compare_at"),
        ("refused", "invalid", "price"),
        ("refused", "invalid", "price"),
        ("refused", "not_found", "id"),
        ("refused", "invalid", "images"),
        ("created", None, None),
    ]


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"variants": (size("S"), WantedVariant(options={"Size": "L"}))}, "variants/1/options"),
        ({"variants": (size("S"), size("s"))}, "variants/1/options"),
        ({"variants": ()}, "variants"),
        ({"options": ("Size", "Size")}, "options"),
        ({"options": ("A", "B", "C", "D")}, "options"),
        ({"variants": tuple(size(str(n)) for n in range(101))}, "variants"),
        ({"variants": (size("S", price_minor=-1),)}, "variants/0/price"),
        ({"variants": (size("S", compare_at_minor=1),)}, "variants/0/compare_at"),
        ({"variants": (size("S", sku="x"), size("L", sku="x"))}, "variants/1/sku"),
        ({"variants": (size("S", id="p_bowl"),)}, "variants/0/id"),
        ({"variants": (size("S"),), "price_minor": UNSET}, "variants/0/price"),
        ({"stock": 4}, "stock"),
        ({"title": "\u200b"}, "title"),
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
    ],
)
async def test_a_product_that_cannot_be_is_refused_with_its_place(
    catalogue: Catalogue, fields: dict[str, Any], at: str
) -> None:
    wanted = {name: getattr(SHIRT, name) for name in SHIRT.__struct_fields__} | fields
    (result,) = await upsert(catalogue, WantedProduct(**wanted))
    assert (result.status, result.at) == ("refused", at)
    assert not await catalogue.list_of(CHANNEL, Search(words=("linen",)), after=None, limit=10)


async def test_a_sku_is_one_of_its_kind_and_can_be_exchanged(catalogue: Catalogue) -> None:
    (made,) = await upsert(catalogue, SHIRT)
    assert made.id is not None
    taken = WantedProduct(external_id="other", title="Other", price_minor=1, sku="S-1")
    (result,) = await upsert(catalogue, taken)
    assert (result.code, result.at) == ("taken", "sku")
    with refused(Code.TAKEN):
        await catalogue.create(CHANNEL, HOST, SHIRT)
    small, large = (await catalogue.find(CHANNEL, made.id)).variants
    swapped = (size("S", id=small.id, sku="L-1"), size("L", id=large.id, sku="S-1"))
    after = await change(catalogue, made.id, variants=swapped)
    assert [(v.id, v.sku) for v in after.variants] == [(small.id, "L-1"), (large.id, "S-1")]
    (elsewhere,) = await catalogue.upsert(ELSEWHERE, HOST, [SHIRT])
    assert elsewhere.status == "created"


async def test_a_variant_that_is_left_out_is_archived_and_comes_back_with_its_stock(
    catalogue: Catalogue, stage: Stage
) -> None:
    made = await catalogue.create(CHANNEL, HOST, SHIRT)
    small, large = made.variants
    after = await change(catalogue, made.head.id, variants=(size("L"),))
    assert [(v.id, v.active) for v in after.variants] == [(large.id, True), (small.id, False)]
    assert after.head.price_minor == 5500
    with refused(Code.NOT_FOUND):
        await stage.buy("v_1", small.id)
    again = await change(catalogue, made.head.id, variants=(size("L"), size("S")))
    assert [(v.id, v.active, v.stock) for v in again.variants] == [(large.id, True, 4), (small.id, True, 3)]


async def test_stock_is_set_only_by_who_has_seen_it(catalogue: Catalogue, stage: Stage) -> None:
    (made,) = await upsert(catalogue, WantedProduct(sku="cup", title="Cup", price_minor=100, stock=12))
    assert made.id is not None
    await stage.buy("v_1", made.id)
    blind = WantedProduct(sku="cup", stock=20)
    stale = WantedProduct(sku="cup", stock=20, stock_seen=12)
    results = [(await upsert(catalogue, each))[0] for each in (blind, stale)]
    assert [(each.code, each.at, each.stock) for each in results] == [("conflict", "stock", 11)] * 2
    (seen,) = await upsert(catalogue, WantedProduct(sku="cup", stock=20, stock_seen=11))
    assert seen.status == "updated"
    after = await catalogue.find(CHANNEL, made.id)
    assert (after.head.stock, after.head.sold, after.head.version) == (20, 1, 1)


async def test_a_heading_is_not_sold_and_a_variant_is_under_its_own_name(
    catalogue: Catalogue, stage: Stage
) -> None:
    made = await catalogue.create(CHANNEL, HOST, SHIRT)
    with pytest.raises(RefusedError, match="choose a variant") as caught:
        await stage.buy("v_1", made.head.id)
    assert caught.value.code is Code.INVALID
    receipt = await stage.buy("v_1", made.variants[0].id, quantity=2)
    _, titles, _ = await stage.shop.find_receipt(receipt.order.id)
    assert list(titles.values()) == ["Linen shirt – S / Blue"]
    assert (receipt.order.stock_after, receipt.order.amount_minor) == (1, 10_000)
    await change(catalogue, made.head.id, active=False)
    with refused(Code.NOT_FOUND):
        await stage.buy("v_1", made.variants[0].id)


async def test_stock_changes_are_rows_and_sales_stand_among_them(stage: Stage) -> None:
    await stage.buy("v_1", "p_bowl", quantity=2)
    assert (
        await stage.stockroom.change(CHANNEL, HOST, "p_bowl", Adding(9), note=" new  firing ")
    ).stock == 10
    await stage.shop.restock(SHOW, MODERATOR, "p_bowl", -4)
    await stage.buy("v_2", "p_bowl")
    with refused(Code.CONFLICT) as stale:
        await stage.stockroom.change(CHANNEL, HOST, "p_bowl", Setting(seen=6, to=20))
    assert stale.value.data["stock"] == 5
    await stage.stockroom.change(CHANNEL, HOST, "p_bowl", Setting(seen=5, to=20))
    await stage.stockroom.change(CHANNEL, HOST, "p_bowl", Setting(seen=20, to=20))
    changes = await stage.stockroom.list_changes(CHANNEL, "p_bowl", before=None, limit=10)
    assert [(c.move, c.reason, c.delta, c.stock_after, c.actor, c.role) for c in changes] == [
        (5, "restock", 15, 20, "m_host", "host"),
        (4, "sale", -1, 5, "v_2", "viewer"),
        (3, "correction", -4, 6, "m_moderator", "moderator"),
        (2, "restock", 9, 10, "m_host", "host"),
        (1, "sale", -2, 1, "v_1", "viewer"),
    ]
    assert changes[3].note == "new firing"
    assert (changes[2].show, changes[4].order) == (SHOW, (await stage.orders())[0].id)
    older = await stage.stockroom.list_changes(CHANNEL, "p_bowl", before=3, limit=1)
    assert [c.move for c in older] == [2]


@pytest.mark.parametrize(
    ("product", "wanted", "code"),
    [
        ("p_other", Adding(1), Code.NOT_FOUND),
        ("p_bowl", Adding(0), Code.INVALID),
        ("p_bowl", Adding(-4), Code.SOLD_OUT),
        ("p_bowl", Setting(3, -1), Code.INVALID),
        ("p_bowl", Setting(3, STOCK_MAX + 1), Code.INVALID),
        ("p_bowl", Setting(4, 5), Code.CONFLICT),
    ],
)
async def test_a_change_of_stock_that_cannot_be_changes_nothing(
    stage: Stage, product: str, wanted: Adding | Setting, code: Code
) -> None:
    with refused(code):
        await stage.stockroom.change(CHANNEL, HOST, product, wanted)
    assert (await stage.products())["p_bowl"] == (3, 0)
    assert not await stage.stockroom.list_changes(CHANNEL, "p_bowl", before=None, limit=10)


async def test_no_sale_is_lost_by_those_who_set_stock_at_the_same_time(
    stage: Stage, database_url: str
) -> None:
    """Two processes: one sells, in the other somebody sets what they saw, again and again."""

    async def sell() -> None:
        for n in range(40):
            await stage.buy(f"v_{n}", "p_apron")

    async def set_on(other: Stage) -> None:
        seen = 10
        for _ in range(60):
            try:
                seen = (await other.stockroom.change(CHANNEL, HOST, "p_apron", Setting(seen, seen + 2))).stock
            except RefusedError as refusal:
                if refusal.code is not Code.CONFLICT:
                    raise
                seen = refusal.data["stock"]

    await stage.stockroom.change(CHANNEL, HOST, "p_apron", Adding(50))
    async with open_stage(database_url, empty=True) as other:
        await asyncio.gather(sell(), set_on(other))
    changes = await stage.stockroom.list_changes(CHANNEL, "p_apron", before=None, limit=1000)
    assert [c.move for c in reversed(changes)] == list(range(1, len(changes) + 1))
    stock = 10
    for change in reversed(changes):
        stock += change.delta
        assert change.stock_after == stock
    assert (await stage.products())["p_apron"] == (stock, 40)


async def test_what_changes_in_the_catalogue_reaches_pages_that_are_open(stage: Stage) -> None:
    """In every show that is not over; whoever was there before knows what whoever comes now is told."""
    await stage.add_show("soon", state="scheduled")
    old = {show: await see(stage.database, show) for show in (SHOW, "soon")}
    made = await stage.catalogue.create(CHANNEL, HOST, SHIRT)
    small = made.variants[0].id
    await stage.shop.close()
    await change(
        stage.catalogue,
        made.head.id,
        variants=(size("S", compare_at_minor=9000), size("M", stock=1, price_minor=1)),
    )
    await change(stage.catalogue, "p_apron", title="Apron, long", price_minor=1200)
    await stage.shop.close()
    await change(stage.catalogue, "p_bowl", active=False)
    await stage.catalogue.reorder(CHANNEL, HOST, [made.head.id, "p_apron"])
    await stage.shop.close()
    await stage.stockroom.change(CHANNEL, HOST, small, Adding(4))
    await stage.buy("v_1", small)
    await stage.shop.close()
    for show, before in old.items():
        pushes, _ = await assert_snapshot_plus_pushes_equals_fresh(stage.database, show, before)
        assert {push["type"] for push in pushes} == {"product.changed", "product.stock"}
        products = apply_all(before.public, before.offset, pushes)["products"]
        assert [product["title"] for product in products] == ["Linen shirt", "Apron, long"]
        assert [variant["stock"] for variant in products[0]["variants"]] == [6, 1]


async def test_who_buys_at_the_old_price_is_told_the_new_one(stage: Stage) -> None:
    await change(stage.catalogue, "p_apron", price_minor=1200)
    with refused(Code.PRICE_CHANGED) as old:
        await stage.buy("v_1", "p_apron", price=1000)
    assert old.value.data["price"] == 1200
    assert (await stage.buy("v_1", "p_apron", price=1200)).order.unit_price_minor == 1200


async def test_of_a_large_catalogue_the_first_products_are_shown_and_others_move_up(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "SHELF_MAX", 3)
    monkeypatch.setattr(shelf.read_shelf, "__kwdefaults__", {"products_max": 3, "among": None})
    await upsert(
        stage.catalogue, *(WantedProduct(title=f"T{n}", price_minor=1, sku=str(n)) for n in range(4))
    )
    await stage.shop.close()
    old = await see(stage.database, SHOW)
    await change(stage.catalogue, "p_apron", active=False)
    await stage.shop.close()
    ids = [f.head.id for f in await stage.catalogue.list_of(CHANNEL, Search(), after=None, limit=9)]
    await stage.catalogue.reorder(CHANNEL, HOST, [ids[4], ids[0]])
    await stage.shop.close()
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)


async def test_products_are_listed_in_their_order_searched_and_moved(catalogue: Catalogue) -> None:
    await upsert(catalogue, SHIRT, WantedProduct(title="Ｔｅａ pot", price_minor=1, sku="POT"))

    async def titles(search: Search, after: str | None = None, limit: int = 100) -> list[str]:
        return [f.head.title for f in await catalogue.list_of(CHANNEL, search, after=after, limit=limit)]

    assert await titles(Search()) == ["p_apron", "p_bowl", "Linen shirt", "Ｔｅａ pot"]
    assert await titles(Search(("tea",))) == ["Ｔｅａ pot"]
    assert await titles(Search(("l-1",))) == ["Linen shirt"]
    assert await titles(Search(archived=True)) == ["p_gone"]
    assert await titles(Search(), after="p_apron", limit=1) == ["p_bowl"]
    await catalogue.reorder(CHANNEL, HOST, ["p_bowl", "p_apron"])
    assert (await titles(Search()))[:2] == ["p_bowl", "p_apron"]
    with refused(Code.NOT_FOUND):
        await catalogue.reorder(CHANNEL, HOST, ["p_other"])
    with refused(Code.INVALID):
        await titles(Search(), after="p_other")
