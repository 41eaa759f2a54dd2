"""What the line does for the shop: units that became free go to those who wait, in the transaction that freed them."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

from server.catalogue.rules import Stocked
from server.clock import to_wire
from server.ids import new_id
from server.journal.transaction import ShowTransaction
from server.protocol.waitlist_lines import PlaceChanged, PlaceInLine
from server.shop.allowances import Allowances, Limits
from server.shop.hold_rules import BY_VIEWER, Hold, HoldLine, StockBook
from server.shop.holds_repository import insert_holds
from server.shop.limits_repository import read_people, widen
from server.shop.locking import Push
from server.shop.repository import lock_products
from server.shop.wishes import read_allowances_in
from server.waitlist.positions import Positions
from server.waitlist.repository import call_places, end_bought, end_turns, end_vain, read_line
from server.waitlist.rules import Place, Turn, after_turn, call_next, turn_key

WriteTurn = Callable[[ShowTransaction, str], None]
LOOKED_AT_ONCE = 100
"""Places of a line that are looked at together; more than units come back at once."""


def write_nothing(tx: ShowTransaction, hold_id: str) -> None:
    """What is done about a turn where nobody is written."""


class WaitlistDesk:
    """The shop's `TurnDesk`. `seconds`: how long a turn stands, from the moment in which it is given.

    `write`: has the viewer written about a turn, by the id of its hold, with the transaction that gives it.
    """

    def __init__(
        self, push: Push, positions: Positions, *, seconds: float, limits: Limits, write: WriteTurn
    ) -> None:
        self._write_to = write
        self._push = push
        self._positions = positions
        self._seconds = seconds
        self._limits = limits

    async def give(self, tx: ShowTransaction, book: StockBook) -> list[Hold]:
        """Set free units aside for whose turn it is, and return these holds."""
        ids = sorted(product.id for product in book.waited_for)
        for place in await end_vain(tx.connection, ids, tx.now):
            book.wait(place.product_id, -1)
            self.tell(tx, place)
        return [hold for id in ids for hold in await self._give_one(tx, book, id)]

    async def _give_one(self, tx: ShowTransaction, book: StockBook, product_id: str) -> list[Hold]:
        holds: list[Hold] = []
        after = 0
        while (product := book.products[product_id]).waiting and product.stock:
            line = await read_line(
                tx.connection, product_id, after=after, units=product.stock, most=LOOKED_AT_ONCE
            )
            if not line:
                break
            after = line[-1].nr
            holds += await self._call(tx, book, line)
        if holds:
            self.moved(tx, product_id)
        return holds

    async def _call(self, tx: ShowTransaction, book: StockBook, line: Sequence[Place]) -> list[Hold]:
        shows = {place.show_id: place.channel_id for place in line}
        goods: dict[str, Stocked] = {}
        allowances: dict[str, Allowances] = {}
        for show_id, channel_id in sorted(shows.items()):
            there = [place.wanted for place in line if place.show_id == show_id]
            ids = {place.product_id for place in line}
            # Locked already: here they have the price of that show.
            for each in await lock_products(tx.connection, channel_id, ids, show_id=show_id):
                goods[show_id] = each
            allowances[show_id] = await read_allowances_in(
                tx, (show_id, channel_id), self._limits, there, book.products.values()
            )
        turns = call_next(line, book, goods, allowances, partial(self._turn, tx))
        await _write(tx, turns)
        for turn in turns:
            self.tell(tx, turn.place)
            self._write_to(tx, turn.hold.id)
        return [turn.hold for turn in turns]

    def _turn(self, tx: ShowTransaction, place: Place, sold: Stocked) -> Turn:
        until = tx.now + timedelta(seconds=self._seconds)
        hold = Hold(
            id=new_id("h"),
            channel_id=place.channel_id,
            show_id=place.show_id,
            viewer_id=place.viewer_id,
            key=turn_key(place),
            state="placed",
            currency=sold.currency,
            lines=(HoldLine(place.product_id, place.quantity, sold.price_minor),),
            placed_at=tx.now,
            expires_at=until,
            staff=place.staff,
            origin="waitlist",
        )
        return Turn(called(place, hold), hold)

    async def end(self, tx: ShowTransaction, turns: Collection[Hold]) -> None:
        """Note what became of turns: what was not paid ends the place, and the units go to the next."""
        ended = {hold.id: after_turn(hold, BY_VIEWER) for hold in turns}
        for place in await end_turns(tx.connection, ended, tx.now):
            self.tell(tx, place)

    async def bought(self, tx: ShowTransaction, book: StockBook, sold: Iterable[tuple[str, str]]) -> None:
        """End the places of persons who bought, whichever of their ids they stand in line by."""
        pairs = list(sold)
        people = await read_people(tx.connection, tx.show_id, [viewer for viewer, _ in pairs])
        for place in await end_bought(tx.connection, widen(pairs, people), tx.now):
            book.wait(place.product_id, -1)
            self.tell(tx, place)
            self.moved(tx, place.product_id)

    def tell(self, tx: ShowTransaction, place: Place) -> None:
        """Have the place's viewer told how it stands, once the transaction is committed."""
        line = PlaceChanged(as_seen(place))
        tx.afterwards.append(partial(self._push, place.show_id, place.viewer_id, line))

    def moved(self, tx: ShowTransaction, product_id: str) -> None:
        """Have those who wait told their new positions, once the transaction is committed."""
        tx.afterwards.append(partial(self._positions.note, product_id))


def called(place: Place, hold: Hold) -> Place:
    """Return the place, whose turn it is by this hold."""
    return replace(
        place,
        state="called",
        hold_id=hold.id,
        called_at=hold.placed_at,
        position=None,
        expires_at=hold.expires_at,
    )


async def _write(tx: ShowTransaction, turns: Sequence[Turn]) -> None:
    for show_id in sorted({turn.hold.show_id for turn in turns}):
        holds = [turn.hold for turn in turns if turn.hold.show_id == show_id]
        written = await insert_holds(tx.connection, holds[0].channel_id, show_id, holds)
        assert len(written) == len(holds), "a place has one turn, and no viewer's key looks like a turn's"
    if turns:
        await call_places(tx.connection, {turn.place.id: turn.hold.id for turn in turns}, tx.now)


def as_seen(place: Place) -> PlaceInLine:
    """Return the place as its viewer sees it."""
    return PlaceInLine(
        place=place.id,
        product=place.product_id,
        quantity=place.quantity,
        state=place.state,
        joined_at=to_wire(place.joined_at),
        position=place.position,
        hold=place.hold_id,
        expires_at=None if place.expires_at is None else to_wire(place.expires_at),
        why=place.why,
    )
