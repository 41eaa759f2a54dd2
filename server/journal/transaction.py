"""One transaction on one show's journal: it holds the head's lock, hands out offsets, and writes what was published at its end."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from server.clock import to_wire
from server.protocol.codec import encode
from server.protocol.publication import Publication


class NotFirstError(Exception):
    """A command must not share its transaction with those before it; the journal runs each of the batch by itself then."""


class ShowTransaction:
    """What a handler may do to a show: SQL on `connection`, and `publish`. Committed by the journal, never by the handler."""

    def __init__(
        self,
        show_id: str,
        connection: AsyncConnection,
        now: datetime,
        epoch: str,
        top: int,
        *,
        rehearsal: bool = False,
        alone_since: int | None = None,
    ) -> None:
        self.show_id = show_id
        self.connection = connection
        self.now = now
        self.epoch = epoch
        self.rehearsal = rehearsal
        """Whether the show is rehearsed: what happens is no fact."""
        self.alone_since = top if alone_since is None else alone_since
        """The offset behind which nobody but this process has published: what it has noted of the show since then still holds."""
        self.publications: list[Publication] = []
        self.writes: dict[str, list[Any]] = {}
        self.afterwards: list[Callable[[], None]] = []
        """Called once the transaction is committed, in order: news that may be lost with the process, and that nothing rests on."""
        self._top = top
        self._at = to_wire(now)

    @property
    def top(self) -> int:
        """The offset of the newest publication, those of this transaction among them."""
        return self._top + len(self.publications)

    def require_first(self) -> None:
        """Raise `NotFirstError` when handlers of the same transaction have published or left something to be written."""
        if self.publications or self.writes:
            raise NotFirstError

    def begin_epoch(self, epoch: str, top: int, *, rehearsal: bool) -> None:
        """Go on from the offset `top` under another epoch; for `server.journal.repository.begin_epoch`."""
        self.epoch, self._top, self.rehearsal = epoch, top, rehearsal

    def write(self, statement: str, rows: Iterable[Any]) -> None:
        """Leave a write for the end, where all of them travel with the publications in one round trip.

        `statement` is an INSERT or UPDATE that reads `rows`, JSON-ready objects, from one parameter:
        `json_to_recordset(CAST(%s AS json))`. Given again, its rows add up. It must not write what another one writes or reads.
        """
        self.writes.setdefault(statement, []).extend(rows)

    def publish(self, type: str, fields: dict[str, Any], *, staff: dict[str, Any] | None = None) -> int:
        """Publish for all; `staff` replaces the fields for staff. Returns the offset."""
        offset = self.top + 1
        head = {"type": type, "offset": offset, "at": self._at}
        staff_line = None if staff is None else encode(head | staff)
        self.publications.append(Publication(offset, type, encode(head | fields), staff_line))
        return offset

    def publish_to_staff(self, type: str, fields: dict[str, Any]) -> int:
        """Publish what only staff may read; viewers get `withheld`, so that their offsets stay consecutive. Returns the offset."""
        offset = self.top + 1
        place = {"offset": offset, "at": self._at}
        line, staff_line = encode({"type": "withheld"} | place), encode({"type": type} | place | fields)
        self.publications.append(Publication(offset, type, line, staff_line))
        return offset
