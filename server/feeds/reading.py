"""A file as products: what kind of feed it is, and its entries with what is wrong with them. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from msgspec import UNSET, UnsetType

from server.catalogue.wanted import WantedProduct
from server.feeds.columns import key_of
from server.feeds.decoding import decode
from server.feeds.merchant import KNOWN as OF_MERCHANT
from server.feeds.merchant import read_merchant
from server.feeds.merchant_xml import read_xml
from server.feeds.own_format import read_own
from server.feeds.rules import Entry, Format, Why, unreadable
from server.feeds.sheet import read_sheet
from server.feeds.shopify import read_shopify


@dataclass(frozen=True, slots=True)
class Feed:
    """What was read: products in the file's order, and the columns that were not."""

    format: Format
    entries: Iterator[Entry]
    unknown: tuple[str, ...] = ()


def read_feed(content: bytes, currency: str, *, lines_max: int, format: Format | None = None) -> Feed:
    """Return the products of a file, told by its contents unless `format` says it.

    `currency` is the channel's: amounts without a code are in it, and those of another are refused. Raises `feed_unreadable`, here
    or while the entries are taken.
    """
    text = decode(content)
    is_xml = text.lstrip("\ufeff \t\r\n").startswith("<")
    if format == "merchant_xml" or (format is None and is_xml):
        if not is_xml:
            raise unreadable("format", "This is no XML.", 1)
        records = read_xml(text.lstrip("\ufeff"), lines_max=lines_max)
        return Feed("merchant_xml", _without_repeats(read_merchant(OF_MERCHANT, records, currency)))
    sheet = read_sheet(text, lines_max=lines_max)
    found = _format_of(sheet.columns)
    if found is None or (format is not None and found != format):
        raise unreadable("columns", "The first line does not name the columns of a feed that is known.", 1)
    entries = {
        "shopify": lambda: read_shopify(sheet, currency),
        "merchant": lambda: read_merchant(sheet.columns, sheet.records, currency),
        "showfloor": lambda: read_own(sheet, currency),
    }[found]()
    return Feed(found, _without_repeats(entries))


def _format_of(columns: Iterable[str]) -> Format | None:
    keys = {key_of(name) for name in columns}
    if keys & {"handle", "urlhandle"} and "title" in keys:
        return "shopify"
    if {"id", "title", "price"} <= keys and keys & {"itemgroupid", "imagelink", "availability", "link"}:
        return "merchant"
    if keys & {"id", "externalid", "sku", "title"} and keys & {
        "price",
        "stock",
        "title",
        "active",
        "images",
        "description",
    }:
        return "showfloor"
    return None


def _without_repeats(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield the entries; one that has a SKU or an external id of one before it is refused."""
    seen: dict[tuple[str, str], int] = {}
    for entry in entries:
        if entry.wanted is not None:
            for line, kind, code in _codes_of(entry, entry.wanted):
                first = seen.setdefault((kind, code), line)
                if first != line:
                    why: Why = "duplicate_sku" if kind == "sku" else "duplicate_product"
                    entry.refuse(line, why, kind, f"{code} stands on line {first} already.")
        yield entry


def _codes_of(entry: Entry, wanted: WantedProduct) -> Iterator[tuple[int, str, str]]:
    variants = () if wanted.variants is UNSET else wanted.variants
    both: list[tuple[int, str | UnsetType | None, str | UnsetType | None]] = [
        (entry.line, wanted.sku, wanted.external_id)
    ]
    lines = entry.variant_lines or (entry.line,) * len(variants)
    both += [(line, each.sku, each.external_id) for line, each in zip(lines, variants, strict=False)]
    for index, (line, sku, external_id) in enumerate(both):
        if isinstance(sku, str) and sku:
            yield line, "sku", sku
        # A variant may have its group's.
        if isinstance(external_id, str) and external_id and (index == 0 or external_id != wanted.external_id):
            yield line, "external_id", external_id
