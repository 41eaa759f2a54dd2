"""What a merchant does with shows before and after they are live: changing, copying, arranging, taking out of the lists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from server.audit.trail import Actor, audit, insert_audit
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.http.versions import Match
from server.ids import new_epoch, new_id
from server.journal.intents import Intent, carry_out_once
from server.journal.journal import Journal
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code
from server.protocol.pushes import Show
from server.shows.line_up import Arranging, Assigning, LineUps, ReadProducts
from server.shows.line_up_repository import (
    LineUpItem,
    ShowStaff,
    find_headings,
    read_line_up,
    read_staff,
    write_line_up,
    write_staff,
)
from server.shows.plans import COPIED, Changing, change_many, cleaned, own_show, rewrite
from server.shows.repository import as_show, insert_show, read_show
from server.shows.rules import ARCHIVABLE
from server.shows.service import creation
from server.shows.steps import AtStep
from server.shows.tables import ShowRow


@dataclass(frozen=True, slots=True)
class Archiving:
    """A member of staff of `channel_id` takes a show out of the lists, or puts it back."""

    actor: Actor
    channel_id: str
    archived: bool


class Planning:
    """Each method acts on a show of `channel_id`, and raises `not_found` for any other."""

    def __init__(
        self,
        journal: Journal,
        database: Database,
        clock: Clock,
        *,
        read_products: ReadProducts,
        at_line_up: Sequence[AtStep] = (),
        at_staff: Sequence[AtStep] = (),
    ) -> None:
        self._journal = journal
        self._database = database
        self._clock = clock
        # The journal groups commands by their handler: it must be the same object each time.
        self._change_many = change_many
        self._archive_many = archive_many
        self._arrange_many = LineUps(read_products, at_line_up, at_staff).arrange_many

    async def change(
        self, show_id: str, channel_id: str, actor: Actor, changes: Mapping[str, Any], match: Match
    ) -> Show:
        """Give columns of the show's plan other values, and return the show; raises `invalid`, and `conflict` by `match`."""
        task = Changing(actor, channel_id, cleaned(changes), match)
        return await self._journal.commit(show_id, self._change_many, task)

    async def arrange(
        self, show_id: str, channel_id: str, actor: Actor, items: Sequence[LineUpItem], match: Match
    ) -> Show:
        """Give the show another line-up; none lets it sell the whole catalogue. Raises `invalid`, `not_found` and `conflict`."""
        task = Arranging(actor, channel_id, tuple(items), match)
        return await self._journal.commit(show_id, self._arrange_many, task)

    async def assign(
        self, show_id: str, channel_id: str, actor: Actor, staff: Sequence[ShowStaff], match: Match
    ) -> Show:
        """Say who is meant to host and moderate the show; raises `invalid` and `conflict`."""
        task = Assigning(actor, channel_id, tuple(staff), match)
        return await self._journal.commit(show_id, self._arrange_many, task)

    async def archive(self, show_id: str, channel_id: str, actor: Actor, *, archived: bool) -> Show:
        """Take the show out of the lists, or put it back; raises `conflict` for one that is still to come."""
        return await self._journal.commit(show_id, self._archive_many, Archiving(actor, channel_id, archived))

    async def copy(
        self, show_id: str, channel_id: str, actor: Actor, *, intent: Intent | None = None
    ) -> Show:
        """Write a draft with the show's plan, line-up and staff, and no time."""

        async def write(connection: AsyncConnection) -> Show:
            original = await _read_own(connection, show_id, channel_id)
            plan = {name: getattr(original, name) for name in COPIED}
            row = ShowRow(id=new_id("s"), state="draft", created_at=self._clock.now(), **plan)
            await insert_show(connection, row, epoch=new_epoch())
            await write_line_up(connection, row.id, await read_line_up(connection, show_id))
            await write_staff(connection, row.id, await read_staff(connection, show_id))
            await insert_audit(connection, creation(row, actor))
            return as_show(row)

        return await carry_out_once(self._database, self._clock, intent, Show, write)

    async def line_up_of(self, show_id: str, channel_id: str) -> tuple[Show, list[LineUpItem]]:
        """Return the show with its line-up."""
        async with self._database.read_soon() as connection:
            row = await _read_own(connection, show_id, channel_id)
            return as_show(row), await read_line_up(connection, show_id)

    async def headings_of(self, channel_id: str, items: Sequence[LineUpItem]) -> dict[str, str]:
        """Return for those of the items that are variants the product that each is one of."""
        async with self._database.read_soon() as connection:
            return await find_headings(connection, channel_id, [item.product_id for item in items])

    async def staff_of(self, show_id: str, channel_id: str) -> tuple[Show, list[ShowStaff]]:
        """Return the show with who is meant to host and moderate it."""
        async with self._database.read_soon() as connection:
            row = await _read_own(connection, show_id, channel_id)
            return as_show(row), await read_staff(connection, show_id)


async def _read_own(connection: AsyncConnection, show_id: str, channel_id: str) -> ShowRow:
    row = await read_show(connection, show_id)
    if row is None or row.channel_id != channel_id:
        raise RefusedError(Code.NOT_FOUND)
    return row


async def archive_many(tx: ShowTransaction, tasks: Sequence[Archiving]) -> list[Show | RefusedError]:
    """Take the tasks in order; a show that stands in the lists as wished stays as it is."""
    answers: list[Show | RefusedError] = []
    for task in tasks:
        try:
            answers.append(await _archive(tx, task))
        except RefusedError as refused:
            answers.append(refused)
    return answers


async def _archive(tx: ShowTransaction, task: Archiving) -> Show:
    row = await own_show(tx, task.channel_id)
    if task.archived is (row.archived_at is not None):
        return as_show(row)
    if task.archived and row.state not in ARCHIVABLE:
        raise RefusedError(Code.CONFLICT, "A show that is still to come is cancelled first.")
    audit(tx, task.actor, "show.archive" if task.archived else "show.restore", tx.show_id)
    return await rewrite(tx, row, {"archived_at": tx.now if task.archived else None})
