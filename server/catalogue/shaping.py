"""What a wanted product makes of the present one: cleaned, checked, with its variants matched and its stock counted. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from msgspec import UNSET, UnsetType

from server.catalogue.cleaning import (
    Options,
    clean_alts,
    clean_code,
    clean_description,
    clean_images,
    clean_names,
    clean_options,
    clean_title,
)
from server.catalogue.family import Family, Item, StockChange, variant_title
from server.catalogue.pairing import pair
from server.catalogue.rules import (
    Reason,
    add_units,
    refused_at,
    require_options,
    require_price,
    require_seen,
    require_stock,
)
from server.catalogue.wanted import WantedProduct, WantedVariant
from server.errors import RefusedError


@dataclass(frozen=True, slots=True)
class Within:
    """In what an edit takes place: the channel's currency, the time, why stock changes by it, and where ids come from.

    `by_difference`: stock is changed by as much as is wanted more or less than was seen, whatever was sold since, but never below none;
    where nothing was seen, by as much as there is. Else it is refused unless it is as it was seen.
    """

    currency: str
    now: datetime
    reason: Reason
    new_id: Callable[[], str]
    by_difference: bool = False


@dataclass(frozen=True, slots=True)
class Shaped:
    """The product after the edit, and the changes of stock in it; `changed` unless everything was so before."""

    family: Family
    stock: tuple[StockChange, ...]
    changed: bool


def shape(before: Family | None, wanted: WantedProduct, within: Within) -> Shaped:
    """Return what `before` becomes, or a new product for None.

    Raises `invalid` with `at` for what no product may be, and `conflict` with `stock` for stock that is not as it was seen.
    """
    return _Edit(before, wanted, within).shaped()


class _Edit:
    def __init__(self, before: Family | None, wanted: WantedProduct, within: Within) -> None:
        self._before = before
        self._wanted = wanted
        self._within = within
        self._new = before is None
        self._family = before or Family(self._new_item())
        self._texts: dict[str, str] = {}
        self._changes: list[StockChange] = []

    def shaped(self) -> Shaped:
        wanted, before = self._wanted, self._before
        if wanted.currency not in (UNSET, self._within.currency):
            raise refused_at("currency", f"This channel sells in {self._within.currency}.")
        names = self._family.head.names if wanted.options is UNSET else clean_names(wanted.options)
        head = replace(self._described(self._family.head), names=names)
        self._texts = dict(head.image_alts)
        variants = self._variants(names)
        head = self._headed(head, variants) if names else self._sold_itself(head)
        variants = tuple(replace(each, title=variant_title(head.title, each.values)) for each in variants)
        after = Family(head, variants)
        if after == before:
            return Shaped(after, (), changed=False)
        edited = before is not None and after.without_stock() != before.without_stock()
        head = replace(head, version=head.version + edited, updated_at=self._within.now)
        return Shaped(replace(after, head=head), tuple(self._changes), changed=True)

    def _new_item(self, parent_id: str | None = None) -> Item:
        within = self._within
        return Item(id=within.new_id(), parent_id=parent_id, currency=within.currency, created_at=within.now)

    def _described(self, head: Item) -> Item:
        wanted = self._wanted
        # What is kept is clean, so what is the same needs no cleaning: most of an import is as it was.
        if wanted.title is UNSET and self._new:
            raise refused_at("title", "A product has a title.")
        if wanted.title is not UNSET and (self._new or wanted.title != head.title):
            head = replace(head, title=clean_title(wanted.title))
        if wanted.description not in (UNSET, head.description):
            head = replace(head, description=clean_description(wanted.description))
        if wanted.images is not UNSET:
            head = _pictured(head, clean_images("images", wanted.images))
        if wanted.image_alts is not UNSET:
            head = replace(head, image_alts=clean_alts("image_alts", head.images, wanted.image_alts))
        if wanted.active is not UNSET:
            head = replace(head, active=wanted.active)
        if wanted.buying is not UNSET:
            head = replace(head, buying=wanted.buying)
        if wanted.per_viewer_max is not UNSET:
            head = replace(head, per_viewer_max=wanted.per_viewer_max)
        return _coded(head, wanted)

    def _headed(self, head: Item, variants: tuple[Item, ...]) -> Item:
        """A heading's price is that of its cheapest variant, and it has no stock."""
        if self._wanted.stock not in (UNSET, 0):
            raise refused_at("stock", "The stock of a product with variants is that of its variants.")
        named = [each for each in variants if each.active] or variants
        head = replace(head, price_minor=min(each.price_minor for each in named), compare_at_minor=None)
        return head if head.stock == 0 else self._moved(head, -head.stock, "variants")

    def _sold_itself(self, head: Item) -> Item:
        wanted = self._wanted
        if self._new and wanted.price_minor is UNSET:
            raise refused_at("price", "A product has a price.")
        head = _priced(head, wanted.price_minor, wanted.compare_at_minor)
        return self._stocked(head, wanted, new=self._new)

    def _variants(self, names: tuple[str, ...]) -> tuple[Item, ...]:
        """Return all variants after the edit: those wanted, in that order, and behind them the present ones that are archived by it."""
        wanted, present = self._wanted.variants, self._family.variants
        if wanted is UNSET:
            if not names:
                return tuple(replace(each, active=False) for each in present)
            if names != self._family.head.names:
                raise refused_at("variants", "Other options need other variants.")
            return present
        require_options(names, len(wanted))
        chosen = [
            clean_options(f"variants/{i}/options", names, each.options) for i, each in enumerate(wanted)
        ]
        paired = zip(pair(present, wanted, chosen), wanted, chosen, strict=True)
        made = [self._variant(index, *each) for index, each in enumerate(paired)]
        kept = {each.id for each in made}
        rest = (each for each in present if each.id not in kept)
        made += [replace(each, active=False, rank=i) for i, each in enumerate(rest, start=len(made))]
        return tuple(made)

    def _variant(self, index: int, present: Item | None, wanted: WantedVariant, chosen: Options) -> Item:
        item = present or self._new_item(self._family.head.id)
        price = wanted.price_minor
        if price is UNSET and present is None:
            price = self._wanted.price_minor
        item = replace(item, options=chosen, rank=index, active=wanted.active is UNSET or wanted.active)
        try:
            if price is UNSET and present is None:
                raise refused_at("price", "A variant has a price, or its product has one for all of them.")
            if wanted.image is not UNSET:
                item = self._newly_pictured(item, clean_images("image", [wanted.image]))
            if wanted.image_alt is not UNSET and item.image:
                item = replace(
                    item, image_alts=clean_alts("image_alt", item.images, {item.image: wanted.image_alt})
                )
            item = _priced(_coded(item, wanted), price, wanted.compare_at_minor)
            return self._stocked(item, wanted, new=present is None)
        except RefusedError as refused:
            raise _further_in(f"variants/{index}", refused) from None

    def _newly_pictured(self, variant: Item, images: tuple[str, ...]) -> Item:
        """Return the variant with another picture; of one that is the product's too the product's text is taken over."""
        texts = {each: self._texts[each] for each in images if each in self._texts}
        if images == variant.images or not texts:
            return _pictured(variant, images)
        return replace(variant, images=images, image_alts=tuple(texts.items()))

    def _stocked(self, item: Item, wanted: WantedProduct | WantedVariant, *, new: bool) -> Item:
        if wanted.stock is UNSET:
            return item
        require_stock(wanted.stock)
        delta = wanted.stock - item.stock
        if self._within.by_difference and not new:
            seen = item.stock if wanted.stock_seen is UNSET else wanted.stock_seen
            delta = max(wanted.stock - seen, -item.stock)
            return self._moved(item, delta, self._within.reason) if delta else item
        if delta == 0:
            return item
        if new:
            return self._moved(item, delta, "created")
        # Whoever does not say what they saw may not know of a sale: they are told, and nothing is overwritten.
        require_seen(item.stocked(), None if wanted.stock_seen is UNSET else wanted.stock_seen)
        return self._moved(item, delta, self._within.reason)

    def _moved(self, item: Item, delta: int, reason: Reason) -> Item:
        after = add_units(item.stocked(), delta)
        self._changes.append(StockChange(after, delta, reason))
        return replace(item, stock=after.stock, moves=after.moves)


def _pictured(item: Item, images: tuple[str, ...]) -> Item:
    """Return the item with these pictures; those that stay keep their texts."""
    texts = dict(item.image_alts)
    return replace(
        item,
        images=images,
        image_alts=tuple((each, texts[each]) for each in dict.fromkeys(images) if each in texts),
    )


def _coded(item: Item, wanted: WantedProduct | WantedVariant) -> Item:
    sku = clean_code("sku", wanted.sku, item.sku)
    return replace(item, sku=sku, external_id=clean_code("external_id", wanted.external_id, item.external_id))


def _priced(item: Item, price: int | UnsetType, compare_at: int | UnsetType | None) -> Item:
    if price is not UNSET:
        item = replace(item, price_minor=price)
    if compare_at is not UNSET:
        item = replace(item, compare_at_minor=compare_at)
    require_price(item.price_minor, item.compare_at_minor)
    return item


def _further_in(at: str, refused: RefusedError) -> RefusedError:
    """Return the refusal of a variant's field as the product's refusal."""
    place = f"{at}/{refused.data.pop('at')}" if "at" in refused.data else at
    refused.data.pop("errors", None)
    further = refused_at(place, refused.message, refused.code)
    further.data.update(refused.data)
    return further
