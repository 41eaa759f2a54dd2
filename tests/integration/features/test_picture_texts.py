"""What pictures show, in words: kept by picture, shown to viewers, read from files and written to them."""

from typing import Any

import pytest
from msgspec import UNSET
from msgspec.structs import asdict, replace

from server.catalogue.family import Family
from server.catalogue.wanted import WantedProduct, WantedVariant
from server.feeds.exporting import Export
from server.feeds.reading import read_feed
from server.feeds.rules import Format
from server.protocol.codes import Code
from server.shop.shelf import read_shelf
from tests.support.stage import CHANNEL, HOST, SHOW, Stage, refused

FRONT, BACK = "/pictures/front.webp", "/pictures/back.webp"
CUP = WantedProduct(title="Cup", price_minor=900, images=(FRONT, BACK), image_alts={FRONT: " A red  cup "})
SHIRT = WantedProduct(
    title="Shirt",
    price_minor=5000,
    external_id="shirt",
    options=("Size",),
    images=(FRONT,),
    image_alts={FRONT: "A shirt"},
    variants=(
        WantedVariant(options={"Size": "S"}, image=FRONT, image_alt="The small one", sku="S"),
        WantedVariant(options={"Size": "L"}, sku="L"),
    ),
)


def as_fields(wanted: WantedProduct) -> dict[str, Any]:
    """What a file says of a product, but for its stock, which nobody has seen, and what it is called by there."""
    fields = asdict(wanted)
    return {name: fields[name] for name in ("title", "images", "image_alts")}


async def change(stage: Stage, id: str, **fields: Any) -> Family:
    return await stage.catalogue.change(
        CHANNEL, HOST, id, WantedProduct(**fields), lambda version, current: None
    )


async def test_a_picture_that_stays_keeps_its_text_in_whatever_order(stage: Stage) -> None:
    cup = (await stage.catalogue.create(CHANNEL, HOST, CUP)).head
    assert dict(cup.image_alts) == {FRONT: "A red cup"}
    moved = await change(stage, cup.id, images=(BACK, FRONT))
    assert dict(moved.head.image_alts) == {FRONT: "A red cup"}
    gone = await change(stage, cup.id, images=(BACK,))
    assert gone.head.image_alts == ()
    assert (await change(stage, cup.id, image_alts={BACK: "Its back"})).head.version == gone.head.version + 1
    assert (await change(stage, cup.id, image_alts={BACK: "  "})).head.image_alts == ()


async def test_a_text_for_no_picture_of_the_product_or_too_long_is_refused_at_its_field(stage: Stage) -> None:
    cup = (await stage.catalogue.create(CHANNEL, HOST, CUP)).head
    for wrong in ({"/pictures/other.webp": "Other"}, {FRONT: "x" * 513}):
        with refused(Code.INVALID) as why:
            await change(stage, cup.id, image_alts=wrong)
        assert why.value.data["at"] == "image_alts"


async def test_viewers_are_told_what_the_pictures_of_products_and_variants_show(stage: Stage) -> None:
    cup = (await stage.catalogue.create(CHANNEL, HOST, CUP)).head.id
    shirt = (await stage.catalogue.create(CHANNEL, HOST, SHIRT)).head.id
    async with stage.database.read() as connection:
        shown = {each.id: each for each in await read_shelf(connection, SHOW, CHANNEL)}
    assert (shown[cup].image_alt, shown[cup].image_alts) == ("A red cup", {FRONT: "A red cup"})
    assert (shown[shirt].image_alt, shown[shirt].image_alts) == ("A shirt", UNSET)
    assert [each.image_alt for each in shown[shirt].variants or ()] == ["The small one", UNSET]
    assert shown["p_apron"].image_alt is UNSET


@pytest.mark.parametrize("format", ["showfloor", "shopify"])
async def test_they_are_written_to_files_and_read_from_them_again(stage: Stage, format: Format) -> None:
    made = [await stage.catalogue.create(CHANNEL, HOST, each) for each in (CUP, SHIRT)]
    file = Export(format, "JPY")
    written = "".join([file.begin(), file.portion(made), file.end()])
    read = [each.wanted for each in read_feed(written.encode(), "JPY", lines_max=100).entries]
    assert [each and each.image_alts for each in read] == [{FRONT: "A red cup"}, {FRONT: "A shirt"}]
    for family, wanted in zip(made, read, strict=True):
        assert wanted is not None
        assert (await change(stage, family.head.id, **as_fields(wanted))).head.version == 1


async def test_a_variant_with_one_of_the_products_pictures_has_its_text_until_it_gets_another(
    stage: Stage,
) -> None:
    wanted = replace(
        SHIRT, variants=tuple(replace(each, image=FRONT, image_alt=UNSET) for each in SHIRT.variants or ())
    )
    shirt = await stage.catalogue.create(CHANNEL, HOST, wanted)
    assert [each.image_alts for each in shirt.variants] == [((FRONT, "A shirt"),)] * 2
