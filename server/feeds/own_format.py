"""Our own CSV: a line for each product that is sold itself and for each variant; docs/feeds.md has its columns. Pure."""

from collections.abc import Iterator, Sequence

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from server.catalogue.wanted import WantedProduct, WantedVariant
from server.feeds.columns import Columns, Sold, begun, grouped, required
from server.feeds.rules import Entry, LineError, Record
from server.feeds.sheet import Sheet
from server.feeds.values import address, amount, limit_per_viewer, units, yes_or_no

OPTIONS = (1, 2, 3)
COLUMNS = (
    "id",
    "external_id",
    "variant_id",
    "variant_external_id",
    "sku",
    "title",
    "description",
    *(f"option{n}_{what}" for n in OPTIONS for what in ("name", "value")),
    "price",
    "compare_at_price",
    "currency",
    "stock",
    "images",
    "image_alts",
    "variant_image",
    "variant_image_alt",
    "active",
    "variant_active",
    "per_viewer_max",
)
_KNOWN: dict[str, tuple[str, ...]] = dict.fromkeys(COLUMNS, ())


def read_own(sheet: Sheet, currency: str) -> Iterator[Entry]:
    """Yield the products of the file: lines of one `id`, else one `external_id`, are one product."""
    columns = Columns(sheet.columns, _KNOWN)
    groups = grouped(
        sheet.records, lambda record: columns.cell(record, "id") or columns.cell(record, "external_id")
    )
    for _, records in groups:
        yield _Product(columns, currency, records).entry


class _Product:
    def __init__(self, columns: Columns, currency: str, records: Sequence[Record]) -> None:
        self._columns = columns
        self._currency = currency
        self._first = records[0]
        self.entry = begun(records, columns.cell(records[0], "title"))
        for record in records:
            columns.read(self.entry, record, "currency", self._same_currency)
        names = tuple(filter(None, (columns.cell(records[0], f"option{n}_name") for n in OPTIONS)))
        wanted = self._described()
        self.entry.wanted = (
            self._with_variants(wanted, names, records) if names else self._alone(wanted, records)
        )

    def _same_currency(self, text: str) -> str:
        if text.upper() != self._currency:
            raise LineError("currency_other", f"This channel sells in {self._currency}.")
        return text

    def _described(self) -> WantedProduct:
        columns, first, entry = self._columns, self._first, self.entry
        images = self._images()
        return WantedProduct(
            id=columns.cell(first, "id") or UNSET,
            external_id=columns.cell(first, "external_id") or UNSET,
            title=columns.cell(first, "title") or UNSET,
            description=columns.text(first, "description"),
            images=images,
            image_alts=self._texts(images),
            active=columns.read(entry, first, "active", yes_or_no),
            per_viewer_max=self._limit(),
        )

    def _limit(self) -> int | UnsetType | None:
        """Return the limit per viewer; none where the cell is empty, unset where there is no such column."""
        found = self._columns.read(self.entry, self._first, "per_viewer_max", limit_per_viewer)
        return None if found is UNSET and "per_viewer_max" in self._columns else found

    def _images(self) -> tuple[str, ...] | UnsetType:
        if "images" not in self._columns:
            return UNSET
        found = self._columns.read(
            self.entry, self._first, "images", lambda text: tuple(address(each) for each in text.split())
        )
        return () if found is UNSET else found

    def _texts(self, images: tuple[str, ...] | UnsetType) -> dict[str, str] | UnsetType:
        """Return by address what the pictures show: each has a line of the cell, the address before the text."""
        if images is UNSET or "image_alts" not in self._columns:
            return UNSET
        lines = self._columns.cell(self._first, "image_alts").splitlines()
        named = (line.strip().partition(" ") for line in lines)
        return {image: alt.strip() for image, _, alt in named if image in images and alt.strip()}

    def _alone(self, wanted: WantedProduct, records: Sequence[Record]) -> WantedProduct:
        for record in records[1:]:
            self.entry.refuse(
                record.line, "duplicate_product", "external_id", "The product stands in the file before."
            )
        options = () if "option1_name" in self._columns else UNSET
        return replace(wanted, options=options, **self._sold(self._first))

    def _with_variants(
        self, wanted: WantedProduct, names: tuple[str, ...], records: Sequence[Record]
    ) -> WantedProduct:
        self.entry.variant_lines = tuple(record.line for record in records)
        variants = tuple(self._variant(names, record) for record in records)
        return replace(wanted, options=names, variants=variants)

    def _variant(self, names: tuple[str, ...], record: Record) -> WantedVariant:
        columns, entry = self._columns, self.entry
        here = tuple(filter(None, (columns.cell(record, f"option{n}_name") for n in OPTIONS)))
        if here not in (names, ()):
            entry.refuse(
                record.line, "options_differ", "option1_name", "All lines of a product have the same options."
            )
        values = [columns.cell(record, f"option{n}_value") for n in OPTIONS[: len(names)]]
        for n, value in enumerate(values, 1):
            required(entry, record.line, columns, f"option{n}_value", value)
        return WantedVariant(
            id=columns.cell(record, "variant_id") or UNSET,
            external_id=columns.cell(record, "variant_external_id") or UNSET,
            options=dict(zip(names, values, strict=True)),
            image=columns.read(entry, record, "variant_image", address),
            image_alt=columns.text(record, "variant_image_alt"),
            active=columns.read(entry, record, "variant_active", yes_or_no),
            **self._sold(record),
        )

    def _sold(self, record: Record) -> Sold:
        columns, entry = self._columns, self.entry

        def price_of(text: str) -> int:
            return amount(text, self._currency)

        compare = columns.read(entry, record, "compare_at_price", price_of)
        return {
            "sku": columns.code(record, "sku"),
            "price_minor": columns.read(entry, record, "price", price_of),
            "compare_at_minor": compare
            if compare is not UNSET or "compare_at_price" not in columns
            else None,
            "stock": columns.read(entry, record, "stock", units),
        }
