"""A product as `/v1` reads and shows it. Money is in minor units of the channel's currency."""

from typing import Annotated, Any

from msgspec import UNSET
from msgspec.structs import replace
from pydantic import Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from server.catalogue.family import Family, Item
from server.catalogue.rules import (
    ALT_CHARACTERS_MAX,
    AMOUNT_MAX,
    CODE_CHARACTERS_MAX,
    DESCRIPTION_CHARACTERS_MAX,
    IMAGES_MAX,
    OPTION_CHARACTERS_MAX,
    OPTIONS_MAX,
    PER_VIEWER_MAX,
    STOCK_MAX,
    TITLE_CHARACTERS_MAX,
    VARIANTS_MAX,
    Buying,
)
from server.catalogue.wanted import Status, WantedProduct, WantedVariant, Written
from server.clock import to_wire
from server.http.params import Address, EntityId, Face, Moment, OneLine, RequestBody
from server.protocol.codes import Code

UPSERTED_MAX = 1_000
_PER_VIEWER = "Units that one viewer may buy of it, of its variants together, in a show; null: as the server's settings say of each."
_BUYING = "How it is bought, with its variants; null: as the channel says."

Price = Annotated[int, Field(ge=0, le=AMOUNT_MAX, description="Minor units of the channel's currency.")]
CompareAt = Annotated[
    int | None,
    Field(ge=1, le=AMOUNT_MAX, description="A price above `price`, shown struck through; null: none."),
]
Units = Annotated[
    int,
    Field(
        ge=0,
        le=STOCK_MAX,
        description="Units on the shelf. Of what is there already `stock_seen` is needed too.",
    ),
]
Seen = Annotated[
    int,
    Field(
        ge=0,
        le=STOCK_MAX,
        description="How many were left when you looked; `conflict` with `stock` if others are.",
    ),
]
ProductCode = Annotated[OneLine, Field(max_length=CODE_CHARACTERS_MAX)]
AltText = Annotated[str, Field(max_length=4 * ALT_CHARACTERS_MAX)]
OptionText = Annotated[OneLine, Field(min_length=1, max_length=OPTION_CHARACTERS_MAX)]


class VariantRequest(RequestBody):
    """A variant. It is the present one with the same `id`, else `external_id`, else `sku`, else options; else a new one."""

    id: EntityId | None = None
    options: dict[OptionText, OptionText] = Field(description="A value for each of the product's options.")
    price: Price = 0
    compare_at: CompareAt = None
    stock: Units = 0
    stock_seen: Seen = 0
    sku: ProductCode | None = None
    external_id: ProductCode | None = None
    image: Address = ""
    image_alt: AltText = Field(default="", description="What the picture shows.")
    active: bool = True


class ProductRequest(RequestBody):
    """What is to be set; what is left out stays, or takes its default in a new product, which needs `title` and a price."""

    title: str = Field(default="", max_length=4 * TITLE_CHARACTERS_MAX)
    description: str = Field(default="", max_length=4 * DESCRIPTION_CHARACTERS_MAX)
    price: Price = 0
    compare_at: CompareAt = None
    currency: str = Field(default="", max_length=3, description="If given, the channel's.")
    stock: Units = 0
    stock_seen: Seen = 0
    sku: ProductCode | None = None
    external_id: ProductCode | None = None
    images: list[Address] = Field(default=[], max_length=IMAGES_MAX, description="The first is on its card.")
    image_alts: dict[Address, AltText] = Field(
        default={},
        max_length=IMAGES_MAX,
        description="By address what each of the pictures shows, for who does not see it. Left out: those that stay keep theirs.",
    )
    options: list[OptionText] = Field(
        default=[], max_length=OPTIONS_MAX, description="Names, such as Size and Colour; with `variants`."
    )
    variants: list[VariantRequest] = Field(
        default=[], max_length=VARIANTS_MAX, description="All of them: one that is left out is archived."
    )
    active: bool = Field(default=True, description="False: archived.")
    buying: Buying | None = Field(default=None, description=_BUYING)
    per_viewer_max: int | None = Field(default=None, ge=1, le=PER_VIEWER_MAX, description=_PER_VIEWER)


class LineRequest(ProductRequest):
    """A product of a bulk call: the present one with the same `id`, else `external_id`, else `sku`; else a new one."""

    id: EntityId | None = None


def _line_or_why_not(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
    """Return a line, or why it cannot be read: it must not refuse the others."""
    try:
        return read(value)
    except ValidationError as error:
        first = error.errors()[0]
        at = "/".join(str(part) for part in first["loc"])
        return Written("refused", code=Code.INVALID.value, message=first["msg"], at=at)


Line = Annotated[LineRequest, WrapValidator(_line_or_why_not)]


class BulkRequest(RequestBody):
    """Products to be made and changed; each is looked at by itself."""

    products: list[Line] = Field(min_length=1, max_length=UPSERTED_MAX)


class LineBody(Face):
    """What came of one line. `at` is the field that a refused one is refused for, `stock` what is left where that was not seen."""

    status: Status
    id: str | None
    code: Code | None
    message: str | None
    at: str | None
    stock: int | None


class BulkBody(Face):
    """What came of each line, in their order."""

    results: list[LineBody]


class VariantBody(Face):
    """A variant."""

    id: str
    title: str = Field(description="The product's with the variant's options: as on receipts.")
    options: dict[str, str]
    price: int
    compare_at: int | None
    stock: int
    sold: int
    sku: str | None
    external_id: str | None
    image: str = Field(description="Empty: the product's.")
    image_alt: str
    active: bool


class ProductBody(Face):
    """A product of the channel. With `variants` its `price` is the lowest of theirs and its `stock` 0."""

    id: str
    title: str
    description: str
    price: int = Field(description="Minor units of `currency`.")
    compare_at: int | None
    currency: str = Field(description="ISO 4217.")
    stock: int
    sold: int
    sku: str | None
    external_id: str | None
    image: str
    images: list[str]
    image_alts: dict[str, str] = Field(description="By address what a picture shows; only those that say it.")
    options: list[str]
    variants: list[VariantBody] = Field(description="Archived ones too, behind the others.")
    active: bool
    buying: Buying | None = Field(description=_BUYING)
    per_viewer_max: int | None = Field(description=_PER_VIEWER)
    version: int = Field(description="Goes up with every edit, not with stock.")
    created_at: Moment | None
    updated_at: Moment | None


def wanted_product(body: ProductRequest) -> WantedProduct:
    """Return what a request wants: only the fields that it gives."""
    given = body.model_fields_set
    fields: dict[str, Any] = {name: getattr(body, name) for name in given & _PLAIN}
    fields |= {_RENAMED[name]: getattr(body, name) for name in given & _RENAMED.keys()}
    for name in ("images", "options"):
        if name in given:
            fields[name] = tuple(getattr(body, name))
    if "image_alts" in given:
        fields["image_alts"] = dict(body.image_alts)
    if "variants" in given:
        fields["variants"] = tuple(_wanted_variant(each) for each in body.variants)
    return WantedProduct(**fields)


def as_wanted_line(line: LineRequest | Written) -> WantedProduct | Written:
    """Return what a line of a bulk call wants; refused without a name of its own, since a repeated call would make it again."""
    if isinstance(line, Written):
        return line
    wanted = wanted_product(line)
    if line.id is None:
        wanted = replace(wanted, id=UNSET)
    if not (wanted.id or wanted.external_id or wanted.sku):
        why = "A line names its product by `external_id`, `sku` or `id`."
        return Written("refused", code=Code.INVALID.value, message=why, at="external_id")
    return wanted


def _wanted_variant(body: VariantRequest) -> WantedVariant:
    given = body.model_fields_set
    fields: dict[str, Any] = {name: getattr(body, name) for name in given & _PLAIN}
    fields |= {_RENAMED[name]: getattr(body, name) for name in given & _RENAMED.keys()}
    if body.id is None:
        fields["id"] = UNSET
    return WantedVariant(**fields, options=body.options)


def as_product_body(family: Family) -> ProductBody:
    """Return a product as `/v1` shows it."""
    head = family.head
    return ProductBody(
        **_common(head),
        description=head.description,
        currency=head.currency,
        images=list(head.images),
        image_alts=dict(head.image_alts),
        options=list(head.names),
        variants=[
            VariantBody(
                **_common(each),
                options=dict(each.options),
                image_alt=dict(each.image_alts).get(each.image, ""),
            )
            for each in family.variants
        ],
        buying=head.buying,
        per_viewer_max=head.per_viewer_max,
        version=head.version,
        created_at=None if head.created_at is None else to_wire(head.created_at),
        updated_at=None if head.updated_at is None else to_wire(head.updated_at),
    )


def _common(item: Item) -> dict[str, Any]:
    return {
        "id": item.id,
        "title": item.title,
        "price": item.price_minor,
        "compare_at": item.compare_at_minor,
        "stock": item.stock,
        "sold": item.sold,
        "sku": item.sku,
        "external_id": item.external_id,
        "image": item.image,
        "active": item.active,
    }


_PLAIN = frozenset(
    {
        "id",
        "title",
        "description",
        "currency",
        "stock",
        "stock_seen",
        "sku",
        "external_id",
        "image",
        "image_alt",
        "active",
        "buying",
        "per_viewer_max",
    }
)
_RENAMED = {"price": "price_minor", "compare_at": "compare_at_minor"}
