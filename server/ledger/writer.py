"""From flushes to rows: what a batch of flushes means for the tables, all in the caller's one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from server.ledger import intake
from server.ledger.entries import OF_REPLAY, RollupChanges, add_facts
from server.ledger.final import ACTS, drop_final, find_unfinished, forget_curves
from server.ledger.flush import Attendance, Flush, PageView, Stretch, Tally
from server.ledger.intake import ProcessState
from server.ledger.page_views import save_page_views
from server.ledger.repository import copy_entries
from server.ledger.watching_repository import keep_rows
from server.sealing.unsealing import unseal

LONG_SILENCE = timedelta(minutes=1)
"""Of a process that was silent for so long a show's figures may have been made final without it."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a batch: soft facts counted, flushes ignored as repeated, flushes found missing."""

    tallies: int
    repeated: int
    lost: int


@dataclass(slots=True)
class Batch:
    """Flushes put together: nothing repeated, each stretch once in its newest form, each process as it is after them."""

    known: dict[str, ProcessState]
    """What SQL knows of the processes."""
    processes: dict[str, ProcessState] = field(init=False)
    before: dict[str, datetime] = field(default_factory=dict)
    tallies: list[Tally] = field(default_factory=list)
    attendances: list[Attendance] = field(default_factory=list)
    page_views: list[PageView] = field(default_factory=list)
    stretches: dict[tuple[str, datetime], tuple[Stretch, str]] = field(default_factory=dict)
    roll_calls: dict[str, tuple[Flush, datetime]] = field(default_factory=dict)
    shows: set[tuple[str, str]] = field(default_factory=set)
    mended: set[str] = field(default_factory=set)
    """Shows in which stretches of these processes are open, and may end now or end later."""
    repeated: int = 0
    lost: int = 0

    def __post_init__(self) -> None:
        self.processes = dict(self.known)

    def add(self, flush: Flush) -> None:
        """Take in one flush, unless its number says that it has been counted."""
        known = self.processes.get(flush.process_id)
        if known is not None and flush.number <= known.last_flush:
            self.repeated += 1
            return
        self.lost += flush.number - 1 - (known.last_flush if known else 0)
        alive_before = known.alive_until if known else flush.alive_until
        self.before.setdefault(flush.process_id, alive_before)
        self.tallies += flush.tallies
        self.attendances += flush.attendances
        self.page_views += flush.page_views
        for stretch in [*flush.stretches, *(flush.still_open or ())]:
            self._add_stretch(stretch, flush.process_id)
        if flush.still_open is not None:
            self.roll_calls[flush.process_id] = (flush, alive_before)
        self.shows |= {
            (row.show_id, flush.process_id)
            for rows in (flush.tallies, flush.attendances, flush.stretches)
            for row in rows
        }
        self.processes[flush.process_id] = ProcessState(
            flush.process_id, flush.number, max(flush.alive_until, alive_before), flush.ended
        )

    def _add_stretch(self, stretch: Stretch, process_id: str) -> None:
        key = (stretch.connection_id, stretch.started_at)
        known = self.stretches.get(key)
        if known is None or known[0].ended_at is None:
            self.stretches[key] = (stretch, process_id)

    @property
    def changed(self) -> set[str]:
        """Shows of which there is anything in it."""
        called = (
            stretch.show_id for flush, _ in self.roll_calls.values() for stretch in flush.still_open or ()
        )
        sourced = (v.show_id for v in self.page_views if v.show_id and v.viewer_id and v.source)
        return {show_id for show_id, _ in self.shows}.union(called, self.mended, sourced)

    @property
    def acting(self) -> set[str]:
        """Shows in which more was done than watching, or it is told otherwise whose deeds count."""
        return {tally.show_id for tally in self.tallies if tally.kind in ACTS} | {
            came.show_id for came in self.attendances if came.suspect or came.cleared or came.staff
        }

    @property
    def all_shows(self) -> set[str]:
        """The shows that anything is said of."""
        return {show_id for show_id, _ in self.shows} | {s.show_id for s, _ in self.stretches.values()}

    @property
    def touched(self) -> set[str]:
        """The shows of whose rows it may change any."""
        return self.changed | self.all_shows

    @property
    def behind(self) -> list[str]:
        """Processes of which a worker of the version before has counted flushes."""
        return sorted(id for id in self.before if id in self.known and self.known[id].behind)

    @property
    def returned(self) -> list[str]:
        """Processes that had been silent for long."""
        return [
            id for id, before in self.before.items() if self.processes[id].alive_until - before > LONG_SILENCE
        ]


async def gather(connection: AsyncConnection, flushes: list[Flush]) -> Batch:
    """Return `flushes`, in this order, as a batch."""
    batch = Batch(await intake.read_processes(connection, {flush.process_id for flush in flushes}))
    for flush in flushes:
        batch.add(flush)
    batch.mended = await intake.read_open_shows(connection, {*batch.roll_calls, *batch.returned})
    batch.mended |= await find_unfinished(connection, batch.before)
    return batch


async def apply_batch(connection: AsyncConnection, batch: Batch) -> Applied:
    """Count a batch, in whose shows the caller has a share. Rollups come last, so that their rows are locked only briefly.

    Every table's rows are locked in the order of their keys, and the tables in one order: several workers do this at once.
    """
    if batch.before:
        await intake.mark_behind(connection, batch.behind)
        await _apply(connection, batch)
    return Applied(len(batch.tallies), batch.repeated, batch.lost)


async def _apply(connection: AsyncConnection, batch: Batch) -> None:
    await _tell_replays(connection, batch.tallies)
    changed = batch.changed
    await unseal(connection, changed)
    await intake.keep_new_shows(connection, batch.all_shows)
    await intake.save_attendances(connection, batch.attendances)
    sourced = await save_page_views(connection, batch.page_views, batch.attendances)
    pairs = await _apply_stretches(connection, batch)
    await intake.save_processes(connection, [batch.processes[id] for id in batch.before], batch.shows)
    pairs |= await intake.read_open_pairs(connection, batch.returned)
    await drop_final(connection, changed, watched=changed - batch.acting)
    await forget_curves(connection, batch.acting)
    changes: RollupChanges = {}
    add_facts(changes, batch.tallies)
    came = sourced | {(a.show_id, a.viewer_id) for a in batch.attendances}
    if batch.tallies:
        rows = (
            (t.show_id, t.viewer_id, t.kind, t.target, t.n, t.connection_id, None, None, None, t.at, t.via)
            for t in batch.tallies
        )
        await copy_entries(connection, rows)
    await keep_rows(connection, changes, came | pairs)


async def _tell_replays(connection: AsyncConnection, tallies: Iterable[Tally]) -> None:
    """Give what was done after a show's end the kind that says so."""
    passing = [tally for tally in tallies if tally.kind in OF_REPLAY]
    ends = await intake.read_ends(connection, {tally.show_id for tally in passing})
    for tally in passing:
        if tally.show_id in ends and tally.at > ends[tally.show_id]:
            tally.kind = OF_REPLAY[tally.kind]


async def _apply_stretches(connection: AsyncConnection, batch: Batch) -> set[tuple[str, str]]:
    """Bring `playing` up to date; return the (show, viewer) pairs whose stretches changed."""
    pairs = await intake.save_stretches(connection, batch.stretches.values())
    for process_id, (flush, alive_before) in batch.roll_calls.items():
        assert flush.still_open is not None, "only flushes with a roll call are kept as one"
        pairs |= await intake.end_unnamed(
            connection, process_id, flush.alive_until, flush.still_open, alive_before
        )
    return pairs
