"""Who may not write as they like, asked at the one door for what viewers write: who is muted is refused, shadow mutes hide it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.roles import is_staff
from server.access.sanctions_repository import Silence, read_silenced
from server.clock import to_wire
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code
from server.protocol.screening_lines import HeldFor
from server.screening.door import Held, Looked, Newcomers, Refuse, Screening, Shadow, Verdict, Written
from server.screening.rules import stricter
from server.shows.tables import ShowRow

_HOLD: Final = Silence("hold", None)


def _like_nobody(show_id: str, viewer_id: str) -> bool:
    return False


class Silencing:
    """A screening in front of another. Staff are never silenced. `is_like`: a viewer of a show is like the banned, not yet in SQL."""

    def __init__(self, behind: Screening, is_like: Callable[[str, str], bool] = _like_nobody) -> None:
        self._behind = behind
        self._is_like = is_like

    async def look(self, show_id: str, role: str, text: str) -> Looked:
        """Look at the text as the other one does: who wrote it is asked in the transaction."""
        return await self._behind.look(show_id, role, text)

    async def screen(
        self,
        tx: ShowTransaction,
        show: ShowRow,
        written: Sequence[Written],
        *,
        newcomers: Newcomers | None = None,
    ) -> Sequence[Verdict]:
        """Return a verdict for each, in order: what muted ones wrote is not looked at; what shadow-muted ones wrote is hidden."""
        writers = sorted({each.viewer_id for each in written if not is_staff(each.role)})
        silenced = (
            await read_silenced(tx.connection, tx.show_id, show.channel_id, writers, tx.now)
            if writers
            else {}
        )
        for each in writers:
            if each not in silenced and self._is_like(tx.show_id, each):
                silenced[each] = _HOLD
        under = [None if is_staff(each.role) else silenced.get(each.viewer_id) for each in written]
        heard = [each for each, silence in zip(written, under, strict=True) if not _is_mute(silence)]
        verdicts = iter(await self._behind.screen(tx, show, heard, newcomers=newcomers) if heard else ())
        return [
            _refusal(silence)
            if silence is not None and _is_mute(silence)
            else _hidden(next(verdicts), silence)
            for silence in under
        ]

    async def admit(
        self, connection: AsyncConnection, show_id: str, channel_id: str, written: Written, now: datetime
    ) -> None:
        """Raise for who is muted or banned, and for what the look at the text refuses."""
        if is_staff(written.role):
            return
        silenced = await read_silenced(connection, show_id, channel_id, [written.viewer_id], now)
        silence, verdict = silenced.get(written.viewer_id), written.looked.verdict
        if silence is not None and _is_mute(silence):
            raise _refusal(silence).as_error()
        if isinstance(verdict, Refuse):
            raise verdict.as_error()


def _is_mute(silence: Silence | None) -> bool:
    return silence is not None and silence.kind in ("ban", "timeout", "mute")


def _refusal(silence: Silence) -> Refuse:
    if (
        silence.kind == "ban"
    ):  # this process has not heard of it yet, and closes their connections within a second
        return Refuse(Code.BANNED)
    until = None if silence.ends_at is None else to_wire(silence.ends_at)
    return Refuse(Code.MUTED, data={"until": until})


def _hidden(verdict: Verdict, silence: Silence | None) -> Verdict:
    if silence is None:
        return verdict
    return stricter(verdict, Held((HeldFor("sanction"),)) if silence.kind == "hold" else Shadow())
