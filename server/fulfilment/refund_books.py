"""Refunds through the journal: asked for, done and failed, each in one transaction of the order's show.

Products are locked first, in the order of their ids, then the order, then its refund, then its payment. What a refund changes it changes
when it is done, all at once: stock, payment, figures, and what merchant and buyer hear.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from server.audit.trail import Actor, audit
from server.catalogue.family import StockChange
from server.catalogue.rules import Stocked, return_units
from server.catalogue.stock_repository import INSERT_STOCK_CHANGES, as_rows
from server.errors import RefusedError
from server.fulfilment import refund_repository as repository
from server.fulfilment.refund import Asked, Ended, OrderHead, Refund, ToRefund, new_refund
from server.fulfilment.refund_rules import (
    reckon,
    state_after,
    told_by_provider,
    units_back,
)
from server.fulfilment.refund_telling import tell_bounced, tell_refund
from server.fulfilment.shipping_repository import note_change
from server.fulfilment.shipping_rules import shipping_of, units_left, withdrawn_units
from server.journal.transaction import ShowTransaction
from server.ledger.entries import RollupChange
from server.ledger.late_facts import open_figures
from server.ledger.repository import record_changes
from server.payments.payment import Payment
from server.protocol.codes import Code
from server.protocol.order_lines import OrderChanged
from server.shop.hold_rules import StockBook
from server.shop.locking import Books, Push
from server.shop.repository import SaleTerms, read_terms


class RefundBooks:
    """The handlers of a show's journal, and what payments are told by (`ToldRefunds`). `push` writes to one viewer alone."""

    def __init__(self, books: Books, push: Push) -> None:
        self._books = books
        self._push = push

    async def ask_many(self, tx: ShowTransaction, wanted: Sequence[ToRefund]) -> list[Asked | RefusedError]:
        """Write refunds down, and do at once those that no provider has to do."""
        tx.require_first()
        answers: list[Asked | RefusedError] = []
        for each in wanted:
            try:
                answers.append(await self._ask(tx, each))
            except RefusedError as refused:
                answers.append(refused)
        return answers

    async def end_many(self, tx: ShowTransaction, ended: Sequence[Ended]) -> list[Refund]:
        """Write what providers have said of refunds, and return them as they stand; one that has ended before stays as it is."""
        tx.require_first()
        return [await self._end(tx, each) for each in ended]

    async def take_told(self, tx: ShowTransaction, payment: Payment, told_minor: int) -> int:
        """Take what was given back at the provider itself into the books; see `server.payments.refunds`."""
        order = await repository.find_order(tx.connection, payment.channel_id, payment.order_id or "")
        if order is None:
            return 0
        await repository.lock_order(tx.connection, order)
        # What has bounced had gone back once, and is in what was told of all: it is nobody's refund at the provider itself.
        bounced = sum(each.bounced_minor for each in await repository.read_refunds(tx.connection, order.id))
        found = told_by_provider(await repository.read_bought(tx.connection, order), told_minor - bounced)
        if found is None:
            return 0
        actor = Actor(payment.provider, "", "provider")
        refund = new_refund(tx.now, order, found, actor, reason="other", payment_id=payment.id)
        await repository.insert_refund(tx.connection, refund)
        # It brings no units back, and its payment's row is written by whoever was told.
        await self._do(tx, await _terms_of(tx), StockBook([]), order, refund)
        return refund.amount_minor

    async def take_bounced(self, tx: ShowTransaction, payment: Payment, key: str, why: str | None) -> int:
        """Take into the books that a refund has not reached its buyer; see `server.payments.refunds`.

        Money is booked back; units are not: they are in the house, or sold again.
        """
        order = await repository.find_order(tx.connection, payment.channel_id, payment.order_id or "")
        if order is None:
            return 0
        await repository.lock_order(tx.connection, order)
        refund = await repository.lock_refund(tx.connection, key)
        if refund is None or refund.payment_id != payment.id:
            return 0
        if refund.open:  # whoever was answered that it is done comes later, and finds it ended
            await repository.end_refund(tx.connection, refund, tx.now, order_state=None, why=why)
            await repository.note_bounced(tx.connection, refund.id)
        if refund.state != "done" or refund.bounced_at is not None:
            return 0
        terms = await _terms_of(tx)
        await repository.bounce_refund(tx.connection, refund, tx.now, why)
        await _count(tx, terms, order, refund, sign=-1)
        self._tell(tx, await tell_bounced(tx, terms, refund))
        return refund.amount_minor

    async def _ask(self, tx: ShowTransaction, each: ToRefund) -> Asked:
        earlier = await repository.read_by_key(tx.connection, each.order.channel_id, each.key)
        if earlier is not None:
            if earlier.parameters != each.parameters:
                raise RefusedError(Code.KEY_REUSED)
            return Asked(earlier, repeated=True)
        order, terms = each.order, await _terms_of(tx)
        paid = await repository.read_paid(tx.connection, order)
        ids = {line.product_id for line in order.lines}
        # Units alone, whose money has gone back before, are nothing to a provider.
        by_us = paid is None or each.wanted.amount_minor == 0 or not await _has_money_left(tx, order)
        book = await self._books.open(tx, terms, ids) if by_us else StockBook([])
        locked = await repository.lock_order(tx.connection, order)
        found = reckon(await repository.read_bought(tx.connection, locked), each.wanted)
        refund = new_refund(
            tx.now,
            order,
            found,
            each.actor,
            reason=each.wanted.reason,
            payment_id=None if paid is None else order.payment,
            asked=each,
        )
        if not await repository.insert_refund(tx.connection, refund):
            raise RefusedError(Code.BUSY, retry_after_ms=100)
        audit(
            tx,
            each.actor,
            "order.cancel" if refund.cancels else "order.refund",
            order.id,
            refund=refund.id,
            amount=refund.amount_minor,
            currency=refund.currency,
            units=sum(line.quantity for line in refund.lines),
            reason=refund.reason,
        )
        if by_us:
            refund = await self._do(tx, terms, book, order, refund)
            await self._books.close(tx, book)
        return Asked(refund, repeated=False)

    async def _end(self, tx: ShowTransaction, ended: Ended) -> Refund:
        refund = ended.refund
        terms = await _terms_of(tx)
        book = await self._books.open(tx, terms, {line.product_id for line in refund.lines})
        order = await repository.find_order(tx.connection, refund.channel_id, refund.order_id)
        assert order is not None, "an order stays"
        await repository.lock_order(tx.connection, order)
        present = await repository.lock_refund(tx.connection, refund.id)
        assert present is not None, "a refund stays"
        if present.open and ended.done:
            if present.payment_id is not None:
                await repository.add_to_payment(tx.connection, present.payment_id, present.amount_minor)
            present = await self._do(tx, terms, book, order, present)
        elif present.open:
            await repository.end_refund(tx.connection, present, tx.now, order_state=None, why=ended.why)
            if ended.bounced:
                await repository.note_bounced(tx.connection, present.id)
            present = replace(present, state="failed", ended_at=tx.now, next_at=None, why=ended.why)
        await self._books.close(tx, book)
        return present

    async def _do(
        self, tx: ShowTransaction, terms: SaleTerms, book: StockBook, order: OrderHead, refund: Refund
    ) -> Refund:
        """Do what a refund changes, and return it as done."""
        await self._bring_back(tx, book, order, refund)
        bought = await repository.read_bought(tx.connection, order, done_by=refund)
        state = state_after(bought, cancelled=await _is_cancelled(tx, refund))
        await repository.end_refund(tx.connection, refund, tx.now, order_state=state, why=None)
        await _count(tx, terms, order, refund)
        await _note_progress(tx, order)
        self._tell(tx, await tell_refund(tx, terms, refund))
        return replace(refund, state="done", order_state=state, ended_at=tx.now, next_at=None)

    def _tell(self, tx: ShowTransaction, news: Sequence[tuple[str, str, OrderChanged]]) -> None:
        for show_id, viewer_id, line in news:
            tx.afterwards.append(partial(self._push, show_id, viewer_id, line))

    async def _bring_back(
        self, tx: ShowTransaction, book: StockBook, order: OrderHead, refund: Refund
    ) -> None:
        """Put units back on the shelf, or write off those that cannot be sold again."""
        if order.imported:
            return
        sellable = {id: not product.heading for id, product in book.products.items()}
        back, off = units_back(refund.lines, sellable)
        if lost := [id for id, sells in sellable.items() if not sells and id in off]:
            await repository.write_off(tx.connection, refund.id, lost)
        actor = Actor(refund.actor, refund.actor_name, refund.role)
        changes = [_come_back(book, id, units) for id, units in sorted(back.items())]
        changes += [_written_off(book, id) for id in sorted(off)]
        rows = as_rows(
            order.channel_id,
            actor,
            tx.now,
            changes,
            show_id=tx.show_id,
            note=refund.note,
            refund_id=refund.id,
        )
        if rows:
            tx.write(INSERT_STOCK_CHANGES, rows)


def _come_back(book: StockBook, product_id: str, units: int) -> StockChange:
    after = book.products[product_id] = return_units(book.products[product_id], units)
    return StockChange(after, units, "return")


def _written_off(book: StockBook, product_id: str) -> StockChange:
    before = book.products[product_id]
    after: Stocked = replace(before, moves=before.moves + 1)
    book.products[product_id] = after
    return StockChange(after, 0, "write_off")


async def _has_money_left(tx: ShowTransaction, order: OrderHead) -> bool:
    return (await repository.read_bought(tx.connection, order)).left_minor > 0


async def _is_cancelled(tx: ShowTransaction, refund: Refund) -> bool:
    if refund.cancels:
        return True
    return any(
        each.order_state == "cancelled"
        for each in await repository.read_refunds(tx.connection, refund.order_id)
    )


async def _note_progress(tx: ShowTransaction, order: OrderHead) -> None:
    """Say how far the order is: where the rest of it was given back, what went off is all that goes off."""
    found = await repository.with_shipped(tx.connection, order)
    shipped = {nth: line.shipped for nth, line in enumerate(found.lines)}
    withdrawn = withdrawn_units(*await repository.read_units_back(tx.connection, order.id), shipped)
    ordered = {nth: line.quantity for nth, line in enumerate(found.lines)}
    left = units_left(ordered, withdrawn, shipped)
    await note_change(tx.connection, order.id, shipping_of(left, shipped))


async def _terms_of(tx: ShowTransaction) -> SaleTerms:
    terms = await read_terms(tx.connection, tx.show_id, tx.now)
    if terms is None:
        raise RefusedError(Code.NOT_FOUND)
    return terms


async def _count(
    tx: ShowTransaction, terms: SaleTerms, order: OrderHead, refund: Refund, *, sign: int = 1
) -> None:
    """Take the goods' money off the net, or, with -1 as sign, put it back; also where the show's figures are final by now."""
    goods = sign * (refund.amount_minor - refund.shipping_minor)
    if not goods:
        return
    if not terms.live:
        await open_figures(tx)
    change = RollupChange(order.show_id, order.viewer_id, refunded={order.currency: goods})
    record_changes(tx, {(order.show_id, order.viewer_id): change})
