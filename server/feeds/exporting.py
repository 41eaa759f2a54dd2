"""Products as files: the same three formats that are read, so that what is exported and read again changes nothing. Pure."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from server.catalogue.family import Family, Item, variant_title
from server.feeds import html_text, own_format
from server.feeds.cells import mark
from server.feeds.merchant import ATTRIBUTES, DETAIL
from server.feeds.rules import Format
from server.feeds.values import written_amount

Row = dict[str, str]
BYTE_ORDER_MARK = "\ufeff"
MEDIA_TYPES: dict[Format, str] = {
    "showfloor": "text/csv",
    "shopify": "text/csv",
    "merchant": "text/tab-separated-values",
    "merchant_xml": "application/xml",
}
ENDINGS: dict[Format, str] = {"showfloor": "csv", "shopify": "csv", "merchant": "tsv", "merchant_xml": "xml"}
SHOPIFY_COLUMNS = (
    "Handle",
    "Title",
    "Body (HTML)",
    "Published",
    *(f"Option{n} {what}" for n in own_format.OPTIONS for what in ("Name", "Value")),
    "Variant SKU",
    "Variant Inventory Tracker",
    "Variant Inventory Qty",
    "Variant Price",
    "Variant Compare At Price",
    "Image Src",
    "Image Position",
    "Image Alt Text",
    "Variant Image",
    "Status",
)
MERCHANT_COLUMNS = (
    "id",
    "item_group_id",
    "title",
    "description",
    "image_link",
    "additional_image_link",
    "price",
    "sale_price",
    "availability",
    "quantity",
    *ATTRIBUTES,
    "product_detail",
)
_NO_ATTRIBUTES = AttributesImpl({})
_NAMESPACE = "http://base.google.com/ns/1.0"


class Export:
    """One file in the making: its beginning, products in portions, its end."""

    def __init__(self, format: Format, currency: str) -> None:
        self._format = format
        self._rows_of, self._columns = _FORMATS[format]
        self._currency = currency

    def begin(self) -> str:
        """Return what stands before the products."""
        if self._format == "merchant_xml":
            head = '<?xml version="1.0" encoding="UTF-8"?>\n'
            return f'{head}<rss version="2.0" xmlns:g="{_NAMESPACE}"><channel>\n'
        # Spreadsheets take a CSV for UTF-8 by its mark alone.
        mark_first = BYTE_ORDER_MARK if self._format == "showfloor" else ""
        return mark_first + self._table([self._columns])

    def portion(self, families: Iterable[Family]) -> str:
        """Return the lines of products."""
        rows = (row for family in families for row in self._rows_of(family, self._currency))
        if self._format == "merchant_xml":
            return "".join(_item(row) for row in rows)
        return self._table([mark(row.get(name, "")) for name in self._columns] for row in rows)

    def end(self) -> str:
        """Return what stands behind them."""
        return "</channel></rss>\n" if self._format == "merchant_xml" else ""

    def _table(self, rows: Iterable[Sequence[str]]) -> str:
        buffer = io.StringIO()
        delimiter = "\t" if self._format == "merchant" else ","
        csv.writer(buffer, delimiter=delimiter).writerows(rows)
        return buffer.getvalue()


def _own_rows(family: Family, currency: str) -> Iterator[Row]:
    head = family.head
    described = {
        "id": head.id,
        "external_id": head.external_id or "",
        "title": head.title,
        "description": head.description,
        "images": " ".join(head.images),
        "image_alts": "\n".join(f"{image} {alt}" for image, alt in head.image_alts),
        "active": _said(head.active),
        "currency": currency,
        "per_viewer_max": "" if head.per_viewer_max is None else str(head.per_viewer_max),
    }
    if not head.names:
        yield described | _own_sold(head, currency)
    for item in family.variants if head.names else ():
        options = {
            f"option{n}_{what}": text
            for n, (name, value) in enumerate(item.options, 1)
            for what, text in (("name", name), ("value", value))
        }
        variant = {
            "variant_id": item.id,
            "variant_external_id": item.external_id or "",
            "variant_image": item.image,
            "variant_image_alt": dict(item.image_alts).get(item.image, ""),
            "variant_active": _said(item.active),
        }
        yield described | options | variant | _own_sold(item, currency)


def _own_sold(item: Item, currency: str) -> Row:
    return {
        "sku": item.sku or "",
        "price": written_amount(item.price_minor, currency),
        "compare_at_price": _or_empty(item.compare_at_minor, currency),
        "stock": str(item.stock),
    }


def _shopify_rows(family: Family, currency: str) -> Iterator[Row]:
    head = family.head
    sold = [item for item in family.variants if item.active] if head.names else [head]
    described = {
        "Title": head.title,
        "Body (HTML)": html_text.as_html(head.description),
        "Published": _said(head.active).upper(),
        "Status": "active" if head.active else "archived",
    }
    for place in range(max(len(sold), len(head.images))):
        row = {"Handle": head.external_id or head.id} | (described if place == 0 else {})
        if place < len(sold):
            row |= _shopify_sold(sold[place], currency, alone=not head.names, named=place == 0)
        if place < len(head.images):
            image = head.images[place]
            row |= {
                "Image Src": image,
                "Image Position": str(place + 1),
                "Image Alt Text": dict(head.image_alts).get(image, ""),
            }
        yield row


def _shopify_sold(item: Item, currency: str, *, alone: bool, named: bool) -> Row:
    options = (("Title", "Default Title"),) if alone else item.options
    row = {f"Option{n} Value": value for n, (_, value) in enumerate(options, 1)}
    if named:
        row |= {f"Option{n} Name": name for n, (name, _) in enumerate(options, 1)}
    return row | {
        "Variant SKU": item.sku or "",
        "Variant Inventory Tracker": "shopify",
        "Variant Inventory Qty": str(item.stock),
        "Variant Price": written_amount(item.price_minor, currency),
        "Variant Compare At Price": _or_empty(item.compare_at_minor, currency),
        "Variant Image": "" if alone else item.image,
    }


def _merchant_rows(family: Family, currency: str) -> Iterator[Row]:
    """Yield the items of a product; one that is archived is offered nowhere."""
    head = family.head
    described = {
        "description": head.description,
        "image_link": head.image,
        "additional_image_link": ",".join(head.images[1:]),
    }
    for item in family.on_sale:
        group = {"item_group_id": head.external_id or head.id} if head.names else {}
        yield described | group | _merchant_sold(head, item, currency)


def _merchant_sold(head: Item, item: Item, currency: str) -> Row:
    attributes = {key_of.casefold(): column for column, key_of in ATTRIBUTES.items()}
    lower = item.compare_at_minor is not None
    price = item.compare_at_minor if item.compare_at_minor is not None else item.price_minor
    return {
        "id": item.external_id or item.sku or item.id,
        "title": variant_title(head.title, item.values) if head.names else head.title,
        "price": f"{written_amount(price, currency)} {currency}",
        "sale_price": f"{written_amount(item.price_minor, currency)} {currency}" if lower else "",
        "availability": "in_stock" if item.stock else "out_of_stock",
        "quantity": str(item.stock),
        "product_detail": "\n".join(f"{DETAIL}:{name}:{value}" for name, value in item.options),
        **{
            attributes[name.casefold()]: value
            for name, value in item.options
            if name.casefold() in attributes
        },
    }


def _item(row: Row) -> str:
    buffer = io.StringIO()
    xml = XMLGenerator(buffer, "utf-8", short_empty_elements=True)
    xml.startElement("item", _NO_ATTRIBUTES)
    for name in MERCHANT_COLUMNS:
        value = row.get(name, "")
        if name == "product_detail":
            _write_details(xml, value)
        elif name == "additional_image_link":
            for address in filter(None, value.split(",")):
                _write(xml, name, address)
        elif value:
            _write(xml, name, value)
    xml.endElement("item")
    return buffer.getvalue() + "\n"


def _write(xml: XMLGenerator, name: str, value: str) -> None:
    xml.startElement(f"g:{name}", _NO_ATTRIBUTES)
    xml.characters(value)
    xml.endElement(f"g:{name}")


def _write_details(xml: XMLGenerator, details: str) -> None:
    for detail in filter(None, details.split("\n")):
        section, name, value = detail.split(":", 2)
        xml.startElement("g:product_detail", _NO_ATTRIBUTES)
        for part, text in (("section_name", section), ("attribute_name", name), ("attribute_value", value)):
            _write(xml, part, text)
        xml.endElement("g:product_detail")


def _or_empty(minor: int | None, currency: str) -> str:
    return "" if minor is None else written_amount(minor, currency)


def _said(yes: bool) -> str:
    return "true" if yes else "false"


_FORMATS: dict[Format, tuple[Callable[[Family, str], Iterator[Row]], tuple[str, ...]]] = {
    "showfloor": (_own_rows, own_format.COLUMNS),
    "shopify": (_shopify_rows, SHOPIFY_COLUMNS),
    "merchant": (_merchant_rows, MERCHANT_COLUMNS),
    "merchant_xml": (_merchant_rows, MERCHANT_COLUMNS),
}
