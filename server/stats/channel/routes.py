"""A channel's figures over HTTP: for its analysts, hosts and admins, and for keys that may read figures."""

import re
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BeforeValidator

from server.access.dependencies import ShowId, StatsReaderOfShow
from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import ANALYSTS
from server.http.params import EntityId
from server.http.refusals import TO_PERMITTED, refusals
from server.protocol.codes import Code
from server.stats.channel.moments import MINUTES, MINUTES_MAX, MomentsReport
from server.stats.channel.parts import BreakdownBy
from server.stats.channel.period import Asked
from server.stats.channel.report import Breakdown, ChannelReport, Comparison
from server.stats.channel.service import ChannelReports
from server.stats.columns.dependency import find_shelf
from server.stats.definitions import REPEAT_DAYS, REPEAT_DAYS_MAX

_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def _as_written(value: object) -> object:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("a day is written as 2026-11-26")
    return value


Day = Annotated[date, BeforeValidator(_as_written)]
Repeat = Annotated[int, Query(alias="days", ge=1, le=REPEAT_DAYS_MAX, description="W, the repeat window.")]
Reader = Annotated[Principal, permitted(ANALYSTS, "stats:read")]


def asked_days(
    first: Annotated[
        Day | None,
        Query(
            alias="from", description="The first day, of the channel's time zone; the month's first without."
        ),
    ] = None,
    last: Annotated[Day | None, Query(alias="to", description="The last day, in it; today without.")] = None,
) -> Asked:
    """Return the period that was asked for."""
    return Asked(first, last)


def other_days(
    first: Annotated[
        Day | None,
        Query(alias="with_from", description="The first day to compare with; without, the period before is."),
    ] = None,
    last: Annotated[Day | None, Query(alias="with_to", description="The last day to compare with.")] = None,
) -> Asked:
    """Return the period that it is compared with."""
    return Asked(first, last)


AskedDays = Annotated[Asked, Depends(asked_days)]
OtherDays = Annotated[Asked, Depends(other_days)]


def find_reports(request: Request) -> ChannelReports:
    """Return what the process reads figures of channels with, made at the first request for them."""
    state: Any = request.app.state
    if not hasattr(state, "channel_reports"):
        state.channel_reports = ChannelReports(state.database, state.clock, find_shelf(request))
    found: ChannelReports = state.channel_reports
    return found


Reports = Annotated[ChannelReports, Depends(find_reports)]


def router() -> APIRouter:
    """Return the routes. They come before those of shows, of which none is called `compare`."""
    refused = refusals(*TO_PERMITTED, Code.NOT_FOUND)
    api = APIRouter(prefix="/v1", tags=["figures"], responses=refused)
    for path, answer, summary in (
        ("/channel/stats", channel_report, "A channel over a period"),
        ("/channel/stats/compare", compare_periods, "A period beside another one"),
        ("/channel/stats/breakdown", break_period_down, "A period in parts"),
        ("/shows/compare", compare_shows, "A show beside another one"),
        ("/shows/{show}/stats/breakdown", break_show_down, "A show in parts"),
        ("/shows/{show}/moments", show_moments, "The moments of a show, and what came of each"),
    ):
        api.add_api_route(path, answer, methods=["GET"], summary=summary)
    return api


async def channel_report(
    reader: Reader,
    reports: Reports,
    asked: AskedDays,
    by: Annotated[
        Literal["day", "week", "month", "show"] | None, Query(description="Also in steps of this.")
    ] = None,
    repeat: Repeat = REPEAT_DAYS,
) -> ChannelReport:
    """People are counted once over the whole period, and once within each step. A show belongs to the day on which it started."""
    return await reports.report(reader.channel_id, asked, by, repeat_days=repeat)


async def compare_periods(
    reader: Reader, reports: Reports, asked: AskedDays, other: OtherDays, repeat: Repeat = REPEAT_DAYS
) -> Comparison:
    """Of a month so far, the period before is the same days of the month before."""
    return await reports.compare(reader.channel_id, asked, other, repeat_days=repeat)


async def break_period_down(
    reader: Reader,
    reports: Reports,
    asked: AskedDays,
    by: BreakdownBy = "source",
    repeat: Repeat = REPEAT_DAYS,
) -> Breakdown:
    """The largest part first; `overlap` says whether the parts' people add up."""
    return await reports.breakdown(reader.channel_id, asked, by, repeat_days=repeat)


async def compare_shows(
    reader: Reader,
    reports: Reports,
    a: Annotated[EntityId, Query(description="The show that is asked about.")],
    b: Annotated[EntityId, Query(description="The show that it is held against.")],
    repeat: Repeat = REPEAT_DAYS,
) -> Comparison:
    """Both are shows of the caller's channel."""
    return await reports.compare_shows(reader.channel_id, a, b, repeat_days=repeat)


async def break_show_down(
    show: ShowId,
    reader: StatsReaderOfShow,
    reports: Reports,
    by: BreakdownBy = "source",
    repeat: Repeat = REPEAT_DAYS,
) -> Breakdown:
    """The largest part first; `overlap` says whether the parts' people add up."""
    return await reports.breakdown_of_show(reader.channel_id, show, by, repeat_days=repeat)


async def show_moments(
    show: ShowId,
    reader: StatsReaderOfShow,
    reports: Reports,
    minutes: Annotated[
        int, Query(ge=1, le=MINUTES_MAX, description="How long before and after a moment is looked at.")
    ] = MINUTES,
) -> MomentsReport:
    """Pins, answers, announcements and offers: what was done in the minutes after each, against the same span before."""
    return await reports.moments(show, minutes=minutes)
