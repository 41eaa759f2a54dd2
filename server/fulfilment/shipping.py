"""What the merchant does with an order that is paid: marks it as shipped, takes that back, corrects it, notes something about it."""

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.principal import Principal
from server.audit.actions import Action
from server.audit.trail import note_by
from server.clock import Clock, to_wire
from server.db.engine import Database
from server.errors import RefusedError
from server.fulfilment.buyer_mail import UNDONE_WITHIN, tell_buyer_beside
from server.fulfilment.detail import Detail, read_detail
from server.fulfilment.notes import NOTES_MAX, Note, delete_note, insert_note
from server.fulfilment.shipping_repository import (
    Handled,
    correct_shipment,
    insert_shipment,
    lock_order,
    note_change,
    undo_shipment,
)
from server.fulfilment.shipping_rules import (
    Parcel,
    Shipment,
    choose_units,
    shipped_units,
    shipping_of,
)
from server.http.versions import ANY_VERSION, Match
from server.ids import new_id
from server.journal.intents import Intent, carry_out_once
from server.protocol.codes import Code
from server.shop.checkout_desk import NO_CHECKOUTS, CheckoutDesk
from server.webhooks import outbox

TellBuyers = Callable[[Collection[str]], Awaitable[None]]
"""Has the buyers of orders told how these stand, once that is committed."""


class Shipping:
    """Of all channels; whoever calls says who acts, and in which."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        tell: TellBuyers,
        checkouts: CheckoutDesk = NO_CHECKOUTS,
    ) -> None:
        self._checkouts = checkouts
        self._database = database
        self._clock = clock
        self._tell = tell

    async def find(self, channel_id: str, order_id: str) -> Detail:
        """Return an order with everything about it; raises `not_found`."""
        async with self._database.read_soon() as connection:
            return await _require(connection, channel_id, order_id, self._checkouts)

    async def ship(
        self, by: Principal, order_id: str, parcel: Parcel, match: Match = ANY_VERSION, *, intent: Intent | None = None
    ) -> Detail:  # fmt: skip
        """Mark a parcel of the order as shipped.

        Raises `not_found`, also for what the shop reported; `conflict` for another version, and where nothing is left; `invalid` for more
        units than are left.
        """

        async def write(connection: AsyncConnection) -> str:
            before = await self._open(connection, by, order_id, match)
            return (await self.ship_in(connection, by, before, parcel)).id

        await carry_out_once(self._database, self._clock, intent, str, write)
        return await self._changed(by, order_id)

    async def ship_in(
        self, connection: AsyncConnection, by: Principal, before: Detail, parcel: Parcel
    ) -> Shipment:
        """Mark a parcel of a locked order as shipped, in the caller's transaction; raises as `ship`."""
        order_id, now = before.listed.order.order, self._clock.now()
        units = choose_units(before.left, parcel.units)
        shipment = Shipment(new_id("sh"), order_id, parcel.carrier, parcel.tracking, now, by.name, units)
        await insert_shipment(connection, by.channel_id, shipment, by.id)
        await self._settle(connection, before, [*before.shipments, shipment])
        told = {"order": before.listed.order, "shipment": _told(shipment)}
        await outbox.put(connection, by.channel_id, "order.shipped", told, now)
        await tell_buyer_beside(
            connection, by.channel_id, order_id, "shipped", now, ref=shipment.id, wait=UNDONE_WITHIN
        )
        await _note(
            connection, by, "order.ship", before, now, shipment=shipment.id, units=sum(units.values())
        )
        return shipment

    async def undo(
        self, by: Principal, order_id: str, shipment_id: str, match: Match = ANY_VERSION
    ) -> Detail:
        """Say that a parcel did not go off; raises `not_found`, also for one that was undone before, and `conflict`."""
        now = self._clock.now()
        async with self._database.write_soon() as connection:
            before = await self._open(connection, by, order_id, match)
            _require_shipment(before, shipment_id)
            await undo_shipment(connection, shipment_id, now, by.id)
            await self._settle(
                connection, before, [each for each in before.shipments if each.id != shipment_id]
            )
            await _note(connection, by, "order.unship", before, now, shipment=shipment_id)
        return await self._changed(by, order_id)

    async def correct(
        self, by: Principal, order_id: str, shipment_id: str, *, carrier: str, tracking: str, match: Match = ANY_VERSION
    ) -> Detail:  # fmt: skip
        """Say anew by whom a parcel is carried and where it is followed; raises `not_found` and `conflict`."""
        async with self._database.write_soon() as connection:
            before = await self._open(connection, by, order_id, match)
            _require_shipment(before, shipment_id)
            await correct_shipment(connection, shipment_id, carrier, tracking)
            await note_change(connection, order_id)
            await _note(connection, by, "order.tracking", before, self._clock.now(), shipment=shipment_id)
        return await self._changed(by, order_id)

    async def note(self, by: Principal, order_id: str, words: str, *, intent: Intent | None = None) -> Detail:
        """Write a note on an order of ours; raises `not_found`, and `conflict` when it has too many."""

        async def write(connection: AsyncConnection) -> str:
            before = await self._open(connection, by, order_id, ANY_VERSION)
            if len(before.notes) >= NOTES_MAX:
                raise RefusedError(Code.CONFLICT, f"An order has at most {NOTES_MAX} notes.", current={})
            note = Note(new_id("n"), order_id, words, by.id, by.name, self._clock.now())
            await insert_note(connection, by.channel_id, note)
            await note_change(connection, order_id)
            await _note(connection, by, "order.note", before, note.at, note=note.id)
            return note.id

        await carry_out_once(self._database, self._clock, intent, str, write)
        return await self.find(by.channel_id, order_id)

    async def remove_note(self, by: Principal, order_id: str, note_id: str) -> Detail:
        """Remove a note; raises `not_found`."""
        async with self._database.write_soon() as connection:
            before = await self._open(connection, by, order_id, ANY_VERSION)
            if note_id not in {note.id for note in before.notes}:
                raise RefusedError(Code.NOT_FOUND, "The order has no such note.")
            await delete_note(connection, note_id)
            await note_change(connection, order_id)
            await _note(connection, by, "order.unnote", before, self._clock.now(), note=note_id)
        return await self.find(by.channel_id, order_id)

    async def _open(self, connection: AsyncConnection, by: Principal, order_id: str, match: Match) -> Detail:
        """Lock an order of ours and return how it stands; raises `not_found`, and `conflict` unless `match` admits its version."""
        locked: Handled | None = await lock_order(connection, by.channel_id, order_id)
        if locked is None:
            raise RefusedError(Code.NOT_FOUND, "The channel has no such order.")
        found = await _require(connection, by.channel_id, order_id, self._checkouts)
        match.require(found.version, found)
        return found

    async def _settle(
        self, connection: AsyncConnection, before: Detail, shipments: Collection[Shipment]
    ) -> None:
        shipped = shipped_units(shipments)
        left = before.left_after(shipped)
        await note_change(connection, before.listed.order.order, shipping_of(left, shipped))

    async def _changed(self, by: Principal, order_id: str) -> Detail:
        await self._tell([order_id])
        return await self.find(by.channel_id, order_id)


async def _require(
    connection: AsyncConnection, channel_id: str, order_id: str, checkouts: CheckoutDesk
) -> Detail:
    found = await read_detail(connection, channel_id, order_id, checkouts)
    if found is None:
        raise RefusedError(Code.NOT_FOUND, "The channel has no such order.")
    return found


def _require_shipment(detail: Detail, shipment_id: str) -> None:
    if shipment_id not in {each.id for each in detail.shipments if each.undone_at is None}:
        raise RefusedError(Code.NOT_FOUND, "The order has no such parcel.")


def _told(shipment: Shipment) -> dict[str, object]:
    lines = [{"line": nth, "quantity": n} for nth, n in shipment.units.items()]
    at = to_wire(shipment.shipped_at)
    return {
        "id": shipment.id,
        "carrier": shipment.carrier,
        "tracking": shipment.tracking,
        "shipped_at": at,
        "lines": lines,
    }


async def _note(
    connection: AsyncConnection, by: Principal, action: Action, order: Detail, at: datetime, **details: Any
) -> None:
    listed = order.listed.order
    await note_by(connection, by, action, listed.order, at, name=listed.number, **details)
