"""Lines as staff see them: who waits for what, who has it now and until when; and closing a line, which tells those who wait."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from server.audit.trail import Actor, audit
from server.db.engine import Database
from server.errors import RefusedError
from server.journal.journal import Journal
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code
from server.shop.repository import lock_products
from server.shows.repository import read_show
from server.waitlist.lines_repository import (
    Line,
    PlaceSeen,
    close_line,
    open_line,
    read_line_of,
    read_lines,
    read_places,
)
from server.waitlist.service import Waitlist


@dataclass(frozen=True, slots=True)
class LineSwitch:
    """A member of staff closes the line of a product, or opens it again."""

    actor: Actor
    product_id: str
    closed: bool


class Lines:
    """Reads lines, closes and opens them. A line is the product's, over all shows of its channel; so is its closing."""

    def __init__(self, journal: Journal, database: Database, waitlist: Waitlist) -> None:
        self._journal = journal
        self._database = database
        self._waitlist = waitlist
        # The journal groups commands by their handler: it must be the same object each time.
        self._switch_many = self.switch_many

    async def list_of(self, channel_id: str) -> list[Line]:
        """Return the channel's lines in which somebody stands, and those that are closed, in the order of the products."""
        async with self._database.read_soon() as connection:
            return await read_lines(connection, channel_id)

    async def read(
        self, channel_id: str, product_id: str, *, after: int, limit: int
    ) -> tuple[Line, list[PlaceSeen]]:
        """Return a product's line, and up to `limit` of its places behind the number `after`, in their order; raises `not_found`."""
        async with self._database.read_soon() as connection:
            line = await read_line_of(connection, channel_id, product_id)
            if line is None:
                raise RefusedError(Code.NOT_FOUND, "The channel has no such product.")
            return line, await read_places(connection, product_id, after=after, limit=limit)

    async def switch(
        self, show_id: str, channel_id: str, actor: Actor, product_id: str, *, closed: bool
    ) -> Line:
        """Close a line, which ends the places that wait in it, or open it again; one that stands so already stays. Raises `not_found`.

        Turns that were given stand for the time that was promised.
        """
        await self._journal.commit(
            show_id, self._switch_many, LineSwitch(actor, product_id, closed), repeatable=True
        )
        line, _ = await self.read(channel_id, product_id, after=0, limit=0)
        return line

    async def switch_many(
        self, tx: ShowTransaction, wanted: Sequence[LineSwitch]
    ) -> list[datetime | RefusedError]:
        """Switch in order, each under its product's lock: whoever joins meanwhile is in before, or is refused."""
        show = await read_show(tx.connection, tx.show_id)
        answers: list[datetime | RefusedError] = []
        for each in wanted:
            known = show and await lock_products(tx.connection, show.channel_id, [each.product_id])
            if show is None or not known:
                answers.append(RefusedError(Code.NOT_FOUND, "The channel has no such product."))
                continue
            await self._switch(tx, show.channel_id, each)
            answers.append(tx.now)
        return answers

    async def _switch(self, tx: ShowTransaction, channel_id: str, switch: LineSwitch) -> None:
        if not switch.closed:
            if await open_line(tx.connection, switch.product_id):
                audit(tx, switch.actor, "waitlist.open", switch.product_id)
            return
        if await close_line(tx.connection, channel_id, switch.product_id, tx.now):
            ended = await self._waitlist.end_places(tx, channel_id, [switch.product_id], "closed")
            audit(tx, switch.actor, "waitlist.close", switch.product_id, ended=len(ended))
