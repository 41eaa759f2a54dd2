"""Pictures that lay elsewhere and are this server's now: the products that show them get the new addresses."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from msgspec import UNSET
from msgspec.structs import replace as with_fields
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.catalogue.family import Family, Item
from server.catalogue.repository import lock_catalogue, lock_families, write_items
from server.catalogue.wanted import WantedProduct, WantedVariant

_SHOWING = text(
    """
    SELECT DISTINCT coalesce(parent_id, id) FROM product
    WHERE channel_id = :channel
      AND (image = ANY(:addresses) OR jsonb_exists_any(coalesce(images, '[]'), CAST(:addresses AS text[])))
    """
)


async def replace_pictures(
    connection: AsyncConnection, channel_id: str, places: Mapping[str, str], now: datetime
) -> list[str]:
    """Let products show pictures where they are now, by where they were; return the ids of the products that this changes.

    It is an edit as any other: whoever has the product open is told that it was changed meanwhile.
    """
    await lock_catalogue(connection, channel_id)
    given = {"channel": channel_id, "addresses": list(places)}
    heads = list(await connection.scalars(_SHOWING, given))
    changed: list[str] = []
    items: list[Item] = []
    for id, family in (await lock_families(connection, channel_id, sorted(heads))).items():
        after = Family(_moved(family.head, places), tuple(_moved(each, places) for each in family.variants))
        if after != family:
            head = replace(after.head, version=after.head.version + 1, updated_at=now)
            items += [head, *after.variants]
            changed.append(id)
    await write_items(connection, channel_id, items)
    return changed


def at_own_places(wanted: WantedProduct, places: Mapping[str, str]) -> WantedProduct:
    """Return what is wanted, with the pictures that are on this server already under their addresses here."""
    images, alts, variants = wanted.images, wanted.image_alts, wanted.variants
    if images is not UNSET:
        images = tuple(places.get(each, each) for each in images)
    if alts is not UNSET:
        alts = {places.get(each, each): alt for each, alt in alts.items()}
    if variants is not UNSET:
        variants = tuple(_variant_at_own_place(each, places) for each in variants)
    return with_fields(wanted, images=images, image_alts=alts, variants=variants)


def addresses_elsewhere(wanted: WantedProduct) -> set[str]:
    """Return the addresses of pictures that are not this server's."""
    variants = () if wanted.variants is UNSET else wanted.variants
    named = [*(() if wanted.images is UNSET else wanted.images), *(each.image for each in variants)]
    return {each for each in named if each is not UNSET and each.startswith(("http://", "https://"))}


def _variant_at_own_place(wanted: WantedVariant, places: Mapping[str, str]) -> WantedVariant:
    image = wanted.image
    return wanted if image is UNSET else with_fields(wanted, image=places.get(image, image))


def _moved(item: Item, places: Mapping[str, str]) -> Item:
    return replace(
        item,
        images=tuple(places.get(each, each) for each in item.images),
        image_alts=tuple((places.get(each, each), alt) for each, alt in item.image_alts),
    )
