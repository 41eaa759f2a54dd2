"""A show's card, for the head of its page: read from SQL once in a while, however many open the page."""

import asyncio
from collections import OrderedDict
from typing import NamedTuple, cast

import structlog
from fastapi import Request

from server.db.engine import Database
from server.errors import RefusedError
from server.http.cards import Card
from server.protocol.codes import Code
from server.shows.repository import read_card

KEPT_SECONDS = 3.0
KEPT_MAX = 2_000
log = structlog.get_logger()
READ_SECONDS_MAX = 0.7
"""Longer than that the page does not wait for its card."""


class _Kept(NamedTuple):
    until: float
    reading: asyncio.Task[Card | RefusedError | None]


class Cards:
    """Cards by show. What was read is kept for a moment; callers at the same time share one read."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    async def find(self, show_id: str, *, seconds_max: float | None = READ_SECONDS_MAX) -> Card | None:
        """Return the card of a show, or None while it cannot be read, or not so soon. Raises `not_found`.

        With None for `seconds_max` the read is waited for, which has a limit of its own (`ANSWER_SECONDS_MAX`).
        """
        now = asyncio.get_running_loop().time()
        kept = self._kept.get(show_id)
        if kept is None or kept.until < now:
            kept = _Kept(now + KEPT_SECONDS, asyncio.create_task(self._read(show_id), name="card"))
            self._keep(show_id, kept)
        await asyncio.wait({kept.reading}, timeout=seconds_max)
        found = kept.reading.result() if kept.reading.done() else None
        if isinstance(found, RefusedError):
            raise found
        return found

    def _keep(self, show_id: str, kept: _Kept) -> None:
        self._kept.pop(show_id, None)
        self._kept[show_id] = kept
        if len(self._kept) > KEPT_MAX:
            self._kept.popitem(last=False)

    async def _read(self, show_id: str) -> Card | RefusedError | None:
        try:
            async with self._database.read_soon() as connection:
                return await read_card(connection, show_id) or RefusedError(Code.NOT_FOUND)
        except Exception:
            # The page is worth having without its card, whatever keeps it from being read.
            log.warning("card.unread", show=show_id)
            return None


async def card_of(request: Request, show_id: str) -> Card | None:
    """Return the card of a show for the head of its page; see `Cards.find`."""
    return await cast("Cards", request.app.state.cards).find(show_id)
