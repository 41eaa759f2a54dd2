"""A product CSV as Shopify exports it: a line for each variant and picture, the first of a handle with the product's own fields. Pure."""

from collections.abc import Iterator, Sequence

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from server.catalogue.wanted import WantedProduct, WantedVariant
from server.feeds import html_text
from server.feeds.columns import Columns, Sold, begun, grouped, required
from server.feeds.rules import Entry, Record
from server.feeds.sheet import Sheet
from server.feeds.values import address, amount, units, yes_or_no

OPTIONS = (1, 2, 3)
KNOWN = {
    "Handle": ("URL handle",),
    "Title": (),
    "Body (HTML)": ("Body HTML", "Description"),
    "Published": ("Published on online store",),
    "Status": (),
    **{f"Option{n} {what}": () for n in OPTIONS for what in ("Name", "Value")},
    "Variant SKU": ("SKU",),
    "Variant Inventory Tracker": ("Inventory tracker",),
    "Variant Inventory Qty": ("Inventory quantity",),
    "Variant Price": ("Price",),
    "Variant Compare At Price": ("Compare-at price",),
    "Image Src": ("Product image URL",),
    "Image Position": (),
    "Image Alt Text": ("Product image alt text",),
    "Variant Image": ("Variant image URL",),
}
_ALONE = ("title", "default title")
"""The option and the value of what has no variants."""


def read_shopify(sheet: Sheet, currency: str) -> Iterator[Entry]:
    """Yield the products of the file."""
    columns = Columns(sheet.columns, KNOWN)
    for handle, records in grouped(sheet.records, lambda record: columns.cell(record, "Handle")):
        yield _Product(columns, currency, handle, records).entry


class _Product:
    def __init__(self, columns: Columns, currency: str, handle: str, records: Sequence[Record]) -> None:
        self._columns = columns
        self._currency = currency
        self._first = records[0]
        self.entry = begun(records, columns.cell(records[0], "Title") or handle)
        if not handle:
            required(self.entry, records[0].line, columns, "Handle", "")
            return
        names = tuple(filter(None, (columns.cell(records[0], f"Option{n} Name") for n in OPTIONS)))
        variants = [record for record in records if self._is_variant(record)] or [records[0]]
        alone = not names or (
            len(variants) == 1
            and (names[0].casefold(), columns.cell(variants[0], "Option1 Value").casefold()) == _ALONE
        )
        images = self._images(records)
        wanted = replace(self._described(handle), images=images)
        alts = self._texts(records)
        if alts is not UNSET and images is not UNSET:
            wanted = replace(wanted, image_alts={each: alts[each] for each in images if each in alts})
        self.entry.wanted = (
            self._alone(wanted, variants) if alone else self._with_variants(wanted, names, variants)
        )

    def _is_variant(self, record: Record) -> bool:
        fields = ("Option1 Value", "Variant Price", "Variant SKU")
        return any(self._columns.cell(record, field) for field in fields)

    def _described(self, handle: str) -> WantedProduct:
        columns, first = self._columns, self._first
        body = columns.text(first, "Body (HTML)")
        required(self.entry, first.line, columns, "Title", columns.cell(first, "Title"))
        return WantedProduct(
            external_id=handle,
            title=columns.cell(first, "Title"),
            description=body if body is UNSET else html_text.as_text(body),
            active=self._active(),
        )

    def _active(self) -> bool | UnsetType:
        status = self._columns.read(self.entry, self._first, "Status", yes_or_no)
        return (
            self._columns.read(self.entry, self._first, "Published", yes_or_no) if status is UNSET else status
        )

    def _images(self, records: Sequence[Record]) -> tuple[str, ...] | UnsetType:
        columns = self._columns
        if "Image Src" not in columns:
            return UNSET
        found = [
            (
                _place(columns.cell(record, "Image Position")),
                columns.read(self.entry, record, "Image Src", address),
            )
            for record in records
        ]
        shown = sorted((place, image) for place, image in found if image is not UNSET)
        return tuple(dict.fromkeys(image for _, image in shown))

    def _texts(self, records: Sequence[Record]) -> dict[str, str] | UnsetType:
        """Return by address what the product's pictures show."""
        columns = self._columns
        if "Image Alt Text" not in columns:
            return UNSET
        named = ((columns.cell(each, "Image Src"), columns.cell(each, "Image Alt Text")) for each in records)
        return {image: alt for image, alt in named if image and alt}

    def _alone(self, wanted: WantedProduct, records: Sequence[Record]) -> WantedProduct:
        for record in records[1:]:
            self.entry.refuse(
                record.line, "options_differ", "Option1 Value", "A second variant needs options."
            )
        return replace(wanted, options=(), **self._sold(records[0]))

    def _with_variants(
        self, wanted: WantedProduct, names: tuple[str, ...], records: Sequence[Record]
    ) -> WantedProduct:
        self.entry.variant_lines = tuple(record.line for record in records)
        variants = tuple(self._variant(names, record) for record in records)
        return replace(wanted, options=names, variants=variants)

    def _variant(self, names: Sequence[str], record: Record) -> WantedVariant:
        columns = self._columns
        values = [columns.cell(record, f"Option{n} Value") for n in OPTIONS[: len(names)]]
        for n, value in enumerate(values, 1):
            required(self.entry, record.line, columns, f"Option{n} Value", value)
        image = columns.read(self.entry, record, "Variant Image", address)
        return WantedVariant(options=dict(zip(names, values, strict=True)), image=image, **self._sold(record))

    def _sold(self, record: Record) -> Sold:
        columns = self._columns

        def price_of(text: str) -> int:
            return amount(text, self._currency)

        price = columns.read(self.entry, record, "Variant Price", price_of)
        required(self.entry, record.line, columns, "Variant Price", price)
        compare = columns.read(self.entry, record, "Variant Compare At Price", price_of)
        tracked = "Variant Inventory Tracker" not in columns or columns.cell(
            record, "Variant Inventory Tracker"
        )
        return {
            "sku": columns.code(record, "Variant SKU"),
            "price_minor": price,
            "compare_at_minor": _above(compare, price) if "Variant Compare At Price" in columns else UNSET,
            "stock": columns.read(self.entry, record, "Variant Inventory Qty", units) if tracked else UNSET,
        }


def _above(compare: int | UnsetType, price: int | UnsetType) -> int | None:
    """Return the price to compare with; shops have ones that are no more than the price, which say nothing."""
    return compare if compare is not UNSET and price is not UNSET and compare > price else None


def _place(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1_000_000
