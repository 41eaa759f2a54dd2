"""Orders that the merchant's own shop took: told by its backend, attributed to a show, counted like our own."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from server.channels.repository import read_channel
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.ids import new_id
from server.ledger.final import drop_final
from server.protocol.codes import Code
from server.sealing.unsealing import unseal
from server.shop import reports_repository as repository
from server.shop.attributions import Attributions
from server.shop.merchant_orders import Named, of_report
from server.shop.report_rules import AttributedBy, Report, Reported, begin, follow
from server.webhooks import outbox

AHEAD_MAX = timedelta(hours=1)
"""How far a shop's clock may be ahead of ours."""
FindCustomer = Callable[[str, str], Awaitable[str | None]]
"""Returns the viewer whom a channel's shop calls by a `sub`; None where the shop signs nobody in."""


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a report: the order as it stands, or why it was refused."""

    status: Literal["created", "changed", "unchanged", "refused"]
    order: str
    reported: Reported | None = None
    refused: RefusedError | None = None


class OrderReports:
    """Takes reports, and what thank-you pages say. `find_customer` is asked of orders that name a customer."""

    def __init__(
        self, database: Database, clock: Clock, attributions: Attributions, find_customer: FindCustomer
    ) -> None:
        self._database = database
        self._clock = clock
        self._attributions = attributions
        self._find_customer = find_customer

    async def report(self, channel_id: str, report: Report) -> Told:
        """Take one report; raises what it is refused with: `invalid`, `not_found`, `conflict` with `current`."""
        (told,) = await self.report_many(channel_id, [report])
        if told.refused is not None:
            raise told.refused
        return told

    async def report_many(self, channel_id: str, reports: Sequence[Report]) -> list[Told]:
        """Take reports in order, in one transaction; one that is refused changes nothing and harms no other."""
        customers = {report.customer for report in reports if report.customer}
        viewers = {sub: await self._find_customer(channel_id, sub) for sub in sorted(customers)}
        async with self._database.write_soon() as connection:
            await repository.lock_reports(connection, channel_id)
            desk = await _open_desk(connection, channel_id, reports, self._clock.now(), viewers)
            told = [await self._take(desk, report) for report in reports]
            await desk.write()
        return told

    async def link(self, order: str, attribution: str, of: str | None = None) -> None:
        """Keep which show an order of the shop's came from, as its thank-you page says, and attribute it if it was reported already.

        That brings no money: only the shop's backend tells what was paid. An id that is none of ours is ignored, and so is one of another
        channel than `of`, where that is known.
        """
        found = self._attributions.read(attribution)
        if found is None:
            return
        async with self._database.write_soon() as connection:
            now = self._clock.now()
            channel_id = await repository.insert_link(connection, order, found, now, of)
            if channel_id is None:
                return
            await repository.lock_reports(connection, channel_id)
            report = Report(order)
            desk = await _open_desk(connection, channel_id, [report], now, {})
            present = desk.present.get(order)
            if present is not None:
                await self._settle(desk, replace(report, state=present.state), present, present)
            await desk.write()

    async def _take(self, desk: "_Desk", report: Report) -> Told:
        try:
            if report.at is not None and report.at > desk.now + AHEAD_MAX:
                raise RefusedError(Code.INVALID, "An order cannot be paid in the future.")
            present = desk.present.get(report.order)
            after = begin(new_id("r"), report) if present is None else follow(present, report)
        except RefusedError as refused:
            return Told("refused", report.order, refused=refused)
        return await self._settle(desk, report, present, after)

    async def _settle(self, desk: "_Desk", report: Report, present: Reported | None, after: Reported) -> Told:
        if after.show_id is None and after.state != "cancelled":
            after = await self._attribute(desk, report, after)
        if present == after:
            return Told("unchanged", report.order, after)
        desk.move(present, after)
        return Told("created" if present is None else "changed", report.order, after)

    async def _attribute(self, desk: "_Desk", report: Report, order: Reported) -> Reported:
        """Return the order as a show's: by its attribution id, by its thank-you page, or by the show that its customer was in last."""
        found = self._attributions.read(report.attribution) if report.attribution else None
        if found is not None and await desk.knows(found.show_id):
            return _of_show(order, found.show_id, found.viewer_id, "attribution")
        linked = desk.links.get(order.order)
        if linked is not None and await desk.knows(linked[0]):
            return _of_show(order, *linked, "link")
        customer = report.customer or order.customer
        viewer = desk.viewers.get(customer or "")
        show = await desk.last_show_of(viewer, order.at) if viewer else None
        if viewer and show:
            return _of_show(replace(order, customer=customer), show, viewer, "customer")
        return replace(order, customer=customer)


class _Desk:
    """What one transaction of reports knows, and what it is to write."""

    def __init__(
        self,
        connection: AsyncConnection,
        channel_id: str,
        *,
        now: datetime,
        window: timedelta,
        present: dict[str, Reported],
        links: dict[str, tuple[str, str]],
        viewers: dict[str, str | None],
    ) -> None:
        self._connection = connection
        self._channel_id = channel_id
        self.now = now
        self._window = window
        self.present = present
        self.links = links
        self.viewers = viewers
        self._before: dict[str, Reported | None] = {}

    async def knows(self, show_id: str) -> bool:
        """Whether the show is the channel's."""
        return bool(await repository.read_known_shows(self._connection, self._channel_id, [show_id]))

    async def last_show_of(self, viewer_id: str, at: datetime) -> str | None:
        """Return the show that the viewer was in last, inside the channel's window before `at`."""
        return await repository.read_last_show(
            self._connection, self._channel_id, viewer_id, at, self._window
        )

    def move(self, before: Reported | None, after: Reported) -> None:
        """Keep how an order stands now."""
        self._before.setdefault(after.order, before)
        self.present[after.order] = after

    async def write(self) -> None:
        """Write what changed, into the figures too, and tell webhooks."""
        moves = [(before, self.present[order]) for order, before in self._before.items()]
        await unseal(self._connection, _shows_of(moves))
        await repository.write_reported(
            self._connection, self._channel_id, [after for _, after in moves], self.now
        )
        counted = [after for before, after in moves if _counts(after) and not _counts(before)]
        gone = [before for before, after in moves if before and _counts(before) and not _counts(after)]
        products = await repository.find_products(
            self._connection, self._channel_id, [after for _, after in moves]
        )
        await repository.count_sales(self._connection, self._channel_id, counted, products)
        await repository.take_back_sales(self._connection, gone)
        await repository.move_refunds(self._connection, moves)
        await self._drop_final(moves)
        for before, after in moves:
            await self._tell(before, after, products)

    async def _drop_final(self, moves: Sequence[tuple[Reported | None, Reported]]) -> None:
        times = [each.at for move in moves for each in move if each is not None]
        await drop_final(self._connection, _shows_of(moves), since=min(times, default=None), reach="orders")

    async def _tell(self, before: Reported | None, after: Reported, products: Named) -> None:
        told = {"order": of_report(after, products)}
        if before is None:
            await outbox.put(self._connection, self._channel_id, "order.paid", told, self.now)
        given_back = (after.refunded, after.state == "cancelled")
        if given_back != ((before.refunded, before.state == "cancelled") if before else (0, False)):
            await outbox.put(self._connection, self._channel_id, "order.refunded", told, self.now)
        if after.state == "cancelled" and (before is None or before.state != "cancelled"):
            await outbox.put(self._connection, self._channel_id, "order.cancelled", told, self.now)


async def _open_desk(
    connection: AsyncConnection,
    channel_id: str,
    reports: Sequence[Report],
    now: datetime,
    viewers: dict[str, str | None],
) -> _Desk:
    channel = await read_channel(connection, channel_id)
    if channel is None:
        raise RefusedError(Code.NOT_FOUND, "There is no such channel.")
    orders = {report.order for report in reports}
    present = await repository.read_reported(connection, channel_id, orders)
    links = await repository.read_links(connection, channel_id, orders)
    window = timedelta(hours=channel.attribution_hours)
    return _Desk(
        connection, channel_id, now=now, window=window, present=present, links=links, viewers=viewers
    )


def _shows_of(moves: Sequence[tuple[Reported | None, Reported]]) -> set[str]:
    return {each.show_id for move in moves for each in move if each is not None and each.show_id is not None}


def _counts(order: Reported | None) -> bool:
    return order is not None and order.show_id is not None and order.state != "cancelled"


def _of_show(order: Reported, show_id: str, viewer_id: str, by: AttributedBy) -> Reported:
    return replace(order, show_id=show_id, viewer_id=viewer_id, attributed_by=by)
