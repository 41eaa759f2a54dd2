"""Checkouts through the journal: filled in by the buyer of a hold, looked at when it is paid, and kept with the order."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncConnection

from server.catalogue.rules import AMOUNT_MAX
from server.checkout import repository
from server.checkout.details import Details, clean
from server.checkout.rules import Language, Payers, Terms, Units
from server.checkout.standing import (
    Standing,
    as_checked,
    begun,
    filled,
    shipping_of,
    standing_of,
    with_kept,
)
from server.checkout.tables import CheckoutRow
from server.checkout.taking_along import lines_of, take_along
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.journal.journal import Journal
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code
from server.shop.checked import Checked
from server.shop.hold_rules import Hold
from server.shop.holds_repository import read_holds
from server.viewers.alias_repository import read_guests_of
from server.vouchers.reserving import Reserving
from server.vouchers.rules import Reduction, Wish


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who asks, by all ids that they had in the show. `may_keep`: the channel may recognise them the next time."""

    viewer_id: str
    guest: bool = False
    may_keep: bool = False
    earlier: tuple[str, ...] = ()

    @property
    def viewers(self) -> tuple[str, ...]:
        """All ids."""
        return self.viewer_id, *self.earlier


@dataclass(frozen=True, slots=True)
class Filling:
    """A buyer fills in the checkout of a hold. `keep`: whether the details are kept for the next time; None: as it is."""

    hold_id: str
    buyer: Buyer
    details: Details
    keep: bool | None = None
    wish: Wish | None = None
    """What is wanted of a voucher; of one that is not for everyone, after the question whether it is for this viewer."""


class Checkouts:
    """The checkouts of one process. `units_max`: of a product for each payer in a show; 0: any number. `vouchers`: what sets uses aside."""

    def __init__(
        self,
        journal: Journal,
        database: Database,
        clock: Clock,
        *,
        vouchers: Reserving,
        units_max: int = 0,
    ) -> None:
        self._journal = journal
        self._database = database
        self._clock = clock
        self._units_max = units_max
        self._vouchers = vouchers
        # The journal groups commands by their handler: it must be the same object each time.
        self._fill_many = self.fill_many

    async def fill(self, show_id: str, filling: Filling) -> Standing:
        """Write what the buyer has filled in, in the place of what was there, and return how it stands.

        Raises `not_found` for a hold that is not theirs, `hold_ended` while it is paid and afterwards, `invalid` with `at`, and
        `voucher_refused`; then it stays as it was.
        """
        buyer = await self._known(show_id, filling.buyer)
        details = clean(filling.details)
        wish = await self._wish(show_id, filling.hold_id, buyer, details) if details.voucher else None
        wanted = replace(filling, buyer=buyer, details=details, wish=wish)
        standing = await self._journal.commit(show_id, self._fill_many, wanted, repeatable=True)
        return await self._with_kept(standing, buyer)

    async def find(self, show_id: str, hold_id: str, buyer: Buyer, language: Language) -> Standing:
        """Return how the checkout of a hold of theirs stands; raises `not_found`."""
        buyer = await self._known(show_id, buyer)
        async with self._database.read_soon() as connection:
            hold = _theirs((await read_holds(connection, [hold_id])).get(hold_id), show_id, buyer)
            terms = await repository.read_terms(connection, hold.channel_id)
            row = (await repository.read_checkouts(connection, [hold_id])).get(hold_id)
            needed = await repository.read_needed(connection, [hold_id])
        return await self._with_kept(
            standing_of(
                hold,
                row or begun(hold, terms, language),
                terms,
                needed=bool(needed),
                may_keep=buyer.may_keep,
                now=self._clock.now(),
            ),
            buyer,
        )

    async def _known(self, show_id: str, buyer: Buyer) -> Buyer:
        async with self._database.read_soon() as connection:
            return replace(buyer, earlier=tuple(await read_guests_of(connection, show_id, buyer.viewer_id)))

    async def _with_kept(self, standing: Standing, buyer: Buyer) -> Standing:
        if not buyer.may_keep:
            return standing
        async with self._database.read_soon() as connection:
            kept = await repository.read_kept(connection, standing.hold.channel_id, buyer.viewer_id)
        return with_kept(standing, kept)

    async def _wish(self, show_id: str, hold_id: str, buyer: Buyer, details: Details) -> Wish:
        """Return what is wanted of a voucher, and whether one that is not for everyone is for this viewer, which may take a while."""
        async with self._database.read_soon() as connection:
            hold = _theirs((await read_holds(connection, [hold_id])).get(hold_id), show_id, buyer)
        wish = Wish(hold.channel_id, buyer.viewers, details.voucher, lines_of(hold), 0, hold.currency)
        return await self._vouchers.admit(show_id, wish)

    async def fill_many(
        self, tx: ShowTransaction, fillings: Sequence[Filling]
    ) -> list[Standing | RefusedError]:
        """Fill in checkouts in their order; one that is refused harms no other."""
        ids = {filling.hold_id for filling in fillings}
        await repository.lock_holds(tx.connection, ids)
        holds = await read_holds(tx.connection, ids)
        rows = await repository.read_checkouts(tx.connection, ids)
        needed = await repository.read_needed(tx.connection, ids)
        channels = {hold.channel_id for hold in holds.values()}
        terms = {channel: await repository.read_terms(tx.connection, channel) for channel in channels}
        answers: list[Standing | RefusedError] = []
        for filling in fillings:
            try:
                hold = _theirs(holds.get(filling.hold_id), tx.show_id, filling.buyer)
                _require_open(hold, tx)
                row = await self._fill(tx, filling, hold, terms[hold.channel_id], rows.get(hold.id))
            except RefusedError as refused:
                answers.append(refused)
                continue
            rows[hold.id] = row
            answers.append(
                standing_of(
                    hold,
                    row,
                    terms[hold.channel_id],
                    needed=hold.id in needed,
                    may_keep=filling.buyer.may_keep,
                    now=tx.now,
                )
            )
        return answers

    async def _fill(
        self, tx: ShowTransaction, filling: Filling, hold: Hold, terms: Terms, before: CheckoutRow | None
    ) -> CheckoutRow:
        details = filling.details
        if details.shipping and terms.address_needed and all(m.id != details.shipping for m in terms.methods):
            raise RefusedError(Code.INVALID, "The channel has no such way of shipping.", at="shipping")
        reduction = await self._reduce(tx, filling, hold, terms, before)
        row = filled(hold, details, terms, reduction, at=tx.now, before=before)
        if row.total_minor > AMOUNT_MAX:
            raise RefusedError(Code.INVALID, "So much money cannot be counted.")
        await repository.write_checkout(tx.connection, row)
        await self._keep(tx, filling, hold)
        return row

    async def _reduce(
        self, tx: ShowTransaction, filling: Filling, hold: Hold, terms: Terms, before: CheckoutRow | None
    ) -> Reduction | None:
        """Set a use of the voucher aside, or let go of that of before."""
        if filling.wish is None:
            if before is not None and before.voucher_id is not None:
                await self._vouchers.withdraw(tx, hold.id)
            return None
        shipping = shipping_of(hold, filling.details, terms)[1]
        return await self._vouchers.reserve(tx, replace(filling.wish, shipping_minor=shipping), hold.id)

    async def _keep(self, tx: ShowTransaction, filling: Filling, hold: Hold) -> None:
        buyer, contact = filling.buyer, filling.details.contact
        if filling.keep and buyer.may_keep:
            await repository.keep(
                tx.connection, hold.channel_id, buyer.viewer_id, contact, tx.now, guest=buyer.guest
            )
        elif filling.keep is False or not buyer.may_keep:
            await repository.drop_kept(tx.connection, hold.channel_id, buyer.viewer_id)

    async def read_to_pay(self, tx: ShowTransaction, holds: Sequence[Hold]) -> dict[str, int | RefusedError]:
        """Return by hold what is to be paid, in minor units, or why it cannot be paid like this.

        `invalid` with `lacks` for a checkout that is not complete, or is not there and needed; `too_many` with `payer` for more units of a
        product than one payer may have in the show, over all that they have bought and are paying for.
        """
        ids = [hold.id for hold in holds]
        rows = await repository.read_checkouts(tx.connection, ids)
        without = [hold for hold in holds if hold.id not in rows]
        needed = await repository.read_needed(tx.connection, [h.id for h in without]) if without else set()
        for hold in without:
            if hold.id in needed:
                terms = await repository.read_terms(tx.connection, hold.channel_id)
                rows[hold.id] = begun(hold, terms, "en")
        payers = await self._payers(tx, rows, holds)
        return {hold.id: _to_pay(hold, rows.get(hold.id), payers) for hold in holds}

    async def _payers(
        self, tx: ShowTransaction, rows: Mapping[str, CheckoutRow], holds: Sequence[Hold]
    ) -> Payers:
        marks = {mark for row in rows.values() for mark in row.marks}
        if not marks:
            return Payers(0, [])
        products = {product_id for hold in holds for product_id in hold.units}
        own = await repository.read_own_limits(tx.connection, products)
        if not self._units_max and not own:
            return Payers(0, [])
        ids = [hold.id for hold in holds]
        taken = await repository.read_taken(tx.connection, tx.show_id, marks, ids)
        return Payers(self._units_max, taken, own)

    async def read(self, connection: AsyncConnection, hold_ids: Collection[str]) -> Mapping[str, Checked]:
        """Return what holds that are paid come to, by hold."""
        rows = await repository.read_checkouts(connection, hold_ids) if hold_ids else {}
        return {hold_id: as_checked(row) for hold_id, row in rows.items()}

    async def take(self, tx: ShowTransaction, hold_ids: Collection[str]) -> frozenset[str]:
        """Count the vouchers of holds that become orders as used, and return those holds whose voucher cannot be had any more."""
        return await self._vouchers.take(tx, hold_ids) if hold_ids else frozenset()

    async def confirm(self, tx: ShowTransaction, orders: Mapping[str, str]) -> None:
        """Note which order each hold that had a checkout has become."""
        if orders:
            await repository.set_orders(tx.connection, orders)

    async def exchange(self, tx: ShowTransaction, hold: Hold, new: Hold) -> None:
        """Take what was filled in for a hold that has ended along to the one in its place, at what that comes to now."""
        await take_along(tx, self._vouchers, hold, new)

    async def of_orders(
        self, connection: AsyncConnection, order_ids: Collection[str]
    ) -> Mapping[str, Checked]:
        """Return what orders, by their heads, come to."""
        rows = await repository.read_of_orders(connection, order_ids)
        return {order_id: as_checked(row) for order_id, row in rows.items()}

    async def forget_withdrawn(self) -> int:
        """Forget the details of guests who agree no longer to be recognised, and return of how many."""
        async with self._database.write_soon() as connection:
            return await repository.drop_withdrawn(connection)


def _theirs(hold: Hold | None, show_id: str, buyer: Buyer) -> Hold:
    if hold is None or hold.show_id != show_id or hold.viewer_id not in buyer.viewers:
        raise RefusedError(Code.NOT_FOUND, "You have no such hold.")
    return hold


def _require_open(hold: Hold, tx: ShowTransaction) -> None:
    over = hold.has_lapsed(tx.now)
    if not hold.open or hold.paying or over:
        state = "expired" if over else hold.state_shown
        raise RefusedError(Code.HOLD_ENDED, state=state, paying=hold.paying)


def _to_pay(hold: Hold, row: CheckoutRow | None, payers: Payers) -> int | RefusedError:
    if row is None:
        return hold.amount_minor
    if row.lacks:
        return RefusedError(Code.INVALID, "The checkout is not complete.", lacks=list(row.lacks))
    over = payers.take(Units(hold.id, frozenset(row.marks), hold.units))
    if over is None:
        return row.total_minor
    return RefusedError(Code.TOO_MANY, limit=over.limit, left=over.left, product=over.product_id, payer=True)
