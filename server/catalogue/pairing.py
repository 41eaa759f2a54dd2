"""Which present variant a wanted one is. Pure."""

from collections.abc import Callable, Hashable, Sequence

from msgspec import UNSET

from server.catalogue.cleaning import Options
from server.catalogue.family import Item
from server.catalogue.rules import refused_at
from server.catalogue.wanted import WantedVariant
from server.protocol.codes import Code


def pair(
    present: Sequence[Item], wanted: Sequence[WantedVariant], options: Sequence[Options]
) -> list[Item | None]:
    """Return the present variant that each wanted one is, None for a new one: by id, external id, SKU, then options.

    Raises `invalid` for two that are alike, and `not_found` for an id that is no variant of the product.
    """
    alike = [tuple(value.casefold() for _, value in chosen) for chosen in options]
    for index, values in enumerate(alike):
        if values in alike[:index]:
            raise refused_at(f"variants/{index}/options", "Two variants have the same options.")
    finders = [
        _finder(present, lambda item: item.id),
        _finder(present, lambda item: item.external_id),
        _finder(present, lambda item: item.sku),
        _finder(present, lambda item: item.options),
    ]
    found: list[Item | None] = []
    for index, (each, chosen) in enumerate(zip(wanted, options, strict=True)):
        item = _first(finders, (each.id, each.external_id, each.sku, chosen))
        if each.id is not UNSET and (item is None or item.id != each.id):
            raise refused_at(f"variants/{index}/id", "The product has no such variant.", Code.NOT_FOUND)
        if item is not None and item in found:
            raise refused_at(f"variants/{index}", "Two variants are the same present one.")
        found.append(item)
    return found


def _finder(present: Sequence[Item], key: Callable[[Item], Hashable]) -> dict[Hashable, Item]:
    return {key(item): item for item in present if key(item) is not None}


def _first(finders: Sequence[dict[Hashable, Item]], keys: Sequence[Hashable]) -> Item | None:
    return next((finder[key] for finder, key in zip(finders, keys, strict=True) if key in finder), None)
