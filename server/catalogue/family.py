"""A product with its variants, as it stands: what an edit begins with and what it leaves. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from server.catalogue.rules import Buying, Reason, Stocked


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A product, or a variant of one: a row of the catalogue.

    `names` are those of a product's options, none in one that is sold itself; `options` are a variant's values by name, in that order.
    """

    id: str
    parent_id: str | None = None
    title: str = ""
    description: str = ""
    images: tuple[str, ...] = ()
    image_alts: tuple[tuple[str, str], ...] = ()
    """By the address of one of `images` what it shows, for who does not see it; in their order, those that have a text."""
    price_minor: int = 0
    compare_at_minor: int | None = None
    currency: str = ""
    stock: int = 0
    sold: int = 0
    moves: int = 0
    rank: int = 0
    active: bool = True
    names: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    sku: str | None = None
    external_id: str | None = None
    buying: Buying | None = None
    """Of a product, for its variants too; None: as the channel says."""
    per_viewer_max: int | None = None
    """Of a product, for its variants together; None: as the settings say."""
    version: int = 1
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def image(self) -> str:
        """The picture on its card; empty where there is none."""
        return self.images[0] if self.images else ""

    @property
    def values(self) -> tuple[str, ...]:
        """A variant's values, in the order of its product's options."""
        return tuple(value for _, value in self.options)

    def stocked(self, *, heading: bool = False) -> Stocked:
        """Return what the rules of stock know of it."""
        return Stocked(
            self.id, self.price_minor, self.currency, self.stock, self.sold, self.moves, heading=heading
        )


@dataclass(frozen=True, slots=True)
class Family:
    """A product and its variants, archived ones too, in their order."""

    head: Item
    variants: tuple[Item, ...] = ()

    @property
    def items(self) -> tuple[Item, ...]:
        """The product and its variants."""
        return (self.head, *self.variants)

    @property
    def on_sale(self) -> tuple[Item, ...]:
        """What can be bought of it: the active variants, or itself where it has no options; nothing of an archived one."""
        if not self.head.active:
            return ()
        return tuple(v for v in self.variants if v.active) if self.head.names else (self.head,)

    def without_stock(self) -> "Family":
        """Return what an edit's version tells apart: everything but stock, version and times."""
        return Family(_without_stock(self.head), tuple(_without_stock(item) for item in self.variants))


@dataclass(frozen=True, slots=True)
class StockChange:
    """A change of one item's stock: `after` is how it stands then, with the change's number."""

    after: Stocked
    delta: int
    reason: Reason


def variant_title(title: str, values: Sequence[str]) -> str:
    """Return what a variant is called by itself, such as `Linen apron – L / Blue`."""
    return f"{title} – {' / '.join(values)}"


def _without_stock(item: Item) -> Item:
    return replace(item, stock=0, sold=0, moves=0, version=0, created_at=None, updated_at=None)
