"""Targets of shows: set before they start, held against what they come to, and marked where they were set later."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from statistics import fmean, median
from typing import Final

from server.audit.tables import AuditRow
from server.audit.trail import Actor, insert_audit
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.http.versions import ANY_VERSION, Match
from server.ids import new_id
from server.plan import repository
from server.plan.actuals import Actuals
from server.plan.bodies import (
    PlannedShow,
    Suggestion,
    SuggestionsBody,
    TargetBody,
    TargetRequest,
    TargetsBody,
)
from server.plan.metrics import MEASURES, METRICS, Metric, checked_amount
from server.plan.repository import Show
from server.plan.rules import Target, figure_for, verdict_on
from server.protocol.codes import Code
from server.stats.channel.figure import Figure
from server.stats.channel.service import ChannelReports
from server.stats.definitions import DEFINITION_VERSION

LAST_SHOWS: Final = 10
"""So many of the channel's last shows a suggestion is made from."""


class Targets:
    """Targets of all channels' shows; whoever calls says which channel they are from. Shows of other channels are `not_found`."""

    def __init__(self, database: Database, clock: Clock, reports: ChannelReports | None = None) -> None:
        """`reports` are the process's, which know where the columns of old shows are."""
        self._database = database
        self._clock = clock
        self._actuals = Actuals(database, clock, reports)

    async def of_show(self, channel_id: str, show_id: str) -> TargetsBody:
        """Return a show's targets beside what it came to so far; raises `not_found`."""
        async with self._database.read_soon() as connection:
            show = _own(await repository.read_show(connection, show_id), channel_id)
            targets = await repository.read_targets(connection, show_id)
            version = await repository.read_version(connection, show_id)
            currency = await repository.read_currency(connection, channel_id)
        as_of, provisional, figures = await self._read_actual(show, [target.metric for target in targets])
        return TargetsBody(
            show=as_planned(show),
            version=version,
            definition_version=DEFINITION_VERSION,
            as_of=as_of,
            provisional=provisional,
            currency=currency,
            targets=compared(targets, figures, provisional=provisional),
        )

    async def set(
        self,
        channel_id: str,
        by: Actor,
        show_id: str,
        wanted: Sequence[TargetRequest],
        match: Match = ANY_VERSION,
    ) -> None:
        """Give the show these targets and no others; raises `not_found`, `invalid`, and `conflict` unless `match` admits the version.

        A target that stays as it was keeps when it was set.
        """
        async with self._database.write_soon() as connection:
            show = _own(await repository.lock_show(connection, channel_id, show_id), channel_id)
            now = self._clock.now()
            version = await repository.lock_version(connection, show_id, now)
            before = {target.metric: target for target in await repository.read_targets(connection, show_id)}
            currency = await repository.read_currency(connection, channel_id)
            match.require(version, _as_stands(show, version, now, currency, list(before.values())))
            after = _named_once([_target(each, currency, now, show) for each in wanted])
            written = [each for each in after.values() if not _same(before.get(each.metric), each)]
            removed = [metric for metric in before if metric not in after]
            if written or removed:
                await repository.write_targets(connection, show_id, now, removed, written)
                await insert_audit(connection, _noted(by, show, now, written, removed))

    async def suggest(self, channel_id: str, show_id: str) -> SuggestionsBody:
        """Return what the channel's last shows before this one came to, metric by metric; raises `not_found`."""
        async with self._database.read_soon() as connection:
            _own(await repository.read_show(connection, show_id), channel_id)
            last = await repository.read_last(connection, channel_id, show_id, LAST_SHOWS)
            currency = await repository.read_currency(connection, channel_id)
        figures = await self._actuals.of_shows(channel_id, [show.id for show in last])
        return SuggestionsBody(
            currency=currency,
            shows=[as_planned(show) for show in last],
            suggestions=[_suggest(metric, currency, figures) for metric in METRICS],
        )

    async def _read_actual(
        self, show: Show, metrics: Sequence[Metric]
    ) -> tuple[datetime, bool, list[Figure]]:
        if not (metrics and show.has_begun):
            return self._clock.now(), show.state == "live", []
        found = await self._actuals.of_show(show.channel_id, show.id, metrics)
        return found.as_of, found.provisional, found.figures


def as_planned(show: Show) -> PlannedShow:
    """Return a show as answers name it."""
    return PlannedShow(
        id=show.id,
        title=show.title,
        state=show.state,
        starts_at=show.starts_at,
        started_at=show.started_at,
        ended_at=show.ended_at,
    )


def compared(targets: Sequence[Target], figures: Sequence[Figure], *, provisional: bool) -> list[TargetBody]:
    """Return the targets in the report's order, each beside its figure; `figures` are none before the show begins."""
    in_order = sorted(targets, key=lambda each: METRICS.index(each.metric))
    return [_compare(target, figures, provisional=provisional) for target in in_order]


def _compare(target: Target, figures: Sequence[Figure], *, provisional: bool) -> TargetBody:
    actual = figure_for(target.metric, target.currency, figures, provisional=provisional) if figures else None
    known = None if actual is None else actual.amount
    return TargetBody(
        metric=target.metric,
        kind=MEASURES[target.metric].kind,
        direction=target.direction,
        amount=target.amount,
        currency=target.currency,
        set_at=target.set_at,
        after_start=target.after_start,
        actual=actual,
        difference=None if known is None else known - target.amount,
        verdict=verdict_on(target, actual),
    )


def _suggest(metric: Metric, currency: str, shows: Sequence[Sequence[Figure]]) -> Suggestion:
    measure = MEASURES[metric]
    of = currency if measure.of_currency else None
    found = [figure_for(metric, of, figures) for figures in shows]
    amounts = [each.amount for each in found if each is not None and each.amount is not None]
    return Suggestion(
        metric=metric,
        kind=measure.kind,
        direction=measure.direction,
        currency=of,
        mean=fmean(amounts) if amounts else None,
        median=median(amounts) if amounts else None,
        n=len(amounts),
    )


def _target(asked: TargetRequest, currency: str, now: datetime, show: Show) -> Target:
    measure = MEASURES[asked.metric]
    return Target(
        metric=asked.metric,
        direction=asked.direction or measure.direction,
        amount=checked_amount(asked.metric, asked.amount),
        currency=currency if measure.of_currency else None,
        set_at=now,
        after_start=show.has_begun,
    )


def _named_once(targets: Sequence[Target]) -> dict[Metric, Target]:
    found = {target.metric: target for target in targets}
    if len(found) < len(targets):
        raise RefusedError(Code.INVALID, "A metric has one target.")
    return found


def _same(before: Target | None, after: Target) -> bool:
    return (
        before is not None and replace(after, set_at=before.set_at, after_start=before.after_start) == before
    )


def _as_stands(
    show: Show, version: int, now: datetime, currency: str, targets: Sequence[Target]
) -> TargetsBody:
    """Return the targets as somebody else left them, for whom a conflict is told; figures are read by whoever reads them anew."""
    return TargetsBody(
        show=as_planned(show),
        version=version,
        definition_version=DEFINITION_VERSION,
        as_of=now,
        provisional=show.state == "live",
        currency=currency,
        targets=compared(targets, [], provisional=False),
    )


def _noted(
    by: Actor, show: Show, now: datetime, written: Sequence[Target], removed: Sequence[str]
) -> AuditRow:
    told = {each.metric: {"amount": each.amount, "direction": each.direction} for each in written}
    return AuditRow(
        id=new_id("a"),
        show_id=show.id,
        at=now,
        actor=by.viewer_id,
        name=by.name,
        role=by.role,
        action="target.set",
        subject=show.id,
        details={"set": told, "removed": sorted(removed), "after_start": show.has_begun},
    )


def _own(show: Show | None, channel_id: str) -> Show:
    if show is None or show.channel_id != channel_id:
        raise RefusedError(Code.NOT_FOUND)
    return show
