"""What happens to what viewers write: lists, links and a reviewer before the show's transaction, slow mode and moderation within it."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from math import ceil
from typing import Final

from server.access.roles import is_staff
from server.db.engine import Database, is_away
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code
from server.protocol.screening_lines import HeldFor
from server.screening.door import ALLOWED, NOT_LOOKED_AT, Held, Looked, Newcomers, Refuse, Verdict, Written
from server.screening.following import Screeners
from server.screening.repository import forget_last_written, read_last_written, write_last_written
from server.screening.reviewing import Reviewing
from server.screening.rules import stricter
from server.shows.repository import read_show
from server.shows.tables import ShowRow

_CHANNELS_MAX: Final = 10_000
_NEWCOMER: Final = Held((HeldFor("newcomer"),))


class ChannelScreening:
    """Screens by the channel's settings and the show's moderation. The host's side is exempt from all of it."""

    def __init__(self, database: Database, screeners: Screeners, reviewing: Reviewing) -> None:
        self._database = database
        self._screeners = screeners
        self._reviewing = reviewing
        self._channels: dict[str, str] = {}

    async def look(self, show_id: str, role: str, text: str) -> Looked:
        """Return what lists, links and the channel's reviewer say of the text; never raises."""
        if is_staff(role):
            return NOT_LOOKED_AT
        channel_id = await self._channel_of(show_id)
        if channel_id is None:  # the transaction will say so
            return NOT_LOOKED_AT
        return Looked(await self.judge(channel_id, show_id, text))

    async def judge(self, channel_id: str, show_id: str | None, text: str) -> Verdict:
        """Return what the channel's settings and its reviewer make of a text; whom it would refuse, the reviewer is not asked about."""
        screener = self._screeners.of(channel_id)
        verdict = screener.look(text)
        reviewer = screener.settings.reviewer
        if reviewer is None or isinstance(verdict, Refuse):
            return verdict
        return stricter(verdict, await self._reviewing.review(channel_id, show_id, reviewer, text))

    async def screen(
        self,
        tx: ShowTransaction,
        show: ShowRow,
        written: Sequence[Written],
        *,
        newcomers: Newcomers | None = None,
    ) -> Sequence[Verdict]:
        """Return a verdict for each, in order; only what is kept counts for slow mode."""
        settings = self._screeners.of(show.channel_id).settings
        verdicts = [ALLOWED if is_staff(each.role) else each.looked.verdict for each in written]
        slow = settings.slow_seconds if show.slow_seconds is None else show.slow_seconds
        if slow:
            verdicts = await _slowed(tx, written, verdicts, slow)
        new: Collection[str] = ()
        if settings.newcomers_held and newcomers is not None:
            kept = [each.viewer_id for each in _kept_of_viewers(written, verdicts)]
            new = await newcomers(sorted(set(kept))) if kept else ()
        return [
            verdict if is_staff(each.role) else _with_show(verdict, show, each.viewer_id in new)
            for each, verdict in zip(written, verdicts, strict=True)
        ]

    async def _channel_of(self, show_id: str) -> str | None:
        known = self._channels.get(show_id)
        if known is not None:
            return known
        try:
            async with self._database.read_soon() as connection:
                show = await read_show(connection, show_id)
        except Exception as error:
            if is_away(error):
                return None
            raise
        if show is None:
            return None
        if len(self._channels) >= _CHANNELS_MAX:
            self._channels.clear()
        self._channels[show_id] = show.channel_id
        return show.channel_id


async def forget_pace(tx: ShowTransaction, show: ShowRow) -> None:
    """Forget, when a show ends, when its viewers wrote last."""
    await forget_last_written(tx.connection, show.id)


def _with_show(verdict: Verdict, show: ShowRow, new: bool) -> Verdict:
    held = stricter(verdict, _NEWCOMER) if new else verdict
    return stricter(held, Held()) if show.moderation == "pre" else held


def _kept_of_viewers(written: Sequence[Written], verdicts: Sequence[Verdict]) -> list[Written]:
    return [
        each
        for each, verdict in zip(written, verdicts, strict=True)
        if not is_staff(each.role) and not isinstance(verdict, Refuse)
    ]


async def _slowed(
    tx: ShowTransaction, written: Sequence[Written], verdicts: Sequence[Verdict], seconds: int
) -> list[Verdict]:
    """Refuse whoever wrote less than `seconds` ago, in this transaction or before; note when the others did."""
    kept = {each.viewer_id for each in _kept_of_viewers(written, verdicts)}
    if not kept:
        return list(verdicts)
    last = await read_last_written(tx.connection, tx.show_id, kept)
    wrote: dict[str, None] = {}
    slowed: list[Verdict] = []
    for each, verdict in zip(written, verdicts, strict=True):
        if is_staff(each.role) or isinstance(verdict, Refuse):
            slowed.append(verdict)
            continue
        before = tx.now if each.viewer_id in wrote else last.get(each.viewer_id)
        wait = timedelta(0) if before is None else before + timedelta(seconds=seconds) - tx.now
        if wait > timedelta(0):
            slowed.append(_too_fast(seconds, wait))
        else:
            wrote[each.viewer_id] = None
            slowed.append(verdict)
    if wrote:
        await write_last_written(tx.connection, tx.show_id, list(wrote), tx.now)
    return slowed


def _too_fast(seconds: int, wait: timedelta) -> Refuse:
    told = {"retry_after_ms": ceil(wait.total_seconds() * 1000), "slow_seconds": seconds}
    return Refuse(Code.TOO_FAST, f"Slow mode: one text every {seconds} s.", told)
