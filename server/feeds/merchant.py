"""A product feed as Google's Merchant Center takes it, from TSV or XML: a line for each item, variants with one `item_group_id`. Pure."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import UNSET, UnsetType

from server.catalogue.family import variant_title
from server.catalogue.wanted import WantedProduct, WantedVariant
from server.feeds.columns import Columns, Sold, begun, grouped, required
from server.feeds.rules import Entry, Record
from server.feeds.values import address, amount, units

KNOWN = {
    "id": (),
    "item_group_id": (),
    "title": (),
    "description": (),
    "image_link": (),
    "additional_image_link": (),
    "price": (),
    "sale_price": (),
    "quantity": ("sell_on_google_quantity", "inventory"),
    "color": ("colour",),
    "size": (),
    "material": (),
    "pattern": (),
    "product_detail": (),
    "availability": (),
    "link": (),
}
ATTRIBUTES = {"color": "Color", "size": "Size", "material": "Material", "pattern": "Pattern"}
"""Columns that are options of a product whose items form a group, unless its details name them."""
DETAIL = "Option"
"""The section of `product_detail` that names options: `Option:Length:30 cm`."""


def read_merchant(names: Iterable[str], records: Iterable[Record], currency: str) -> Iterator[Entry]:
    """Yield the products of the feed."""
    columns = Columns(names, KNOWN)

    def key(record: Record) -> str:
        group = columns.cell(record, "item_group_id")
        return f"group {group}" if group else f"item {columns.cell(record, 'id')}"

    for _, group in grouped(records, key):
        yield _Product(columns, currency, group).entry


class _Product:
    def __init__(self, columns: Columns, currency: str, records: Sequence[Record]) -> None:
        self._columns = columns
        self._currency = currency
        self.entry = begun(records, columns.cell(records[0], "title"))
        for record in records:
            required(self.entry, record.line, columns, "id", columns.cell(record, "id"))
            required(self.entry, record.line, columns, "title", columns.cell(record, "title"))
        group = columns.cell(records[0], "item_group_id")
        self.entry.wanted = self._with_variants(group, records) if group else self._alone(records)

    def _alone(self, records: Sequence[Record]) -> WantedProduct:
        first = records[0]
        for record in records[1:]:
            self.entry.refuse(
                record.line,
                "duplicate_product",
                self._columns.name("id"),
                "The item stands in the feed before.",
            )
        return WantedProduct(
            external_id=self._columns.cell(first, "id"),
            title=self._columns.cell(first, "title"),
            description=self._columns.text(first, "description"),
            images=self._images(first),
            **self._sold(first),
        )

    def _with_variants(self, group: str, records: Sequence[Record]) -> WantedProduct:
        options = [self._options(record) for record in records]
        names = tuple(dict.fromkeys(name for each in options for name in each))
        if not names:
            self.entry.refuse(
                records[0].line,
                "options_differ",
                "item_group_id",
                "Items of a group differ by color, size, material or pattern.",
            )
        first = records[0]
        title = self._columns.cell(first, "title")
        ending = variant_title("", tuple(options[0].values()))
        self.entry.variant_lines = tuple(record.line for record in records)
        return WantedProduct(
            external_id=group,
            title=title.removesuffix(ending) or title,
            description=self._columns.text(first, "description"),
            images=self._images(first),
            options=names,
            variants=tuple(self._variant(names, *each) for each in zip(records, options, strict=True)),
        )

    def _variant(self, names: tuple[str, ...], record: Record, options: dict[str, str]) -> WantedVariant:
        lacking = [name for name in names if name not in options]
        if lacking:
            self.entry.refuse(record.line, "missing", lacking[0].lower(), f"There is no {lacking[0]}.")
        return WantedVariant(
            external_id=self._columns.cell(record, "id"),
            options={name: options.get(name, "") for name in names},
            **self._sold(record),
        )

    def _options(self, record: Record) -> dict[str, str]:
        """Return what tells this item from the others of its group, by the option's name."""
        named: dict[str, str] = {}
        for detail in self._columns.cell(record, "product_detail").splitlines():
            section, _, rest = detail.partition(":")
            name, _, value = rest.partition(":")
            if section == DETAIL and name and value:
                named[name] = value
        if named:
            return named
        cells = {name: self._columns.cell(record, column) for column, name in ATTRIBUTES.items()}
        return {name: value for name, value in cells.items() if value}

    def _images(self, record: Record) -> tuple[str, ...] | UnsetType:
        columns, entry = self._columns, self.entry
        if "image_link" not in columns:
            return UNSET
        first = columns.read(entry, record, "image_link", address)
        others = columns.read(entry, record, "additional_image_link", _addresses)
        found = () if first is UNSET else (first,)
        return tuple(dict.fromkeys(found + (() if others is UNSET else others)))

    def _sold(self, record: Record) -> Sold:
        columns, entry = self._columns, self.entry

        def price_of(text: str) -> int:
            return amount(text, self._currency)

        price = columns.read(entry, record, "price", price_of)
        required(entry, record.line, columns, "price", price)
        sale = columns.read(entry, record, "sale_price", price_of)
        lower = sale is not UNSET and price is not UNSET and sale < price
        return {
            "price_minor": sale if lower else price,
            "compare_at_minor": price if lower else None,
            "stock": columns.read(entry, record, "quantity", units),
        }


def _addresses(text: str) -> tuple[str, ...]:
    """Return the addresses of a cell: parted by commas or line breaks. A comma within one is written as %2C."""
    return tuple(address(each.strip()) for each in text.replace("\n", ",").split(",") if each.strip())
