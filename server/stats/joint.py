"""The figures of shows that are held as one: each channel's own side by side, and what they come to together, each person once."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import Field

from server.channels.repository import read_channel_name
from server.db.engine import Database
from server.errors import RefusedError
from server.protocol.codes import Code
from server.protocol.neighbours import Joint, JointShow
from server.sealing.unsealing import facts_around
from server.shows.repository import as_show, read_show
from server.stats import repository
from server.stats.canonical import read_as_whose_it_is
from server.stats.figures import whole_microseconds
from server.stats.ratio import Figures, Ratio
from server.stats.report import Money, ShowReport
from server.stats.sales_repository import read_first_orders
from server.stats.service import Reports
from server.stats.watching import attend


class JointMoney(Figures):
    """What was sold to the audiences in one currency; in minor units."""

    currency: str
    orders: int
    units: int
    gmv_minor: int
    refunded_minor: int
    net_minor: int


class JointPart(Figures):
    """One channel's own figures, as its report says them."""

    show: str
    channel: str
    name: str = Field(description="the channel's")
    title: str
    viewers: int = Field(description="V(s) of this show")
    bought: Ratio = Field(description="of V(s), those with a paid order of this channel in the show so far")
    money: list[JointMoney]


class JointTogether(Figures):
    """What they come to together; whoever was in several of the shows is one viewer."""

    viewers: int = Field(description="in V(s) of any of the shows")
    bought: Ratio = Field(description="of these, those who bought in a show that they are a viewer of")
    bought_of_several: int = Field(description="of these, those who bought of more than one channel")
    money: list[JointMoney]


class JointReport(Figures):
    """The figures of shows that are held as one, at one moment."""

    definition_version: int
    as_of: datetime
    provisional: bool
    leading: str = Field(description="the show that people talked in")
    shows: list[JointPart] = Field(description="the leading one first")
    together: JointTogether


@dataclass(frozen=True, slots=True)
class _Side:
    """One show's report, and whom its numbers are of."""

    name: str
    report: ShowReport
    viewers: frozenset[str]
    buyers: frozenset[str]
    """Those of the viewers who bought."""


async def report_joint(reports: Reports, database: Database, show_id: str) -> JointReport:
    """Return the figures of the shows that this one is held as one with, or of it alone; raises `not_found`."""
    joint = await _read_joint(database, show_id)
    sides = [await _read_side(reports, database, each.show, each.name) for each in joint.shows]
    return JointReport(
        definition_version=sides[0].report.definition_version,
        as_of=max(side.report.as_of for side in sides),
        provisional=any(side.report.provisional for side in sides),
        leading=joint.leading,
        shows=[_part_of(side) for side in sides],
        together=_add_up(sides),
    )


async def _read_joint(database: Database, show_id: str) -> Joint:
    async with database.read() as connection:
        row = await read_show(connection, show_id)
        if row is None:
            raise RefusedError(Code.NOT_FOUND)
        name = await read_channel_name(connection, row.channel_id)
    alone = Joint(leading=show_id, shows=[JointShow(show_id, row.channel_id, name)])
    return as_show(row).joint or alone


async def _read_side(reports: Reports, database: Database, show_id: str, name: str) -> _Side:
    report = await reports.report(show_id)
    async with facts_around(database, show_id) as connection:
        head = await repository.read_show(connection, show_id, report.as_of)
        assert head is not None, "it has a report"
        await read_as_whose_it_is(connection, show_id)
        stretches = await repository.read_stretches(connection, head)
        bought = await read_first_orders(connection, show_id)
    attendance = await asyncio.to_thread(attend, stretches, whole_microseconds(head.length))
    viewers = frozenset(attendance.live)
    return _Side(name, report, viewers, viewers.intersection(bought))


def _part_of(side: _Side) -> JointPart:
    show = side.report.show
    return JointPart(
        show=show.id,
        channel=show.channel,
        name=side.name,
        title=show.title,
        viewers=len(side.viewers),
        bought=Ratio.of(len(side.buyers), len(side.viewers)),
        money=_sum([side]),
    )


def _add_up(sides: Sequence[_Side]) -> JointTogether:
    times: defaultdict[str, int] = defaultdict(int)
    for side in sides:
        for buyer in side.buyers:
            times[buyer] += 1
    viewers = frozenset[str]().union(*(side.viewers for side in sides))
    return JointTogether(
        viewers=len(viewers),
        bought=Ratio.of(len(times), len(viewers)),
        bought_of_several=sum(count > 1 for count in times.values()),
        money=_sum(sides),
    )


def _sum(sides: Sequence[_Side]) -> list[JointMoney]:
    by_currency: defaultdict[str, list[Money]] = defaultdict(list)
    for side in sides:
        for money in side.report.money:
            by_currency[money.currency].append(money)
    return [
        JointMoney(
            currency=currency,
            orders=sum(each.orders for each in parts),
            units=sum(each.units for each in parts),
            gmv_minor=sum(each.gmv_minor for each in parts),
            refunded_minor=sum(each.refunded_minor for each in parts),
            net_minor=sum(each.net_minor for each in parts),
        )
        for currency, parts in sorted(by_currency.items())
    ]
