"""The recorder: soft facts of one process, in memory, until the next flush. Recording is plain dict work and never waits."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sized
from datetime import datetime, timedelta

import structlog
from msgspec.structs import replace

from server.clock import Clock
from server.ledger import metrics
from server.ledger.flush import Attendance, Flush, PageView, Stretch, Tally, encode_flush
from server.ledger.shares import Shares

ROWS_MAX = 400_000
"""Rows of one sort that are held while Redis is away; what is new above that is left out and counted."""
FLUSH_ROWS = 2_000
"""Rows of one sort per stream entry, so that neither this process nor the worker stalls on a big one."""
HEARTBEAT = timedelta(seconds=90)
"""An idle process goes on flushing so long, so that a show's end is covered by a flush of each process that had it."""
HEARTBEAT_PAUSE = timedelta(seconds=5)
"""How often it does so, while nobody here watches; who is watching is confirmed by every flush."""
ROLL_CALL_SECONDS = 60.0
"""How often a flush names all open stretches."""
CLOSE_TRIES = 3
CLICKS_APART = 8
"""Clicks of a viewer on one product within one flush that keep a moment each; further ones are added to the last of them."""

log = structlog.get_logger()


class Recorder:
    """Adds up what viewers do and hands it to the ledger's stream once per interval.

    `append` puts one entry into the stream and tells whether it surely arrived. While it does not, everything is merged and kept, up to
    `ROWS_MAX`. A killed process loses what it recorded since its last flush.
    """

    def __init__(
        self,
        append: Callable[[bytes], Awaitable[bool]],
        *,
        process_id: str,
        clock: Clock,
    ) -> None:
        self._append = append
        self._process_id = process_id
        self._clock = clock
        self._tallies: dict[tuple[str, str, str, str | None], Tally] = {}
        """By show, viewer, what was done, and to what."""
        self._page_views: list[PageView] = []
        self._attendances: dict[tuple[str, str], Attendance] = {}
        self._open: dict[str, Stretch] = {}
        self._changed: dict[tuple[str, datetime], Stretch] = {}
        self._shares = Shares()
        self._pending: deque[Flush] = deque()
        self._number = 0
        now = clock.now()
        self._alive_until = self._roll_call_at = self._heartbeat_at = now
        self._touched_at = now - HEARTBEAT  # who has nothing to tell yet is silent
        self._wanted = asyncio.Event()
        self._sending = asyncio.Lock()
        self._closed = False

    def attend(
        self,
        show_id: str,
        viewer_id: str,
        connection_id: str,
        *,
        guest: bool,
        remembered: bool,
        source: str | None,
        suspect: bool = False,
        share: str | None = None,
        consent_at: datetime | None = None,
        staff: bool = False,
        joined: bool = True,
        device: str | None = None,
        share_fault: str | None = None,
    ) -> None:
        """Record that somebody has joined a show; the first time, source and link count, the newest consent, and suspicion stays.

        Not `joined`: they have acted in it by HTTP, and who they are is kept.
        """
        came = Attendance(
            show_id, viewer_id, self._clock.now(), guest, remembered, suspect, source, share, consent_at, staff,
            joined=joined, device=device, share_fault=share_fault,
        )  # fmt: skip
        known = self._attendances.get((show_id, viewer_id))
        if known is not None:
            known.add(came)
        elif self._has_room(self._attendances, viewer_id):
            self._touched_at = came.first_at
            self._attendances[show_id, viewer_id] = came

    def clear(self, show_id: str, viewer_id: str) -> None:
        """Record that a guest who acted before they had watched has watched since, and is no suspect any more."""
        known = self._attendances.get((show_id, viewer_id))
        if known is None and self._has_room(self._attendances, viewer_id):
            known = self._attendances[show_id, viewer_id] = Attendance(
                show_id, viewer_id, self._touch(), True, False, False, None
            )
        if known is not None:
            known.suspect, known.cleared = False, True

    def count(  # noqa: PLR0917 - called for every tap, where keywords would cost
        self, show_id: str, viewer_id: str, connection_id: str, kind: str, target: str | None, n: int = 1
    ) -> None:
        """Record that a viewer did `kind` (reaction, impression, click, share) to `target` `n` times more.

        Of several within one flush the first one's time is kept; of clicks that of each.
        """
        key = (show_id, viewer_id, kind, target)
        tally = self._tallies.get(key)
        if tally is not None:
            if kind == "click":
                self._click_again(tally)
            else:
                tally.n += n
        elif self._has_room(self._tallies, viewer_id):
            self._tallies[key] = Tally(show_id, viewer_id, kind, target, n, connection_id, self._touch())

    def _click_again(self, first: Tally) -> None:
        """Keep a further click's own moment: whether one came after the first impression is what the funnel asks."""
        last = first
        for nth in range(1, CLICKS_APART):
            key = (first.show_id, first.viewer_id, f"click {nth}", first.target)
            tally = self._tallies.get(key)
            free = ROWS_MAX - len(self._tallies)
            if tally is None and free > 0 and self._shares.take(first.viewer_id, free):
                self._tallies[key] = replace(first, n=1, at=self._touch())
                return
            last = tally or last
        last.n += 1

    def share(self, show_id: str, viewer_id: str, connection_id: str, share_id: str, via: str) -> None:
        """Record that a viewer passed the show on, by a link with the id `share_id`."""
        if self._has_room(self._tallies, viewer_id):
            key = (show_id, viewer_id, "share", share_id)
            now = self._touch()
            self._tallies[key] = Tally(show_id, viewer_id, "share", share_id, 1, connection_id, now, via)

    def view_page(self, view: PageView, address: str) -> None:
        """Record that a page was opened; `address` has its share of what may be held, as a viewer has of theirs."""
        if self._has_room(self._page_views, address):
            self._touch()
            self._page_views.append(view)

    def consent(
        self, show_id: str, viewer_id: str, connection_id: str, *, given: bool, wording: str | None = None
    ) -> None:
        """Record that a guest agreed to be recognised, to which words, or no longer does. Of several within one flush the last stands."""
        kind = "consent_given" if given else "consent_withdrawn"
        key, now = (show_id, viewer_id, kind, None), self._touch()
        tally = self._tallies.get(key)
        if tally is not None:
            tally.n, tally.at, tally.target = tally.n + 1, now, wording
        elif len(self._tallies) < ROWS_MAX:  # whatever else the viewer has held: two rows a show at most
            self._tallies[key] = Tally(show_id, viewer_id, kind, wording, 1, connection_id, now)
        else:
            metrics.SHED.inc()

    def start_playing(self, show_id: str, viewer_id: str, connection_id: str, at: datetime) -> None:
        """Record that the video now plays and is seen on this connection; said twice it changes nothing."""
        stretch = self._open.get(connection_id)
        if stretch is not None:
            if stretch.show_id == show_id and stretch.viewer_id == viewer_id:
                return
            self._end(stretch, at)
        while (connection_id, at) in self._changed:  # a stretch is known by its connection and start
            at += timedelta(microseconds=1)
        if self._has_room(self._changed, viewer_id):
            self._touch()
            self._open[connection_id] = stretch = Stretch(show_id, viewer_id, connection_id, at)
            self._changed[connection_id, at] = stretch

    def stop_playing(self, show_id: str, viewer_id: str, connection_id: str, at: datetime) -> None:
        """Record that it no longer does; also called when the connection goes. Unknown connections are ignored."""
        stretch = self._open.get(connection_id)
        if stretch is not None and stretch.show_id == show_id:
            self._end(stretch, at)

    def end_show(self, show_id: str, at: datetime) -> None:
        """End this process's open stretches of a show, and flush at once."""
        for stretch in [s for s in self._open.values() if s.show_id == show_id]:
            self._end(stretch, at)
        self._heartbeat_at = self._touch()
        self._wanted.set()

    async def run(self, flush_seconds: float = 1.0) -> None:
        """Flush once per interval, and at once when asked to, until it is cancelled; nothing is flushed after `close()`."""
        while True:
            try:
                async with asyncio.timeout(flush_seconds):
                    await self._wanted.wait()
            except TimeoutError:
                pass
            self._wanted.clear()
            await self.flush()

    async def flush(self) -> None:
        """Hand over what was recorded. What the stream does not take stays and is handed over later, under the same number."""
        async with self._sending:
            if not self._closed and await self._send_pending():
                self._pack(ended=False)
                await self._send_pending()
        metrics.HELD.set(
            len(self._tallies)
            + len(self._attendances)
            + len(self._page_views)
            + sum(flush.rows for flush in self._pending)
        )

    async def close(self) -> None:
        """End all open stretches, say that this process has ended, and flush for the last time (a few tries)."""
        now = self._clock.now()
        for stretch in list(self._open.values()):
            self._end(stretch, now)
        async with self._sending:
            self._closed = True
            self._pack(ended=True)
            for _ in range(CLOSE_TRIES):
                if await self._send_pending():
                    return
        log.warning("recorder.last_flush_lost", rows=sum(flush.rows for flush in self._pending))

    def _has_room(self, rows: Sized, viewer_id: str) -> bool:
        """Whether one row more of the viewer may be held: there is room, and they have not had more than their share of it."""
        if len(rows) >= ROWS_MAX:
            metrics.SHED.inc()
            return False
        if not self._shares.take(viewer_id, ROWS_MAX - len(rows)):
            metrics.VIEWER_SHED.inc()
            return False
        return True

    def _touch(self) -> datetime:
        self._touched_at = now = self._clock.now()
        return now

    def _end(self, stretch: Stretch, at: datetime) -> None:
        stretch.end(at)
        del self._open[stretch.connection_id]
        self._changed[stretch.connection_id, stretch.started_at] = stretch

    def _pack(self, *, ended: bool) -> None:
        """Turn everything recorded into flushes, the last of which says until when this process has told everything."""
        now = self._clock.now()
        tallies, attendances, stretches = (
            list(self._tallies.values()),
            list(self._attendances.values()),
            list(self._changed.values()),
        )
        views = self._page_views
        longest = max(len(tallies), len(attendances), len(stretches), len(views))
        due = self._heartbeat_at <= now < self._touched_at + HEARTBEAT
        if not (longest or self._open or due or ended):
            return
        self._heartbeat_at = now + HEARTBEAT_PAUSE
        self._tallies, self._attendances, self._changed, self._page_views = {}, {}, {}, []
        self._shares.clear()
        for start in range(0, max(longest, 1), FLUSH_ROWS):
            part = slice(start, start + FLUSH_ROWS)
            self._number += 1
            self._pending.append(
                Flush(
                    self._process_id,
                    self._number,
                    self._alive_until,
                    tallies[part],
                    attendances[part],
                    stretches[part],
                    page_views=views[part],
                )
            )
        last = self._pending[-1]
        last.alive_until = self._alive_until = now
        last.ended = ended
        if now >= self._roll_call_at:
            last.still_open = list(self._open.values())
            self._roll_call_at = now + timedelta(seconds=ROLL_CALL_SECONDS)

    async def _send_pending(self) -> bool:
        """Send the packed flushes in order; False as soon as one did not surely arrive."""
        while self._pending:
            if not await self._append(encode_flush(self._pending[0])):
                metrics.FLUSHES_FAILED.inc()
                return False
            self._pending.popleft()
            metrics.FLUSHES.inc()
        return True
