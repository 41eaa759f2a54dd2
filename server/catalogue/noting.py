"""What an edit of the catalogue leaves in the audit: who changed which product, and what of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from server.audit.actions import Action
from server.audit.trail import Actor, audit_beside
from server.catalogue.family import Family, Item
from server.catalogue.wanted import Written

_TOLD = {
    "title": "title",
    "description": "description",
    "images": "images",
    "image_alts": "image_alts",
    "price_minor": "price",
    "compare_at_minor": "compare_at",
    "names": "options",
    "options": "options",
    "sku": "sku",
    "external_id": "external_id",
    "stock": "stock",
    "active": "active",
    "buying": "buying",
    "per_viewer_max": "per_viewer_max",
}
"""Fields of an item, and what `/v1` calls them."""


async def note_edit(
    connection: AsyncConnection,
    channel_id: str,
    actor: Actor,
    at: datetime,
    edit: tuple[Family | None, Family],
) -> None:
    """Note that one product was made, changed, archived or restored."""
    before, after = edit
    changed = [] if before is None else changed_in(before, after)
    details: dict[str, Any] = {"channel": channel_id, "title": after.head.title}
    if before is not None:
        details["changed"] = changed
    await audit_beside(connection, actor, _action_of(before, after, changed), after.head.id, at, **details)


async def note_bulk(
    connection: AsyncConnection, channel_id: str, actor: Actor, at: datetime, written: Sequence[Written]
) -> None:
    """Note which products one transaction of a bulk call has made and changed; nothing where it did neither."""
    made = [each.id for each in written if each.status == "created"]
    changed = [each.id for each in written if each.status == "updated"]
    if made or changed:
        known = {"channel": channel_id, "created": len(made), "updated": len(changed)}
        await audit_beside(connection, actor, "products.bulk", "", at, **known, products=made + changed)


def changed_in(before: Family, after: Family) -> list[str]:
    """Return what differs, as `/v1` calls it; `variants` where one of them does, or there are others."""
    head = _changed(before.head, after.head)
    if after.head.names:
        head.discard("price")  # that of its cheapest variant
    earlier = {item.id: item for item in before.variants}
    if any(_changed(earlier.get(each.id), each) for each in after.variants):
        head.add("variants")
    return sorted(head)


def _changed(before: Item | None, after: Item) -> set[str]:
    if before is None:
        return {"variants"}
    return {told for name, told in _TOLD.items() if getattr(before, name) != getattr(after, name)}


def _action_of(before: Family | None, after: Family, changed: Sequence[str]) -> Action:
    if before is None:
        return "product.create"
    if changed == ["active"]:
        return "product.restore" if after.head.active else "product.archive"
    return "product.change"
