"""Line-ups through the journal: what is sold, in which order and at which price; and who is meant to host and moderate."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from server.audit.trail import Actor, audit
from server.errors import RefusedError
from server.http.versions import Match
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code
from server.protocol.pushes import Show
from server.protocol.sold import Product
from server.shows.line_up_repository import (
    LineUpItem,
    ShowStaff,
    find_products,
    read_line_up,
    read_staff,
    write_line_up,
    write_staff,
)
from server.shows.plans import own_show, rewrite
from server.shows.repository import as_show
from server.shows.steps import AtStep
from server.shows.tables import ShowRow

ReadProducts = Callable[[AsyncConnection, str, str], Awaitable[list[Product]]]
"""Given a show and its channel, returns what the show sells, as everybody sees it: the shop's part."""


@dataclass(frozen=True, slots=True)
class Arranging:
    """A member of staff of `channel_id` gives a show another line-up: `items` in their order; none for the whole catalogue."""

    actor: Actor
    channel_id: str
    items: tuple[LineUpItem, ...]
    match: Match


@dataclass(frozen=True, slots=True)
class Assigning:
    """A member of staff of `channel_id` says who is meant to host and moderate a show."""

    actor: Actor
    channel_id: str
    staff: tuple[ShowStaff, ...]
    match: Match


class LineUps:
    """Arranges line-ups and assigns staff; `read_products` is the shop's part of it.

    `at_line_up` is what follows in a live show, `at_staff` what follows when other people host and moderate one.
    """

    def __init__(
        self,
        read_products: ReadProducts,
        at_line_up: Sequence[AtStep] = (),
        at_staff: Sequence[AtStep] = (),
    ) -> None:
        self._read_products = read_products
        self._at_staff = at_staff
        self._at_line_up = at_line_up

    async def arrange_many(
        self, tx: ShowTransaction, tasks: Sequence[Arranging | Assigning]
    ) -> list[Show | RefusedError]:
        """Carry out the tasks in order; what changes nothing is not published. Answers are the show as it stands then."""
        answers: list[Show | RefusedError] = []
        for task in tasks:
            try:
                row = await own_show(tx, task.channel_id)
                task.match.require(row.version, as_show(row))
                do = (
                    self._arrange(tx, row, task)
                    if isinstance(task, Arranging)
                    else self._assign(tx, row, task)
                )
                answers.append(await do)
            except RefusedError as refused:
                answers.append(refused)
        return answers

    async def _arrange(self, tx: ShowTransaction, row: ShowRow, task: Arranging) -> Show:
        await _require_known(tx, task)
        if list(task.items) == await read_line_up(tx.connection, tx.show_id):
            return as_show(row)
        await write_line_up(tx.connection, tx.show_id, task.items)
        audit(tx, task.actor, "show.line_up", tx.show_id, products=len(task.items))
        products = await self._read_products(tx.connection, tx.show_id, row.channel_id)
        tx.publish("line_up.changed", {"products": products})
        for follow in self._at_line_up if row.state == "live" else ():
            await follow(tx, row)
        return await self._without_lost_pin(tx, row, products)

    async def _without_lost_pin(self, tx: ShowTransaction, row: ShowRow, products: Sequence[Product]) -> Show:
        """Count the version; what is no longer sold is no longer pinned."""
        if row.pinned_product is None or row.pinned_product in {product.id for product in products}:
            return await rewrite(tx, row, {})
        tx.publish("product.pinned", {"product": None})
        return await rewrite(tx, row, {"pinned_product": None})

    async def _assign(self, tx: ShowTransaction, row: ShowRow, task: Assigning) -> Show:
        wanted = sorted(task.staff, key=lambda each: each.person_id)
        if len({each.person_id for each in wanted}) < len(wanted):
            raise RefusedError(Code.INVALID, "A person has one part in a show.")
        if wanted == await read_staff(tx.connection, tx.show_id):
            return as_show(row)
        await write_staff(tx.connection, tx.show_id, wanted)
        audit(tx, task.actor, "show.staff", tx.show_id, people=[each.person_id for each in wanted])
        for follow in self._at_staff:
            await follow(tx, row)
        return await rewrite(tx, row, {})


async def _require_known(tx: ShowTransaction, task: Arranging) -> None:
    ids = [item.product_id for item in task.items]
    if len(set(ids)) < len(ids):
        raise RefusedError(Code.INVALID, "A product stands in a line-up once.")
    if unknown := set(ids) - await find_products(tx.connection, task.channel_id, ids):
        raise RefusedError(
            Code.NOT_FOUND, "The channel has no such product.", products=[id for id in ids if id in unknown]
        )
