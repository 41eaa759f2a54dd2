"""Reports through the journal: kept once for each viewer, told to staff, holding what enough viewers have reported, settled by staff."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from server.audit.trail import Actor, audit, audit_beside
from server.clock import Clock, to_wire
from server.db.engine import Database
from server.errors import RefusedError
from server.journal.intents import Intent
from server.journal.journal import Journal
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code
from server.protocol.reported import Reported
from server.reports.repository import (
    Item,
    insert_report,
    read_hold_after,
    read_items_reported_by,
    read_reported,
    save_hold_after,
    settle_reports,
)
from server.reports.rules import is_due
from server.reports.tables import ReportRow
from server.shows.repository import read_show

BY_REPORTS = Actor("reports", "", "reports")
"""Who holds what enough viewers have reported."""


class Author(NamedTuple):
    """Who wrote an item that viewers see."""

    viewer_id: str
    staff: bool


@dataclass(frozen=True, slots=True)
class Target:
    """One kind of items: who wrote one that viewers see (None: there is none), and how it is held. Both in the show's transaction."""

    find_author: Callable[[ShowTransaction, str], Awaitable[Author | None]]
    hold: Callable[[ShowTransaction, str, Actor], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Reporting:
    """A viewer reports an item."""

    viewer_id: str
    item: Item
    reason: str


@dataclass(frozen=True, slots=True)
class Settling:
    """A member of staff is done with what was reported of an item; `ignore`: it was reported for nothing."""

    actor: Actor
    item: Item
    ignore: bool


class Reports:
    """See the module. `targets`: by kind what may be reported."""

    def __init__(
        self, journal: Journal, database: Database, clock: Clock, targets: Mapping[str, Target]
    ) -> None:
        self._journal = journal
        self._database = database
        self._clock = clock
        self._targets = targets
        # The journal groups commands by their handler: it must be the same object each time.
        self._carry_out_many = self._carry_out_all

    async def report(
        self, show_id: str, viewer_id: str, item: Item, reason: str, *, intent: Intent | None = None
    ) -> str:
        """Keep a viewer's report of an item, once, and return the item's id.

        Raises `not_found` for what viewers do not see, and `forbidden` for one's own.
        """
        return await self._commit(show_id, Reporting(viewer_id, item, reason), intent)

    async def settle(
        self, show_id: str, actor: Actor, item: Item, *, ignore: bool, intent: Intent | None = None
    ) -> str:
        """Take an item out of what is reported, and return its id; again it changes nothing."""
        return await self._commit(show_id, Settling(actor, item, ignore), intent)

    async def read_hold_after(self, channel_id: str) -> int:
        """Return after how many viewers' reports an item is held in the channel; 0: never."""
        async with self._database.read_soon() as connection:
            return await read_hold_after(connection, channel_id)

    async def set_hold_after(self, channel_id: str, actor: Actor, hold_after: int) -> None:
        """Set it, for reports from now on."""
        async with self._database.write() as connection:
            before = await read_hold_after(connection, channel_id)
            await save_hold_after(connection, channel_id, hold_after)
            if before != hold_after:
                terms = {"before": before, "after": hold_after}
                await audit_beside(
                    connection,
                    actor,
                    "report.settings",
                    channel_id,
                    self._clock.now(),
                    channel=channel_id,
                    **terms,
                )

    async def _commit(self, show_id: str, task: Reporting | Settling, intent: Intent | None) -> str:
        by_crowd = isinstance(task, Reporting)
        return await self._journal.commit(
            show_id, self._carry_out_many, task, intent=intent, kind=str, repeatable=True, patient=by_crowd
        )

    async def _carry_out_all(
        self, tx: ShowTransaction, tasks: Sequence[Reporting | Settling]
    ) -> list[str | RefusedError]:
        show = await read_show(tx.connection, tx.show_id)
        if show is None:
            return [RefusedError(Code.NOT_FOUND) for _ in tasks]
        answers: list[str | RefusedError] = []
        for task in tasks:
            try:
                if isinstance(task, Settling):
                    await self._settle(tx, task)
                else:
                    await self._keep(tx, show.channel_id, task)
                answers.append(task.item.id)
            except RefusedError as refused:
                answers.append(refused)
        return answers

    async def _keep(self, tx: ShowTransaction, channel_id: str, task: Reporting) -> None:
        target, item = self._targets[task.item.kind], task.item
        author = await target.find_author(tx, item.id)
        if author is None:
            raise RefusedError(Code.NOT_FOUND)
        if author.viewer_id == task.viewer_id:
            raise RefusedError(Code.FORBIDDEN, "One's own is taken back, not reported.")
        row = ReportRow(
            kind=item.kind,
            item_id=item.id,
            viewer_id=task.viewer_id,
            show_id=tx.show_id,
            channel_id=channel_id,
            reason=task.reason,
            at=tx.now,
        )
        before = await _count(tx, item)
        if not await insert_report(tx.connection, row):
            return
        now = await _count(tx, item)
        if now is None or now == before:  # staff have found that this viewer reports for nothing
            return
        _publish(tx, item, now)
        if not author.staff and is_due(now.reporters, await read_hold_after(tx.connection, channel_id)):
            await target.hold(tx, item.id, BY_REPORTS)

    async def _settle(self, tx: ShowTransaction, task: Settling) -> None:
        reporters = await settle_reports(tx.connection, tx.show_id, task.item, tx.now, ignore=task.ignore)
        if not reporters:
            return
        _publish(tx, task.item, None)
        if task.ignore:
            for item in await read_items_reported_by(tx.connection, tx.show_id, reporters):
                _publish(tx, item, await _count(tx, item))
        audit(
            tx, task.actor, "report.settle", task.item.id,
            kind=task.item.kind, ignore=task.ignore, before=len(reporters), after=0, offset=tx.top,
        )  # fmt: skip


async def _count(tx: ShowTransaction, item: Item) -> Reported | None:
    """Return how an item stands; None when nobody has reported it whose reports count."""
    found = await read_reported(tx.connection, tx.show_id, item=item)
    return found[0] if found else None


def _publish(tx: ShowTransaction, item: Item, reported: Reported | None) -> None:
    told = reported or Reported(item.kind, item.id, 0, {}, to_wire(tx.now))
    tx.publish_to_staff("report.changed", {"reported": told})
