"""Making what is said of a channel's people: one read transaction, one moment, then pure computing beside the event loop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from math import ceil
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.protocol.codes import Code
from server.stats.chance import wilson
from server.stats.columns.shelf import Shelf
from server.stats.definitions import DEFINITION_VERSION
from server.stats.lifetime.calendar import (
    COHORTS,
    COHORTS_MAX,
    Interval,
    advance,
    age,
    begin,
    midnight,
    today,
)
from server.stats.lifetime.cohorts import Axis, build_retention, build_value, together
from server.stats.lifetime.lifetime_report import (
    ChurnPoint,
    ChurnReport,
    LeftOutOfChannel,
    LifetimeReport,
    Prediction,
    RetentionReport,
)
from server.stats.lifetime.people_repository import Beside, Scope, read_scope
from server.stats.lifetime.record_repository import moment_of, read_record, since_epoch
from server.stats.lifetime.retained import Asked, Event, count_retained
from server.stats.lifetime.stayed_away import count_churn, count_gaps
from server.stats.lifetime.valued import Sales
from server.stats.ratio import Ratio
from server.zones import find_zone

READS_AT_ONCE: Final = 2
GAP_SHARE: Final = 0.9
GAPS_MIN: Final = 10
"""With fewer gaps between purchases nobody knows how long people stay away."""
POINTS: Final = 12
"""Ends of months before, for which churn is told."""


@dataclass(frozen=True, slots=True)
class Span:
    """Which cohorts are asked for: by which interval, born on which days (None: as many as are usual, up to today)."""

    interval: Interval
    since: date | None = None
    until: date | None = None

    def axis(self, scope: Scope) -> tuple[Axis, date]:
        """Return the columns, and the last day on which a cohort may begin; raises `invalid`."""
        current = begin(today(scope.as_of, scope.time_zone), self.interval)
        until = min(self.until or current, current)
        since = self.since or advance(begin(until, self.interval), self.interval, 1 - COHORTS[self.interval])
        if since > until:
            raise RefusedError(Code.INVALID, "The first day lies behind the last one, or behind today.")
        first = begin(since, self.interval)
        if age(first, current, self.interval) >= COHORTS_MAX:
            raise RefusedError(
                Code.INVALID,
                f"At most {COHORTS_MAX} intervals up to today; ask for longer ones.",
                limit=COHORTS_MAX,
            )
        return Axis(self.interval, first, current), until


class Lifetimes:
    """Reads figures of channels' people. Few are made at the same time."""

    def __init__(self, database: Database, clock: Clock, shelf: Shelf | None = None) -> None:
        """`shelf` has the columns of shows whose rows no longer change; without one everything is read from SQL."""
        self._database = database
        self._clock = clock
        self.shelf = shelf or Shelf(None)
        self._reading = asyncio.Semaphore(READS_AT_ONCE)

    @asynccontextmanager
    async def reading(
        self, channel_id: str, day: date | None = None
    ) -> AsyncIterator[tuple[AsyncConnection, Scope]]:
        """Give a transaction that is undone, and what figures of the channel begin with: as of the end of `day` in its zone, or now."""
        async with self._reading, self._database.undone() as connection:
            scope = await read_scope(connection, channel_id, self._clock.now())
            yield connection, scope if day is None else ending(scope, day)

    async def retention(self, channel_id: str, born: Event, back: Event, span: Span) -> RetentionReport:
        """Return cohorts by the first `born`, and who did `back` since; raises `invalid`."""
        async with self.reading(channel_id) as (connection, scope):
            axis, until = span.axis(scope)
            record, left = await read_record(connection, self.shelf, scope)
            asked = Asked(born, back, span.interval, axis.first, until, find_zone(scope.time_zone))
            found = await asyncio.to_thread(count_retained, record, asked)
        beside = left.beside(found.guests)
        cohorts = build_retention(found.sizes, found.later, axis.beginning(found.sizes))
        return RetentionReport(
            **carried(scope, beside),
            born=born,
            back=back,
            interval=span.interval,
            since=axis.first,
            until=_last_day(until, axis, scope),
            people=sum(found.sizes.values()),
            cohorts=cohorts,
            together=together(cohorts) if cohorts else [],
        )

    async def lifetime(
        self, channel_id: str, span: Span, *, horizon_days: int, discount: float
    ) -> LifetimeReport:
        """Return what customers have brought by cohort and age, and what they are expected to; raises `invalid`."""
        async with self.reading(channel_id) as (connection, scope):
            axis, until = span.axis(scope)
            record, left = await read_record(connection, self.shelf, scope)
        sales = await asyncio.to_thread(Sales.of, record, find_zone(scope.time_zone))
        found = sales.cohorts(span.interval, axis.first, until)
        histories = sales.histories(today(scope.as_of, scope.time_zone))
        return LifetimeReport(
            **carried(scope, left.beside(sales.guests)),
            currency=scope.currency,
            interval=span.interval,
            since=axis.first,
            until=_last_day(until, axis, scope),
            customers=sum(found.sizes.values()),
            orders_in_other_currencies=sales.elsewhere,
            cohorts=build_value(found.sizes, found.later, axis.beginning(found.sizes)),
            prediction=await asyncio.to_thread(_predict, histories, horizon_days, discount),
        )

    async def churn(self, channel_id: str, of: Event, days: int | None) -> ChurnReport:
        """Return churn with the window `days`, or with the one that the gaps tell."""
        async with self.reading(channel_id) as (connection, scope):
            record, left = await read_record(connection, self.shelf, scope)
        gaps = await asyncio.to_thread(count_gaps, record, of, find_zone(scope.time_zone))
        gap_days = gaps.percentile(GAP_SHARE)
        first_at = None if gaps.first_at is None else moment_of(gaps.first_at)
        window = days or _window_of(gaps.count, gap_days)
        points = _known_points(scope, first_at, window) if window else []
        given = timedelta(days=window or 0)
        ends = [since_epoch(point) for point in points]
        length = given // timedelta(microseconds=1)
        found = await asyncio.to_thread(count_churn, record, of, length, ends) if ends else []
        told = [_point(at, *each) for at, each in zip(points, found, strict=True)]
        now = told.pop() if told and told[-1].at == scope.as_of else None
        known_at = first_at + 2 * given if first_at and window else None
        return ChurnReport(
            **carried(scope, left.beside(gaps.guests)),
            of=of,
            window_days=window,
            window_from="given" if days else "gaps",
            gaps=gaps.count,
            gap_days_90=gap_days,
            unknown="too_few_gaps" if window is None else None if now else "too_early",
            known_at=known_at,
            now=now,
            points=told,
        )


def ending(scope: Scope, day: date) -> Scope:
    """Return the scope as of the end of a day of the channel's zone, or as it is where that is yet to come."""
    end = midnight(advance(day, "day"), scope.time_zone) - timedelta(microseconds=1)
    return replace(scope, as_of=min(scope.as_of, end))


def carried(scope: Scope, beside: Beside) -> dict[str, Any]:
    """Return what every figure of a channel carries."""
    return {
        "channel": scope.channel_id,
        "time_zone": scope.time_zone,
        "definition_version": DEFINITION_VERSION,
        "as_of": scope.as_of,
        "provisional": beside.provisional,
        "left_out": LeftOutOfChannel(
            suspected_bots=beside.suspects, staff=beside.staff, guests_without_consent=beside.guests
        ),
    }


def _last_day(until: date, axis: Axis, scope: Scope) -> date:
    """Return the last day of the interval that `until` is in, or today where that still goes on."""
    end = advance(begin(until, axis.interval), axis.interval) - timedelta(days=1)
    return min(end, today(scope.as_of, scope.time_zone))


def _predict(histories: dict[str, Any], horizon_days: int, discount: float) -> Prediction:
    from server.stats.lifetime.prediction import Histories, predict

    return predict(Histories(**histories), horizon_days=horizon_days, discount=discount)


def _window_of(gaps: int, days: float | None) -> int | None:
    """Return W in whole days, at least one; None where the gaps are too few to tell."""
    if days is None or gaps < GAPS_MIN:
        return None
    return max(1, ceil(days))


def _known_points(scope: Scope, first: datetime | None, window: int) -> list[datetime]:
    """Return the ends of the months before, and now, as far as two windows lie between them and the first time."""
    month = begin(today(scope.as_of, scope.time_zone), "month")
    ends = [midnight(advance(month, "month", -n), scope.time_zone) for n in range(POINTS - 1, -1, -1)]
    return (
        []
        if first is None
        else [at for at in (*ends, scope.as_of) if at >= first + timedelta(days=2 * window)]
    )


def _point(at: datetime, before: int, lost: int) -> ChurnPoint:
    return ChurnPoint(at=at, churned=Ratio.of(lost, before), interval=wilson(lost, before))
