"""Exchanges through the journal: a hold ends and another one stands in its place, in one transaction, so that nobody comes between."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.catalogue.claims import NO_OFFER_BOOK
from server.db.engine import Database
from server.errors import RefusedError
from server.ids import new_id
from server.journal.journal import Journal
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code
from server.shop.allowances import NO_LIMITS, Limits
from server.shop.exchange_rules import Terms, exchanged, more_claims, more_units, require_exchangeable
from server.shop.hold_rules import Hold, Wanted
from server.shop.holds_repository import insert_holds, lock_standing, read_by_key, read_holds
from server.shop.locking import Books
from server.shop.placing import repeat_hold
from server.shop.repository import read_terms
from server.shop.wishes import ask_admission, claims_of, read_allowances
from server.viewers.alias_repository import read_guests_of


@dataclass(frozen=True, slots=True)
class Exchanging:
    """A hold is to be exchanged for what is wanted, by whoever is one of these viewers."""

    wanted: Wanted
    viewers: tuple[str, ...]

    @property
    def hold_id(self) -> str:
        """Which hold it is about."""
        assert self.wanted.exchanges is not None, "what is exchanged is named"
        return self.wanted.exchanges


class Exchanges:
    """Exchanges holds. A hold's lines never change: what is wanted instead is a hold of its own, which has the first one's time."""

    def __init__(
        self, journal: Journal, database: Database, books: Books, *, limits: Limits = NO_LIMITS
    ) -> None:
        self._journal = journal
        self._database = database
        self._books = books
        self._limits = limits
        # The journal groups commands by their handler: it must be the same object each time.
        self._exchange_many = self.exchange_many

    async def exchange(self, show_id: str, wanted: Wanted) -> Hold:
        """Put what is wanted in the place of the hold that it names, with the time that that has, and return the hold that stands now.

        More units only if they are free; what is not wanted any more is given back; what was filled in for the checkout goes along. The
        same key gets the same hold again, as it stands (`repeated`). Raises as `Holds.place` does, `not_found` for another's hold,
        `hold_ended` for one that is over or is being paid, `invalid` for a turn in line and for a lot; then nothing has changed.
        """
        wanted = await ask_admission(self._books.offers, show_id, wanted)
        async with self._database.read_soon() as connection:
            viewers = (wanted.viewer_id, *await read_guests_of(connection, show_id, wanted.viewer_id))
        exchanging = Exchanging(wanted, viewers)
        return await self._journal.commit(show_id, self._exchange_many, exchanging, repeatable=True)

    async def exchange_many(
        self, tx: ShowTransaction, wishes: Sequence[Exchanging]
    ) -> list[Hold | RefusedError]:
        """Exchange in order, one after the other; one that is refused harms no other."""
        sale = await read_terms(tx.connection, tx.show_id, tx.now)
        if sale is None:
            return [RefusedError(Code.NOT_FOUND) for _ in wishes]
        if sale.by_shop:
            return [RefusedError(Code.SHOP_TAKES_ORDERS) for _ in wishes]
        ids = {each.hold_id for each in wishes}
        holds = await read_holds(tx.connection, ids)
        products = {id for hold in holds.values() for id in hold.units}
        products |= {line.product_id for each in wishes for line in each.wanted.lines}
        book = await self._books.open(tx, sale, products)
        standing = await lock_standing(tx.connection, ids, tx.now)
        holds = await read_holds(tx.connection, ids)
        wanted = [each.wanted for each in wishes]
        offers = await self._books.offers.open(tx, claims) if (claims := claims_of(wanted)) else NO_OFFER_BOOK
        allowances = await read_allowances(tx, sale, self._limits, wanted, book.products.values())
        terms = Terms(book, offers, allowances, sale.sells, tx.now)
        answers: list[Hold | RefusedError] = []
        for each in wishes:
            try:
                answers.append(await self._exchange(tx, each, holds, standing, terms))
            except RefusedError as refused:
                answers.append(refused)
        await self._books.close(tx, book)
        return answers

    async def _exchange(
        self,
        tx: ShowTransaction,
        wish: Exchanging,
        holds: Mapping[str, Hold],
        standing: set[str],
        terms: Terms,
    ) -> Hold:
        wanted, hold = wish.wanted, holds.get(wish.hold_id)
        for earlier in await read_by_key(tx.connection, [(wanted.viewer_id, wanted.key)]):
            return repeat_hold(earlier, wanted, tx.show_id)
        if hold is None or hold.show_id != tx.show_id or hold.viewer_id not in wish.viewers:
            raise RefusedError(Code.NOT_FOUND)
        if hold.id not in standing:
            raise _ended(hold, tx)
        require_exchangeable(hold)
        new = exchanged(hold, wanted, terms, new_id("h"))
        if not await insert_holds(tx.connection, hold.channel_id, tx.show_id, [new]):
            # Another show took the key between our read and our write.
            raise RefusedError(Code.KEY_REUSED)
        _take(hold, wanted, terms)
        await self._books.exchange(tx, terms.book, hold, new)
        standing.discard(hold.id)
        return new


def _take(hold: Hold, wanted: Wanted, terms: Terms) -> None:
    """Count what is taken, so that the next one finds fewer."""
    terms.allowances.take(wanted.viewer_id, more_units(hold, wanted), guest=wanted.guest)
    for claim in more_claims(hold, wanted):
        terms.offers.take(claim)


def _ended(hold: Hold, tx: ShowTransaction) -> RefusedError:
    state = "expired" if hold.has_lapsed(tx.now) else hold.state_shown
    return RefusedError(Code.HOLD_ENDED, state=state, paying=hold.paying)
