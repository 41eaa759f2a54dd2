"""What would come of a feed, product by product: made, changed and in what, left as it is, or refused and why. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from msgspec import UNSET, Struct
from msgspec.structs import replace

from server.catalogue.family import Family, Item
from server.catalogue.wanted import WantedProduct, Written
from server.feeds.rules import PROBLEMS_SHOWN, Entry, Problem

Outcome = Literal["create", "update", "unchanged", "refused"]
OUTCOMES: tuple[Outcome, ...] = ("create", "update", "unchanged", "refused")
_OUTCOME_OF: dict[str, Outcome] = {
    "created": "create",
    "updated": "update",
    "unchanged": "unchanged",
    "refused": "refused",
}
TEXT_CHARACTERS_SHOWN = 200
CHANGES_SHOWN = 100
Shown = str | int | bool | None


class Change(Struct, frozen=True):
    """A field that would change; of a variant its name too. Money in minor units, pictures by their addresses."""

    field: str
    before: Shown
    after: Shown
    variant: str | None = None


class Face(Struct, frozen=True):
    """What a person is shown of one product of the file."""

    line: int
    last_line: int
    title: str
    outcome: Outcome
    product: str | None = None
    variants: int = 0
    changes: tuple[Change, ...] = ()
    problems: tuple[Problem, ...] = ()


class Compared(Struct, frozen=True):
    """A product of the file, what would come of it, and how it is to be written: with ids, and stock as it was seen."""

    face: Face
    version: int | None = None
    wanted: WantedProduct | None = None


def refused(entry: Entry) -> Compared:
    """Return an entry that cannot be read."""
    problems = tuple(entry.problems)
    return Compared(Face(entry.line, entry.last_line, entry.title, "refused", problems=problems))


def compared(
    entry: Entry, wanted: WantedProduct, written: Written, edit: tuple[Family | None, Family] | None
) -> Compared:
    """Return what would come of an entry, when `written` says so and `edit` is what there was and would be."""
    if edit is None or written.status == "refused":
        problem = Problem(
            _line_of(entry, written.at), written.code or "invalid", written.at or "", written.message or ""
        )
        return Compared(
            Face(entry.line, entry.last_line, entry.title, "refused", problems=(problem,)[:PROBLEMS_SHOWN])
        )
    before, after = edit
    face = Face(
        entry.line,
        entry.last_line,
        after.head.title,
        _OUTCOME_OF[written.status],
        product=None if before is None else before.head.id,
        variants=sum(each.active for each in after.variants),
        changes=tuple(_changes(before, after))[:CHANGES_SHOWN] if before is not None else (),
    )
    return Compared(face, 0 if before is None else before.head.version, _seen(wanted, before, after))


def counted(found: Sequence[Compared]) -> dict[str, int]:
    """Return how many products there are of each outcome."""
    counts = Counter(each.face.outcome for each in found)
    return {outcome: counts[outcome] for outcome in OUTCOMES}


def _line_of(entry: Entry, at: str | None) -> int:
    """Return the line of the field `variants/2/price`, or of the product."""
    parts = (at or "").split("/")
    if len(parts) > 1 and parts[0] == "variants" and parts[1].isdigit():
        place = int(parts[1])
        if place < len(entry.variant_lines):
            return entry.variant_lines[place]
    return entry.line


def _seen(wanted: WantedProduct, before: Family | None, after: Family) -> WantedProduct:
    """Return what is wanted with the ids and the stock of what is there, so that it means the same later."""
    if before is None:
        return wanted
    present = {item.id: item for item in before.items}
    if wanted.variants is not UNSET:
        variants = tuple(
            replace(each, id=item.id, stock_seen=present[item.id].stock) if item.id in present else each
            for each, item in zip(wanted.variants, after.variants, strict=False)
        )
        wanted = replace(wanted, variants=variants)
    return replace(wanted, id=before.head.id, stock_seen=before.head.stock)


def _changes(before: Family, after: Family) -> Iterator[Change]:
    if before.head.names != after.head.names:
        yield Change("options", ", ".join(before.head.names), ", ".join(after.head.names))
    yield from _item_changes(before.head, after.head, None)
    earlier = {item.id: item for item in before.variants}
    for item in after.variants:
        name = " / ".join(item.values)
        was = earlier.get(item.id)
        if was is None:
            yield Change("variant", None, name, name)
        else:
            yield from _item_changes(was, item, name)


_PLAIN = ("price_minor", "compare_at_minor", "stock", "sku", "external_id", "active", "per_viewer_max")
_NAMES = {"price_minor": "price", "compare_at_minor": "compare_at"}


def _item_changes(before: Item, after: Item, variant: str | None) -> Iterator[Change]:
    # A variant's title is made of its product's, and a heading's price of its variants'.
    texts = ("title", "description") if variant is None else ()
    plain = [field for field in _PLAIN if not (field == "price_minor" and after.names)]
    for field in (*texts, *plain):
        was, now = getattr(before, field), getattr(after, field)
        if was != now:
            yield Change(_NAMES.get(field, field), _shown(was), _shown(now), variant)
    if before.images != after.images:
        yield Change("images", _shown(" ".join(before.images)), _shown(" ".join(after.images)), variant)
    if before.image_alts != after.image_alts:
        yield Change("image_alts", _texts(before), _texts(after), variant)
    if before.values != after.values:
        yield Change("options", " / ".join(before.values), " / ".join(after.values), variant)
    elif variant is not None and before.rank != after.rank:
        yield Change("rank", before.rank + 1, after.rank + 1, variant)


def _texts(item: Item) -> Shown:
    return _shown(" / ".join(text for _, text in item.image_alts))


def _shown(value: Any) -> Shown:
    return value[:TEXT_CHARACTERS_SHOWN] if isinstance(value, str) else value
