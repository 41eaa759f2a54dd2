"""What fits a viewer who comes again: only who may be recognised, and only what they did since."""

from datetime import UTC, datetime
from typing import Final

from server.access.tokens import Identity
from server.clock import Clock
from server.db.engine import Database
from server.personal import repository
from server.personal.for_you import ForYouBody, choose
from server.protocol.sold import Product
from server.shop.shelf import read_shelf

SHELF_SECONDS: Final = 5
"""How old what the show sells may be here; the page leaves out what is sold out by then."""
ALWAYS: Final = datetime(2000, 1, 1, tzinfo=UTC)


class Personal:
    """Answers viewers about themselves."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._shelves: dict[str, tuple[datetime, list[Product]]] = {}

    async def for_you(self, show_id: str, viewer: Identity) -> ForYouBody:
        """Return what may fit the viewer in the show; nothing for guests whose consent does not stand."""
        if viewer.guest and not viewer.remembered:
            return ForYouBody(products=[])
        since = (viewer.consent_at or self._clock.now()) if viewer.guest else ALWAYS
        async with self._database.read_soon() as connection:
            if viewer.guest and await repository.has_withdrawn(
                connection, viewer.channel_id, viewer.viewer_id, since
            ):
                return ForYouBody(products=[])
            past = await repository.read_past(connection, viewer.channel_id, show_id, viewer.viewer_id, since)
            now = self._clock.now()
            kept = self._shelves.get(show_id)
            if kept is None or (now - kept[0]).total_seconds() >= SHELF_SECONDS:
                kept = (now, await read_shelf(connection, show_id, viewer.channel_id))
                self._shelves = (
                    {show_id: kept} if len(self._shelves) > 100 else {**self._shelves, show_id: kept}
                )
        return ForYouBody(products=choose(kept[1], past))
