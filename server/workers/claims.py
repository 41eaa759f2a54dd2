"""What a worker takes upon itself in one transaction: streams at which no other works, and of each the flushes that are next.

A stream's place is a row that is locked for it. When a worker dies its locks go, and the next one goes on from what was committed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from server.bus.stream import START, LedgerStream, LedgerStreams, StreamEntry
from server.ledger import metrics, place_repository
from server.ledger.flush import Flush, decode_flush
from server.ledger.place_repository import Place

ROWS_MAX = 6000
"""About so many rows are counted in one transaction, so that rollups are locked for a few tens of milliseconds only."""

log = structlog.get_logger()


@dataclass(slots=True)
class Claim:
    """One stream of a transaction: where it was counted to, and the entries behind that."""

    stream: LedgerStream
    last_id: str
    entries: list[StreamEntry]
    flushes: list[Flush] = field(default_factory=list)
    unreadable: list[StreamEntry] = field(default_factory=list)
    taken: int = 0
    """So many entries are counted in this transaction."""
    entries_max: int = 1

    def take(self, rows_max: int) -> int:
        """Decode entries until they are enough for one transaction, and return how many rows they have."""
        rows = 0
        for entry in self.entries:
            try:
                flush = decode_flush(entry.blob)
            except msgspec.DecodeError as error:
                log.error("ledger.unreadable", entry=entry.id, error=str(error))
                self.unreadable.append(entry)
            else:
                if self.flushes and rows + flush.rows > rows_max:
                    break
                self.flushes.append(flush)
                rows += flush.rows
            self.taken += 1
        return rows

    async def place(self) -> Place:
        """Return how far the stream is counted after this."""
        last_id = self.entries[self.taken - 1].id if self.taken else self.last_id
        if not self.taken and await self.stream.went_back(last_id):
            last_id = START
        return Place(self.stream.key, last_id, at_end=self.taken == len(self.entries) < self.entries_max)


async def claim_streams(
    connection: AsyncConnection, streams: Iterable[LedgerStream], entries_max: int
) -> list[Claim]:
    """Lock streams, one after the other, until their next flushes are enough for one transaction; those of other workers are left out."""
    claims, rows = list[Claim](), 0
    for stream in streams:
        last_id = await place_repository.lock_cursor(connection, stream.key)
        if last_id is None:
            metrics.ELSEWHERE.inc()
            continue
        claim = Claim(stream, last_id, await stream.read(last_id, entries_max), entries_max=entries_max)
        rows += claim.take(ROWS_MAX - rows)
        claims.append(claim)
        if rows >= ROWS_MAX:
            break
    return claims


async def tell_ends(connection: AsyncConnection, streams: LedgerStreams) -> dict[str, str]:
    """Say of all streams that are counted to their end that they are, and return where all those stand at which nobody works.

    A show's figures settle by that.
    """
    positions = await place_repository.lock_free_cursors(connection, streams.all)
    ends = await streams.find_ends(positions)
    await place_repository.save_cursors(connection, [Place(key, id, at_end=True) for key, id in ends.items()])
    return positions | ends
