"""What somebody wants a product to be, and what came of it. Pure.

What is `UNSET` stays as it is, or takes its default in a new product. Money is in minor units of the channel's currency.
"""

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from server.catalogue.rules import Buying

Status = Literal["created", "updated", "unchanged", "refused"]


class WantedVariant(Struct, frozen=True, kw_only=True):
    """A variant as it is to be; `options` has its value of each of the product's options, by name.

    It is the present variant with the same `id`, else `external_id`, else `sku`, else options; a new one where there is none.
    `stock` is what a new variant begins with. Of a present one it is refused unless `stock_seen` says how many there were.
    """

    options: dict[str, str]
    id: str | UnsetType = UNSET
    price_minor: int | UnsetType = UNSET
    """Of a new variant, where it is not given, the product's."""
    compare_at_minor: int | UnsetType | None = UNSET
    stock: int | UnsetType = UNSET
    stock_seen: int | UnsetType = UNSET
    sku: str | UnsetType | None = UNSET
    external_id: str | UnsetType | None = UNSET
    image: str | UnsetType = UNSET
    image_alt: str | UnsetType = UNSET
    active: bool | UnsetType = UNSET


class WantedProduct(Struct, frozen=True, kw_only=True):
    """A product as it is to be. A new one needs `title`, and `price_minor` unless each of its variants has one.

    `options` are the names of 1 to 3 options, () for none; then `variants` are all that it is to have: a present one that is not among them
    is archived. `currency`, where given, must be the channel's. `images` are addresses, the first of which is on the card; `image_alts`
    say, by address, what each of them shows. A picture that stays keeps its text where none is given. `buying` None: as the channel says.
    `per_viewer_max` is from 1 to `PER_VIEWER_MAX`; None: as the settings say.
    `stock` and `stock_seen` are as in a variant.
    """

    id: str | UnsetType = UNSET
    external_id: str | UnsetType | None = UNSET
    sku: str | UnsetType | None = UNSET
    title: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    price_minor: int | UnsetType = UNSET
    compare_at_minor: int | UnsetType | None = UNSET
    currency: str | UnsetType = UNSET
    stock: int | UnsetType = UNSET
    stock_seen: int | UnsetType = UNSET
    images: tuple[str, ...] | UnsetType = UNSET
    image_alts: dict[str, str] | UnsetType = UNSET
    options: tuple[str, ...] | UnsetType = UNSET
    variants: tuple[WantedVariant, ...] | UnsetType = UNSET
    active: bool | UnsetType = UNSET
    buying: Buying | UnsetType | None = UNSET
    per_viewer_max: int | UnsetType | None = UNSET


class Written(Struct, frozen=True, omit_defaults=True):
    """What came of one wanted product: its id, where there is one.

    Of a refused one the code, a sentence, and where (`variants/2/price`); for stock that was not seen, how many are left.
    """

    status: Status
    id: str | None = None
    code: str | None = None
    message: str | None = None
    at: str | None = None
    stock: int | None = None
