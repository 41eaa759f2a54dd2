"""How much one person may take, pure: of a product in a show, and without a name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from server.errors import RefusedError
from server.protocol.codes import Code

GUEST_UNITS = 1
"""What somebody without a name may hold who has never paid here."""
BEGUN_MAX = 3
"""How many purchases of what goes to who pays first one person may have begun in a show."""


@dataclass(frozen=True, slots=True)
class Limits:
    """`units_max`: units of a product that one person may buy and hold in a show; 0: any number. `guests`: whether they have less."""

    units_max: int = 0
    guests: bool = False


NO_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class OwnLimit:
    """A product's own limit, in the place of the settings': its units count as those of `counted_as`, with its product's other variants."""

    counted_as: str
    units_max: int


@dataclass(frozen=True, slots=True)
class GuestStanding:
    """What a guest has paid for in the channel, and holds there now, in units."""

    paid: int = 0
    held: int = 0


_NEW_GUEST = GuestStanding()


class Allowances:
    """What the buyers of one batch may still take in one show.

    `people`: by id who somebody is, where that is another id; whoever is several ids has one allowance. `taken`: (id, product, units)
    bought and held in this show. `guests`: by id what is known of guests who want to hold; of others nothing is. `own`: the limits of
    products that have one, and of all that count together with them, by id. `begun`: by id the purchases of what goes to who pays first.
    """

    def __init__(
        self,
        limits: Limits,
        *,
        people: Mapping[str, str],
        taken: Iterable[tuple[str, str, int]],
        guests: Mapping[str, GuestStanding],
        own: Mapping[str, OwnLimit] | None = None,
        begun: Mapping[str, int] | None = None,
    ) -> None:
        self._limits = limits
        self._own = own or {}
        self._people = people
        self._taken: dict[tuple[str, str], int] = {}
        self._guests = dict(guests)
        self._begun: dict[str, int] = {}
        for viewer_id, purchases in (begun or {}).items():
            person = self._person(viewer_id)
            self._begun[person] = self._begun.get(person, 0) + purchases
        for viewer_id, product_id, units in taken:
            self._count(viewer_id, product_id, units)

    def require(
        self, viewer_id: str, demand: Mapping[str, int], *, guest: bool = False, to_hold: bool = False
    ) -> None:
        """Raise `too_many` with `limit` and `left`, of a hold with `product`, where units are more than this person may take.

        Below 0 is what is given back in the same moment. A `guest` is held to what somebody without a name may hold: a purchase, which is
        paid in the same moment, asks without it.
        """
        for product_id, units in self._together(demand):
            limit = self._limit_of(product_id)
            taken = self._taken.get((self._person(viewer_id), self._counted_as(product_id)), 0)
            if limit and units > 0 and taken + units > limit:
                refused = RefusedError(Code.TOO_MANY, limit=limit, left=max(0, limit - taken))
                refused.data |= {"product": product_id} if to_hold else {}
                raise refused
        if guest and self._limits.guests:
            self._require_guest(viewer_id, sum(demand.values()))

    def begin(self, viewer_id: str) -> None:
        """Count a purchase of what goes to who pays first; raises `too_many` with `begun` where this person has enough of them."""
        person = self._person(viewer_id)
        if self._begun.get(person, 0) >= BEGUN_MAX:
            why = "So many purchases are under way already: pay for one of them, or give it up."
            raise RefusedError(Code.TOO_MANY, why, limit=BEGUN_MAX, left=0, begun=True)
        self._begun[person] = self._begun.get(person, 0) + 1

    def take(self, viewer_id: str, demand: Mapping[str, int], *, guest: bool = False) -> None:
        """Count units by product as taken by this person; of a `guest` as held."""
        for product_id, units in demand.items():
            self._count(viewer_id, product_id, units)
        if guest:
            before = self._guests.get(viewer_id, _NEW_GUEST)
            self._guests[viewer_id] = GuestStanding(before.paid, before.held + sum(demand.values()))

    def _require_guest(self, viewer_id: str, units: int) -> None:
        known = self._guests.get(viewer_id, _NEW_GUEST)
        limit = max(GUEST_UNITS, known.paid)
        left = max(0, limit - known.held)
        if units > left:
            why = "Without a name one may hold one unit, or as many as one has paid for here before."
            raise RefusedError(Code.TOO_MANY, why, limit=limit, left=left, guest=True)

    def _together(self, demand: Mapping[str, int]) -> list[tuple[str, int]]:
        """Return the demand, what counts together under the first of it."""
        first = dict[str, str]()
        units = dict[str, int]()
        for product_id, wanted in demand.items():
            named = first.setdefault(self._counted_as(product_id), product_id)
            units[named] = units.get(named, 0) + wanted
        return list(units.items())

    def _counted_as(self, product_id: str) -> str:
        own = self._own.get(product_id)
        return product_id if own is None else own.counted_as

    def _limit_of(self, product_id: str) -> int:
        own = self._own.get(product_id)
        return self._limits.units_max if own is None else own.units_max

    def _person(self, viewer_id: str) -> str:
        return self._people.get(viewer_id, viewer_id)

    def _count(self, viewer_id: str, product_id: str, units: int) -> None:
        place = (self._person(viewer_id), self._counted_as(product_id))
        self._taken[place] = self._taken.get(place, 0) + units
