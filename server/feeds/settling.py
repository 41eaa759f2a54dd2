"""Which products of the channel a feed means, where it has one name for each and the channel knows them by others. Pure.

A feed calls a product by what was its external id, its SKU or our own id when it was exported. What nobody has is the external id of a
new one.
"""

from collections.abc import Iterable, Sequence

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from server.catalogue.repository import Holder
from server.catalogue.wanted import WantedProduct, WantedVariant


class Holders:
    """Who in the channel has which id, SKU or external id."""

    def __init__(self, holders: Iterable[Holder]) -> None:
        found = list(holders)
        self._ids = {each.id: each for each in found}
        self._skus = {each.sku: each for each in found if each.sku}
        self._external_ids = {each.external_id: each for each in found if each.external_id}

    def settle(self, wanted: WantedProduct) -> WantedProduct:
        """Return what is wanted, called as the channel calls it."""
        id, external_id = self._called(wanted.id, wanted.external_id, variant=False)
        variants = wanted.variants
        if variants is not UNSET:
            variants = tuple(self._settle_variant(each) for each in variants)
        return replace(wanted, id=id, external_id=external_id, variants=variants)

    def _settle_variant(self, wanted: WantedVariant) -> WantedVariant:
        id, external_id = self._called(wanted.id, wanted.external_id, variant=True)
        return replace(wanted, id=id, external_id=external_id)

    def _called(
        self, id: str | UnsetType, external_id: str | UnsetType | None, *, variant: bool
    ) -> tuple[str | UnsetType, str | UnsetType | None]:
        if id is not UNSET:
            if self._is(self._ids.get(id), variant=variant):
                return id, external_id
            id, external_id = UNSET, external_id or id
        if not external_id or self._is(self._external_ids.get(external_id), variant=variant):
            return id, external_id
        for known in (self._skus, self._ids):
            holder = known.get(external_id)
            if holder is not None and self._is(holder, variant=variant):
                return holder.id, UNSET
        return id, external_id

    @staticmethod
    def _is(holder: Holder | None, *, variant: bool) -> bool:
        return holder is not None and holder.variant == variant


def codes_of(wanted: Sequence[WantedProduct]) -> list[str]:
    """Return every id and external id that is named, each once."""
    found: set[str] = set()
    for product in wanted:
        variants = () if product.variants is UNSET else product.variants
        both: list[WantedProduct | WantedVariant] = [product, *variants]
        found.update(code for each in both for code in (each.id, each.external_id) if code)
    return sorted(found)
