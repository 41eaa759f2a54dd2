"""Segments of channels, and the KPI map: saving rules, who is in them, and how groups of viewers differ."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.audit.trail import Actor, audit_beside
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.http.versions import ANY_VERSION, Match
from server.ids import new_id
from server.journal.intents import Intent, carry_out_once
from server.protocol.codes import Code
from server.stats.chance import wilson
from server.stats.lifetime import segment_repository as repository
from server.stats.lifetime.calendar import midnight, today
from server.stats.lifetime.kpi_map import KpiMap, build_rows
from server.stats.lifetime.map_repository import read_names
from server.stats.lifetime.mapped import MapBy, Mapped, Metric, Sorting, map_people
from server.stats.lifetime.names_repository import Members
from server.stats.lifetime.people_repository import Scope
from server.stats.lifetime.record import Record
from server.stats.lifetime.record_repository import Left, read_record, since_epoch
from server.stats.lifetime.rfm import GROUPS
from server.stats.lifetime.segment_bodies import BuiltInReport, BuiltInSegment, Preview
from server.stats.lifetime.segment_rules import NameCondition, Rule
from server.stats.lifetime.segment_tables import SegmentRow
from server.stats.lifetime.segmented import count_built_in, find_members
from server.stats.lifetime.segments import LIFECYCLES
from server.stats.lifetime.service import Lifetimes, carried, ending
from server.stats.ratio import Ratio
from server.zones import find_zone

SEGMENTS_MAX: Final = 50
"""Of a channel."""
SAMPLE: Final = 10
MAP_DAYS: Final = 90
"""The map's period where nobody says from when."""
DAYS_MAX: Final = 3_650
RULE: Final[TypeAdapter[Any]] = TypeAdapter(Rule)


@dataclass(frozen=True, slots=True)
class CellViewer:
    """A viewer behind a cell: what they have of its metric, and as what they last asked something in the channel."""

    viewer_id: str
    value: float
    name: str | None


class Segments:
    """Segments of all channels; whoever calls says which channel they are from. Ids of other channels are `not_found`."""

    def __init__(self, database: Database, clock: Clock, lifetimes: Lifetimes) -> None:
        self._database = database
        self._clock = clock
        self._lifetimes = lifetimes

    async def create(
        self, channel_id: str, by: Actor, name: str, rule: dict[str, Any], *, intent: Intent | None = None
    ) -> SegmentRow:
        """Save a rule under a name; raises `too_many` with `limit`."""
        now = self._clock.now()
        row = SegmentRow(
            id=new_id("g"), channel_id=channel_id, name=name, rule=rule, created_at=now, changed_at=now
        )

        async def write(connection: AsyncConnection) -> str:
            if await repository.SEGMENTS.count(connection, channel_id) >= SEGMENTS_MAX:
                raise RefusedError(
                    Code.TOO_MANY,
                    "The channel has as many segments as it may have.",
                    limit=SEGMENTS_MAX,
                    left=0,
                )
            await repository.SEGMENTS.insert(connection, row)
            await audit_beside(connection, by, "segment.created", row.id, now, channel=channel_id, name=name)
            return row.id

        return await self.find(
            channel_id, await carry_out_once(self._database, self._clock, intent, str, write)
        )

    async def list_of(self, channel_id: str, *, after: str | None, limit: int) -> list[SegmentRow]:
        """Return up to `limit` saved segments of the channel, the newest first."""
        async with self._database.read_soon() as connection:
            return await repository.SEGMENTS.page(connection, channel_id, after=after, limit=limit)

    async def find(self, channel_id: str, segment_id: str) -> SegmentRow:
        """Return a saved segment; raises `not_found`."""
        async with self._database.read_soon() as connection:
            return _known(await repository.SEGMENTS.find(connection, channel_id, segment_id))

    async def change(
        self,
        channel_id: str,
        by: Actor,
        segment_id: str,
        changes: dict[str, Any],
        match: Match = ANY_VERSION,
    ) -> SegmentRow:
        """Set `name` or `rule`, and return the segment; raises `not_found`, and `conflict` unless `match` admits its version."""
        async with self._database.write_soon() as connection:
            row = _known(await repository.SEGMENTS.find(connection, channel_id, segment_id, lock=True))
            match.require(row.version, row)
            wanted = {name: value for name, value in changes.items() if getattr(row, name) != value}
            if wanted:
                now = self._clock.now()
                await repository.SEGMENTS.update(connection, segment_id, {**wanted, "changed_at": now})
                await audit_beside(
                    connection, by, "segment.changed", segment_id, now, channel=channel_id, **wanted
                )
            return _known(await repository.SEGMENTS.find(connection, channel_id, segment_id))

    async def remove(self, channel_id: str, by: Actor, segment_id: str) -> None:
        """Remove a saved segment; raises `not_found`."""
        async with self._database.write_soon() as connection:
            row = _known(await repository.SEGMENTS.find(connection, channel_id, segment_id, lock=True))
            await repository.SEGMENTS.delete(connection, segment_id)
            now = self._clock.now()
            await audit_beside(
                connection, by, "segment.removed", segment_id, now, channel=channel_id, name=row.name
            )

    async def built_in(self, channel_id: str, as_of: date | None = None) -> BuiltInReport:
        """Return how many are in each built-in segment as of a day."""
        async with self._lifetimes.reading(channel_id, as_of) as (connection, scope):
            record, left = await read_record(connection, self._lifetimes.shelf, scope)
        found = await asyncio.to_thread(count_built_in, record, find_zone(scope.time_zone))
        lifecycle = [_built_in(key, "lifecycle", found.counts, found.people) for key in LIFECYCLES]
        groups = [_built_in(key, "rfm", found.counts, found.customers) for key in GROUPS]
        return BuiltInReport(
            **carried(scope, left.beside(found.guests)),
            people=found.people,
            customers=found.customers,
            segments=lifecycle + groups,
        )

    async def preview(self, channel_id: str, rule: Rule, as_of: date | None = None) -> Preview:
        """Return how many people a rule holds for as of a day, and a few of their ids."""
        async with self._lifetimes.reading(channel_id, as_of) as (connection, scope):
            record, left = await read_record(connection, self._lifetimes.shelf, scope, answers=True)
            found = await asyncio.to_thread(find_members, record, rule, find_zone(scope.time_zone))
            sample = await Members(record.names, found.who).page(connection, "", SAMPLE)
        return Preview(
            **carried(scope, left.beside(found.guests)),
            found=Ratio.of(len(found.who), found.people),
            sample=[viewer for viewer, _ in sample],
        )

    async def viewers(
        self, channel_id: str, segment: str, as_of: date | None, *, after: str | None, limit: int
    ) -> list[str]:
        """Return ids of those in a saved or built-in segment as of a day, by id; raises `not_found`."""
        rule = await self.rule_of(channel_id, segment)
        async with self._lifetimes.reading(channel_id, as_of) as (connection, scope):
            members = await self._members(connection, scope, rule)
            return [viewer for viewer, _ in await members.page(connection, after or "", limit)]

    async def members(self, channel_id: str, rule: Rule) -> Members:
        """Return everybody for whom a rule holds now."""
        async with self._lifetimes.reading(channel_id) as (connection, scope):
            return await self._members(connection, scope, rule)

    async def _members(self, connection: AsyncConnection, scope: Scope, rule: Rule) -> Members:
        record, _ = await read_record(connection, self._lifetimes.shelf, scope, answers=True)
        found = await asyncio.to_thread(find_members, record, rule, find_zone(scope.time_zone))
        return Members(record.names, found.who)

    async def rule_of(self, channel_id: str, segment: str) -> Rule:
        """Return the rule of a saved segment, or of a built-in one by its name; raises `not_found`."""
        if segment in LIFECYCLES:
            return NameCondition(metric="lifecycle", op="=", value=segment)
        if segment in GROUPS:
            return NameCondition(metric="rfm_group", op="=", value=segment)
        return _rule(await self.find(channel_id, segment))

    async def map(self, channel_id: str, by: MapBy, since: date | None, until: date | None) -> KpiMap:
        """Return groups of the viewers of a period against everybody; raises `invalid`."""
        saved = await self._saved(channel_id, by)
        async with self._lifetimes.reading(channel_id) as (connection, given):
            scope, sorting, days = _period(given, by, (since, until), saved)
            mapped, _, left = await self._mapped(connection, scope, sorting)
        groups = await asyncio.to_thread(mapped.measured)
        beside = left.beside(mapped.guests)
        everybody, rows = build_rows(groups, by, {row.id: row.name for row in saved})
        return KpiMap(
            **{**carried(scope, beside), "as_of": given.as_of},
            by=by,
            since=days[0].isoformat(),
            until=days[1].isoformat(),
            currency=scope.currency,
            everybody=everybody,
            rows=rows,
        )

    async def map_viewers(
        self,
        channel_id: str,
        by: MapBy,
        span: tuple[date | None, date | None],
        cell: tuple[str, Metric],
        *,
        after: str | None,
        limit: int,
    ) -> list[CellViewer]:
        """Return the viewers behind a cell by id, each with what they have of its metric; raises `invalid`."""
        saved = await self._saved(channel_id, by)
        async with self._lifetimes.reading(channel_id) as (connection, given):
            scope, sorting, _ = _period(given, by, span, saved)
            mapped, record, _ = await self._mapped(connection, scope, sorting)
            who, values = mapped.cell(*cell)
            page = await Members(record.names, who).page(connection, after or "", limit)
            names = await read_names(connection, scope, [viewer for viewer, _ in page])
        places = np.searchsorted(who, [number for _, number in page])
        return [
            CellViewer(viewer, float(value), names.get(viewer))
            for (viewer, _), value in zip(page, values[places], strict=True)
        ]

    async def _mapped(
        self, connection: AsyncConnection, scope: Scope, sorting: Sorting
    ) -> tuple[Mapped, Record, Left]:
        record, left = await read_record(connection, self._lifetimes.shelf, scope, answers=True)
        return (
            await asyncio.to_thread(map_people, record, sorting, find_zone(scope.time_zone)),
            record,
            left,
        )

    async def _saved(self, channel_id: str, by: MapBy) -> list[SegmentRow]:
        return await self.list_of(channel_id, after=None, limit=SEGMENTS_MAX) if by == "saved" else []


def _period(
    given: Scope, by: MapBy, span: tuple[date | None, date | None], saved: Sequence[SegmentRow]
) -> tuple[Scope, Sorting, tuple[date, date]]:
    """Return the scope as of the period's end, how to sort, and the period's days; raises `invalid`."""
    now = today(given.as_of, given.time_zone)
    until = min(span[1] or now, now)
    since = span[0] or until - timedelta(days=MAP_DAYS - 1)
    if not timedelta(0) <= until - since < timedelta(days=DAYS_MAX):
        raise RefusedError(
            Code.INVALID, f"A period ends no earlier than it begins, and has at most {DAYS_MAX} days."
        )
    scope = ending(given, until)
    rules = {row.id: _rule(row) for row in saved}
    return scope, Sorting(by, since_epoch(midnight(since, given.time_zone)), rules), (since, until)


def _rule(row: SegmentRow) -> Rule:
    try:
        rule: Rule = RULE.validate_python(row.rule)
    except ValidationError:  # of a later version, or written by hand
        raise RefusedError(
            Code.CONFLICT, "This server does not know how to read the segment's rule."
        ) from None
    return rule


def _built_in(key: str, kind: Any, found: Counter[str], whole: int) -> BuiltInSegment:
    part = found[key]
    return BuiltInSegment(segment=key, kind=kind, found=Ratio.of(part, whole), interval=wilson(part, whole))


def _known(row: SegmentRow | None) -> SegmentRow:
    if row is None:
        raise RefusedError(Code.NOT_FOUND, "The channel has no such segment.")
    return row
