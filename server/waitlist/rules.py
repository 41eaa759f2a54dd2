"""The line of a product, pure: who may join it, and whose turn it is."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from server.catalogue.rules import Stocked
from server.errors import RefusedError
from server.protocol.codes import Code
from server.protocol.waitlist_lines import PlaceState
from server.shop.allowances import Allowances
from server.shop.hold_rules import Hold, StockBook, Wanted, WantedLine
from server.shop.rules import require_sellable

STANDING: Final[tuple[PlaceState, ...]] = ("waiting", "called")
"""States of a place that has not ended."""


@dataclass(frozen=True, slots=True)
class Joining:
    """A viewer wants `quantity` of a sold-out product, or variant; `key` makes it one place however often it is sent."""

    viewer_id: str
    key: str
    product_id: str
    quantity: int
    staff: bool = False
    guest: bool = False

    @property
    def wanted(self) -> Wanted:
        """What would be set aside for them."""
        line = WantedLine(self.product_id, self.quantity)
        return Wanted(self.viewer_id, self.key, (line,), staff=self.staff, guest=self.guest)


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the line of a product; `nr` says who came before whom. `called`: it is their turn, by the hold `hold_id`."""

    id: str
    channel_id: str
    show_id: str
    viewer_id: str
    key: str
    product_id: str
    nr: int
    asked: int
    quantity: int
    state: PlaceState
    joined_at: datetime
    guest: bool = False
    staff: bool = False
    why: str | None = None
    hold_id: str | None = None
    called_at: datetime | None = None
    ended_at: datetime | None = None
    position: int | None = field(default=None, compare=False)
    """While it waits: 1 is next."""
    expires_at: datetime | None = field(default=None, compare=False)
    """While it is called: until when the units are theirs."""
    repeated: bool = field(default=False, compare=False)

    @property
    def wanted(self) -> Wanted:
        """What is to be set aside when it is their turn."""
        line = WantedLine(self.product_id, self.quantity)
        return Wanted(self.viewer_id, turn_key(self), (line,), staff=self.staff, guest=self.guest)


def turn_key(place: Place) -> str:
    """Return the key of the place's turn; no viewer's own key has a stroke in it."""
    return f"{place.id}/turn"


@dataclass(frozen=True, slots=True)
class Known:
    """What is there before a batch of viewers joins: places with one of their keys, places of theirs that stand, and the rest.

    `people`: by id who somebody is, where that is another id. `last`: the highest number that was given, by product.
    """

    earlier: Sequence[Place]
    standing: Sequence[Place]
    people: Mapping[str, str]
    allowances: Allowances
    closed: Collection[str]
    last: Mapping[str, int]


class Queueing:
    """Lets the viewers of one batch join, one after the other. Products are locked; how many wait is counted in the book."""

    def __init__(
        self,
        where: tuple[str, str],
        at: datetime,
        *,
        live: bool,
        book: StockBook,
        known: Known,
        new_id: Callable[[], str],
    ) -> None:
        """`where`: the show and its channel."""
        self._show_id, self._channel_id = where
        self._at = at
        self._live = live
        self._book = book
        self._known = known
        self._by_key = {(place.viewer_id, place.key): place for place in known.earlier}
        self._standing = {(self._person(p.viewer_id), p.product_id): p for p in known.standing}
        self._last = dict(known.last)
        self._new_id = new_id
        self.joined: list[Place] = []
        self.smaller: list[Place] = []
        """Places whose viewers want fewer units now."""

    def serve(self, wishes: Iterable[Joining]) -> list[Place | RefusedError]:
        """Decide every wish: first come, first in line, and one that is refused harms no other."""
        return [self._serve_one(wish) for wish in wishes]

    def _serve_one(self, wish: Joining) -> Place | RefusedError:
        try:
            earlier = self._by_key.get((wish.viewer_id, wish.key))
            return self._join(wish) if earlier is None else _repeat(earlier, wish, self._show_id)
        except RefusedError as refused:
            return refused

    def _join(self, wish: Joining) -> Place:
        if not self._live:
            raise RefusedError(Code.SHOW_NOT_LIVE)
        product = require_sellable(self._book.products.get(wish.product_id))
        standing = self._standing.get((self._person(wish.viewer_id), wish.product_id))
        if standing is not None:
            return self._stay(standing, wish)
        if wish.product_id in self._known.closed or _goes_to_who_pays(product, wish.quantity):
            raise RefusedError(Code.WAITLIST_CLOSED)
        demand = {wish.product_id: wish.quantity}
        self._known.allowances.require(wish.viewer_id, demand, guest=wish.guest, to_hold=True)
        place = self._new_place(wish)
        self._keep(place)
        self.joined.append(place)
        self._book.wait(wish.product_id, 1)
        return place

    def _stay(self, standing: Place, wish: Joining) -> Place:
        """Return the place that the person has; who wants fewer units keeps it, who wants more has to go to the end."""
        if standing.state == "waiting" and wish.quantity > standing.quantity:
            current = {"place": standing.id, "quantity": standing.quantity}
            why = "You are in line for fewer units: whoever wants more leaves, and joins again at the end."
            raise RefusedError(Code.CONFLICT, why, current=current)
        if standing.state == "waiting" and wish.quantity < standing.quantity:
            standing = replace(standing, quantity=wish.quantity)
            self.smaller.append(standing)
            self._keep(standing)
        return replace(standing, repeated=True)

    def _new_place(self, wish: Joining) -> Place:
        nr = self._last[wish.product_id] = self._last.get(wish.product_id, 0) + 1
        return Place(
            self._new_id(), self._channel_id, self._show_id, wish.viewer_id, wish.key, wish.product_id, nr,
            wish.quantity, wish.quantity, "waiting", self._at, guest=wish.guest, staff=wish.staff,
        )  # fmt: skip

    def _keep(self, place: Place) -> None:
        self._standing[self._person(place.viewer_id), place.product_id] = place
        self._by_key[place.viewer_id, place.key] = place
        self._book.left_over.pop(place.product_id, None)

    def _person(self, viewer_id: str) -> str:
        return self._known.people.get(viewer_id, viewer_id)


def _goes_to_who_pays(product: Stocked, units: int) -> bool:
    """Whether nobody may have these units set aside by joining the line: they are free, and go to whoever pays first."""
    return product.buying == "first_paid" and not product.waiting and units <= product.stock


def _repeat(earlier: Place, wish: Joining, show_id: str) -> Place:
    asked = (earlier.show_id, earlier.product_id, earlier.asked)
    if asked != (show_id, wish.product_id, wish.quantity):
        raise RefusedError(Code.KEY_REUSED)
    return replace(earlier, repeated=True)


@dataclass(frozen=True, slots=True)
class Turn:
    """It is a place's turn: `hold` has its units."""

    place: Place
    hold: Hold


def call_next(
    line: Iterable[Place],
    book: StockBook,
    goods: Mapping[str, Stocked],
    allowances: Mapping[str, Allowances],
    turn_of: Callable[[Place, Stocked], Turn],
) -> list[Turn]:
    """Return the turns of the first in line whom the free units suffice for, in their order; the units are moved in the book.

    Whoever wants more than is free is passed by, and keeps their place: units that lie idle help nobody. So is who may not hold so much
    now, and who waits in a show that does not sell the product any more. `goods` and `allowances` by show.
    """
    turns: list[Turn] = []
    for place in line:
        sold = goods.get(place.show_id)
        if sold is None or not sold.on_sale or sold.heading:
            continue
        if place.quantity > book.products[place.product_id].stock:
            continue
        demand, guest = {place.product_id: place.quantity}, place.guest
        try:
            allowances[place.show_id].require(place.viewer_id, demand, guest=guest, to_hold=True)
        except RefusedError:
            continue
        turn = turn_of(place, sold)
        allowances[place.show_id].take(place.viewer_id, demand, guest=guest)
        book.move("place", turn.hold.id, demand)
        book.wait(place.product_id, -1)
        turns.append(turn)
    return turns


def after_turn(hold: Hold, by_viewer: str) -> tuple[PlaceState, str | None]:
    """Return what becomes of a place by the end of its turn, and why."""
    if hold.state == "confirmed":
        return "served", None
    return ("left", None) if hold.ended_why == by_viewer else ("missed", hold.ended_why)
