"""Whether workers count what servers record."""

import asyncio
from collections.abc import Iterator

from server.bus.connections import REDIS_AWAY, open_link
from server.bus.keys import Keys
from server.bus.stream import LedgerStreams, Waiting
from server.doctor.finding import Finding, State

WAITED_SECONDS_MAX = 60.0


def examine_ledger(url: str, prefix: str) -> Iterator[Finding]:
    """Say what waits in the ledger's streams for long, and what was set aside; nothing where Redis is away."""
    try:
        waiting = asyncio.run(_look(url, prefix))
    except (*REDIS_AWAY, ValueError):
        return
    late = {key: seconds for key, seconds in waiting.seconds.items() if seconds > WAITED_SECONDS_MAX}
    if late:
        what = f"{waiting.flushes:,} flushes wait; in {len(late)} of {len(waiting.seconds)} streams for up to {max(late.values()):,.0f} s"
        mend = (
            "start `showfloor worker`, or one more; its log line ledger.round_failed says what keeps one up"
        )
        yield Finding("Ledger", State.BROKEN, what, mend)
    else:
        yield Finding("Ledger", State.FINE, "no flush has waited for a minute")
    if waiting.aside:
        what = f"{waiting.aside:,} flushes could not be counted and were set aside"
        yield Finding("Ledger, set aside", State.ADVICE, what, "the log line ledger.flush_refused says why")


async def _look(url: str, prefix: str) -> Waiting:
    link = open_link(url)
    try:
        return await LedgerStreams(link, Keys(prefix), "doctor").look()
    finally:
        await link.close()
