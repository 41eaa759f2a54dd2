"""What a viewer who comes again may like of a show's products: from what they asked about, opened and bought in the channel before."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from pydantic import BaseModel, Field

from server.clock import to_wire
from server.http.params import Moment
from server.protocol.sold import Product

SHOWN_MAX: Final = 6
WITH_MAX: Final = 2
"""So many things that only go with what they bought."""
Why = Literal["asked", "clicked", "goes_with", "bought"]


class ForYouItem(BaseModel):
    """A product of the show, and why it is named."""

    product: str
    why: Why = Field(
        description="`asked`: it was shown when they asked something; `clicked`: they opened it and did not buy it; "
        "`goes_with`: it stood in a show's line-up beside `about`, which they bought; `bought`: they bought it"
    )
    at: Moment = Field(description="when that was last")
    about: str | None = Field(default=None, description="the title of what they bought")


class ForYouBody(BaseModel):
    """What may fit the viewer; empty where nothing is known, or may be."""

    products: list[ForYouItem]


@dataclass(frozen=True, slots=True)
class Past:
    """What a viewer did, by product or variant: when last. `beside`: what stood in a line-up with something that they bought, and that."""

    asked: Mapping[str, datetime]
    clicked: Mapping[str, datetime]
    bought: Mapping[str, datetime]
    beside: Mapping[str, tuple[str, datetime]]


def choose(shelf: Sequence[Product], past: Past) -> list[ForYouItem]:
    """Return what may fit, the best reason first, of each the latest; nothing that is sold out, each product once. Pure."""
    sold = {id: product for product in shelf for id in _ids(product)}
    found: dict[str, ForYouItem] = {}
    bought = {sold[id].id for id in past.bought if id in sold}
    for why, deeds in (("asked", past.asked), ("clicked", past.clicked)):
        for product, at in _latest(deeds, sold):
            if product.id not in bought:
                found.setdefault(product.id, _item(product, why, at))
    beside = [
        (sold[id], at, title)
        for id, (title, at) in past.beside.items()
        if id in sold and sold[id].id not in bought and sold[id].id not in found
    ]
    for product, at, title in sorted(beside, key=lambda each: each[1], reverse=True)[:WITH_MAX]:
        found.setdefault(product.id, _item(product, "goes_with", at, title))
    for product, at in _latest(past.bought, sold):
        found.setdefault(product.id, _item(product, "bought", at))
    on_hand = {product.id for product in shelf if _has_units(product)}
    return [each for each in found.values() if each.product in on_hand][:SHOWN_MAX]


def _ids(product: Product) -> Iterator[str]:
    yield product.id
    yield from (variant.id for variant in product.variants or ())


def _latest(deeds: Mapping[str, datetime], sold: Mapping[str, Product]) -> Iterable[tuple[Product, datetime]]:
    newest: dict[str, tuple[Product, datetime]] = {}
    for id, at in deeds.items():
        product = sold.get(id)
        if product is not None and (product.id not in newest or newest[product.id][1] < at):
            newest[product.id] = (product, at)
    return sorted(newest.values(), key=lambda each: each[1], reverse=True)


def _has_units(product: Product) -> bool:
    parts: Sequence[Any] = product.variants or ()
    return any(each.stock > 0 for each in parts) if parts else product.stock > 0


def _item(product: Product, why: Any, at: datetime, about: str | None = None) -> ForYouItem:
    return ForYouItem(product=product.id, why=why, at=to_wire(at), about=about)
