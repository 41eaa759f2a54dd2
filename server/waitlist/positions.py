"""Telling those who wait their positions when a line moves, after the commit: at most once in two seconds for each product.

This is news, and no more: whose turn it is stands in SQL, and whoever asks is told the exact position. So the first hundred are told each
step, and those behind when their position has changed by a twentieth: one step of a line of ten thousand tells about two hundred.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row, text

from server.clock import to_wire
from server.db.engine import Database
from server.protocol.waitlist_lines import PlaceChanged, PlaceInLine
from server.shop.locking import Push
from server.shop.untold import Untold

NEAR: Final = 100
PAUSE_SECONDS: Final = 2.0
_READ_LINE: Final = text(
    """
    SELECT id, show_id, viewer_id, product_id, quantity, joined_at FROM waitlist_place
    WHERE product_id = :product AND state = 'waiting' ORDER BY nr
    """
)


class Positions:
    """One process's part. `push` writes to one viewer's connections, on every process."""

    def __init__(self, database: Database, push: Push) -> None:
        self._database = database
        self._push = push
        self._untold = Untold("waitlist.positions_not_told", self._tell, pause_seconds=PAUSE_SECONDS)
        self._told: dict[str, dict[str, int]] = {}
        """By product the position that each place was told last."""

    def note(self, product_id: str) -> None:
        """Have those who wait for the product told."""
        self._untold.note(product_id, product_id)

    async def close(self) -> None:
        """Wait until everything that was noted is told."""
        await self._untold.close()

    async def _tell(self, product_id: str, _: Sequence[str]) -> None:
        async with self._database.read_soon() as connection:
            rows = (await connection.execute(_READ_LINE, {"product": product_id})).all()
        before, now = self._told.get(product_id, {}), dict[str, int]()
        for position, row in enumerate(rows, start=1):
            told = before.get(row.id)
            due = is_due(told, position)
            now[row.id] = position if due or told is None else told
            if due:
                self._push(row.show_id, row.viewer_id, PlaceChanged(_as_seen(row, position)))
        self._told[product_id] = now
        if not now:
            del self._told[product_id]


def is_due(told: int | None, position: int) -> bool:
    """Whether a place that was told one position is to be told another one."""
    if told is None:
        return position <= NEAR
    if position <= NEAR:
        return told != position
    return abs(told - position) * 20 >= position


def _as_seen(row: Row[Any], position: int) -> PlaceInLine:
    return PlaceInLine(
        place=row.id,
        product=row.product_id,
        quantity=row.quantity,
        state="waiting",
        joined_at=to_wire(row.joined_at),
        position=position,
    )
