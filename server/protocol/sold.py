"""What is on sale in a show, as the wire has it."""

from typing import Literal

from msgspec import UNSET, Struct, UnsetType


class Variant(Struct, frozen=True):
    """What is sold of a product with variants; `options` has a value for each of the product's `options`.

    `image` is empty where it has none of its own. Price, `compare_at`, `stock` and `limit` are as in a product.
    """

    id: str
    options: dict[str, str]
    price: int
    stock: int
    image: str
    compare_at: int | UnsetType = UNSET
    sku: str | UnsetType = UNSET
    limit: int | UnsetType = UNSET
    image_alt: str | UnsetType = UNSET


class Product(Struct, frozen=True):
    """A product on sale; `price` in minor units of `currency`, `stock` in units left.

    `limit`: so many units one viewer may buy in the show; absent: as many as there are. `compare_at`: a price above `price` that is struck
    through. `images`: all its pictures, where there are several. `image_alts`: by address what each of them shows, where somebody said it;
    `image_alt` is that of `image`. Products stand by `rank`, then by `id`.

    `buying`: that it is bought, with its variants, by a hold and the checkout; absent: by `buy`. `first_paid`: its units are held for
    nobody before they are paid.

    With `variants`, which have a value for each of `options`, the product itself is not sold: `price` is the lowest, `stock` 0.
    """

    id: str
    title: str
    description: str
    image: str
    price: int
    currency: str
    stock: int
    rank: int
    limit: int | UnsetType = UNSET
    compare_at: int | UnsetType = UNSET
    sku: str | UnsetType = UNSET
    images: list[str] | UnsetType = UNSET
    image_alt: str | UnsetType = UNSET
    image_alts: dict[str, str] | UnsetType = UNSET
    options: list[str] | UnsetType = UNSET
    variants: list[Variant] | UnsetType = UNSET
    buying: Literal["checkout", "first_paid"] | UnsetType = UNSET
