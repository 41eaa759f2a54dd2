"""Showing offers: what a viewer is offered is kept before they are told, once for each, and ten thousand at once in a few statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.offers.admission import Admission
from server.offers.admission_repository import keep_holders
from server.offers.gathering import Gathering
from server.offers.repository import Taken, read_taken
from server.offers.rules import Offer
from server.offers.secrets import Secrets
from server.offers.showing_repository import OnShelf, keep_shown, read_on_shelf
from server.protocol.codes import Code


@dataclass(frozen=True, slots=True)
class Look:
    """A viewer wants to see an offer, by its code where they give one. `staff` see every offer, and are not recorded."""

    viewer_id: str
    offer_id: str
    code: str | None = None
    staff: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """What a viewer is offered: the offer, how many units are really left of it, and how many of its limit are theirs."""

    offer: Offer
    units_left: int
    mine: int


class Showing:
    """Shows the offers of shows to their viewers."""

    def __init__(self, database: Database, clock: Clock, admission: Admission, secrets: Secrets) -> None:
        self._database = database
        self._clock = clock
        self._admission = admission
        self._secrets = secrets
        self._gathering = Gathering(self._see_many)

    async def see(self, show_id: str, look: Look) -> Seen:
        """Return what the viewer is offered; once this returns, it is recorded.

        Raises `not_found`, `offer_closed`, `not_in_audience`, also for a wrong code, and `invalid` for a code of a wrong length.
        """
        return await self._gathering.ask(show_id, look)

    async def close(self) -> None:
        """Wait until everybody is answered."""
        await self._gathering.close()

    async def _see_many(self, show_id: str, looks: Sequence[Look]) -> list[Seen | RefusedError]:
        """Read, decide, and record: each in one statement for each offer at most, however many look."""
        ids = {look.offer_id for look in looks}
        async with self._database.read_soon() as connection:
            shelf = await read_on_shelf(connection, show_id, ids)
        now = self._clock.now()
        asked = [self._ask(shelf.get(look.offer_id), look, now) for look in looks]
        await self._keep_codes([look for look, refused in zip(looks, asked, strict=True) if not refused], now)
        admitted = await self._admit(shelf, looks, asked)
        taken = await self._take(show_id, shelf, looks)
        found = [
            refused or self._see(shelf[look.offer_id], look, admitted, taken)
            for look, refused in zip(looks, asked, strict=True)
        ]
        await self._record(looks, found, now)
        return found

    def _ask(self, offered: OnShelf | None, look: Look, now: datetime) -> RefusedError | None:
        """Return why the look is refused whoever it is that looks."""
        if offered is None or offered.offer.state == "prepared":
            return RefusedError(Code.NOT_FOUND)
        if not offered.offer.is_open(now):
            return RefusedError(Code.OFFER_CLOSED)
        if look.code is None:
            return None
        try:
            right = self._secrets.is_of(look.offer_id, look.code, offered.offer.terms.code_hash)
        except RefusedError as refused:
            return refused
        return None if right else RefusedError(Code.NOT_IN_AUDIENCE, "This is not the offer's code.")

    async def _keep_codes(self, looks: Sequence[Look], now: datetime) -> None:
        holders = sorted({(each.offer_id, each.viewer_id) for each in looks if each.code and not each.staff})
        if holders:
            async with self._database.write_soon() as connection:
                await keep_holders(connection, holders, now)

    async def _admit(
        self, shelf: dict[str, OnShelf], looks: Sequence[Look], asked: Sequence[RefusedError | None]
    ) -> dict[str, frozenset[str]]:
        """Return for each offer who of those that look is in its audience."""
        asking: dict[str, set[str]] = {}
        for look, refused in zip(looks, asked, strict=True):
            if refused is None and not look.staff:
                asking.setdefault(look.offer_id, set()).add(look.viewer_id)
        return {id: await self._admission.who_may(shelf[id].offer, viewers) for id, viewers in asking.items()}

    async def _take(self, show_id: str, shelf: dict[str, OnShelf], looks: Sequence[Look]) -> Taken:
        limited = [id for id, each in shelf.items() if each.offer.terms.per_viewer_max is not None]
        viewers = {look.viewer_id for look in looks if look.offer_id in limited}
        if not viewers:
            return Taken({}, {})
        async with self._database.read_soon() as connection:
            return await read_taken(connection, show_id, viewers, limited)

    def _see(
        self, offered: OnShelf, look: Look, admitted: dict[str, frozenset[str]], taken: Taken
    ) -> Seen | RefusedError:
        offer = offered.offer
        if not look.staff and look.viewer_id not in admitted.get(offer.id, ()):
            return RefusedError(Code.NOT_IN_AUDIENCE)
        return Seen(offer, offered.units_left, taken.of(offer.id, look.viewer_id))

    async def _record(
        self, looks: Sequence[Look], found: Sequence[Seen | RefusedError], now: datetime
    ) -> None:
        shown = {
            (seen.offer.id, look.viewer_id): seen
            for look, seen in zip(looks, found, strict=True)
            if isinstance(seen, Seen) and not look.staff
        }
        if shown:
            rows = [
                (offer, viewer, seen.offer.terms.price_minor, seen.units_left, seen.offer.closes_at)
                for (offer, viewer), seen in sorted(shown.items(), key=lambda item: item[0])
            ]
            async with self._database.write_soon() as connection:
                await keep_shown(connection, rows, now)
