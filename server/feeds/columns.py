"""Columns by the names that several programs give them, and cells read into a product's fields. Pure."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypedDict, TypeVar

from msgspec import UNSET, UnsetType

from server.feeds.rules import Entry, LineError, Record

T = TypeVar("T")
_SIGNS = re.compile(r"[^a-z0-9]+")


class Sold(TypedDict, total=False):
    """What a line says of what is sold: a product itself, or a variant."""

    sku: str | UnsetType | None
    price_minor: int | UnsetType
    compare_at_minor: int | UnsetType | None
    stock: int | UnsetType


def key_of(name: str) -> str:
    """Return a column's name without what programs write differently: `Variant SKU` and `variant_sku` are one."""
    return _SIGNS.sub("", name.casefold().removeprefix("g:"))


class Columns:
    """Which of the columns that a format knows a file has. `known` has for each field the names that it goes by."""

    def __init__(self, present: Iterable[str], known: Mapping[str, Sequence[str]]) -> None:
        by_key: dict[str, str] = {}
        for name in present:
            by_key.setdefault(key_of(name), name)
        self._names = {
            field: next(by_key[key_of(name)] for name in (field, *names) if key_of(name) in by_key)
            for field, names in known.items()
            if any(key_of(name) in by_key for name in (field, *names))
        }
        self.unknown = tuple(name for name in by_key.values() if name and name not in self._names.values())
        """Columns that are not read."""

    def __contains__(self, field: str) -> bool:
        return field in self._names

    def name(self, field: str) -> str:
        """Return what the file calls a field."""
        return self._names.get(field, field)

    def cell(self, record: Record, field: str) -> str:
        """Return a field's cell, empty where there is none."""
        return record.get(self._names[field]) if field in self._names else ""

    def read(self, entry: Entry, record: Record, field: str, convert: Callable[[str], T]) -> T | UnsetType:
        """Return a cell's value; unset where it is empty, or cannot be read, which is noted."""
        text = self.cell(record, field)
        if not text:
            return UNSET
        try:
            return convert(text)
        except LineError as error:
            entry.refuse(record.line, error.why, self.name(field), str(error))
            return UNSET

    def text(self, record: Record, field: str) -> str | UnsetType:
        """Return a cell's text, empty where it is, unset where there is no such column."""
        return self.cell(record, field) if field in self else UNSET

    def code(self, record: Record, field: str) -> str | UnsetType | None:
        """Return a SKU, none where the cell is empty, unset where there is no such column."""
        return (self.cell(record, field) or None) if field in self else UNSET


def grouped(records: Iterable[Record], key: Callable[[Record], str]) -> Iterator[tuple[str, list[Record]]]:
    """Yield the lines of one key together, in the order in which the keys come first; a line without a key is alone."""
    groups: dict[str, list[Record]] = {}
    for record in records:
        groups.setdefault(key(record) or f"\0{record.line}", []).append(record)
    for name, group in groups.items():
        yield "" if name.startswith("\0") else name, group


def begun(records: Sequence[Record], title: str) -> Entry:
    """Return an entry for these lines; a line with more cells than columns spoils it."""
    entry = Entry(records[0].line, records[-1].line, title[:200])
    for record in records:
        if record.extra:
            entry.refuse(record.line, "too_many_cells", "", "The line has more cells than there are columns.")
    return entry


def required(entry: Entry, line: int, columns: Columns, field: str, value: object) -> None:
    """Note that a field is missing, unless it has a value or what is wrong with it is noted."""
    name = columns.name(field)
    if value in (UNSET, "", None) and not any(p.line == line and p.field == name for p in entry.problems):
        entry.refuse(line, "missing", name, f"There is no {name}.")
