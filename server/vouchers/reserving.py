"""What checkout asks of vouchers, in a show's transaction: a use is set aside, taken with the order, or given back.

A use is counted from the moment it is set aside until it is given back, always under the voucher's row lock. Whoever counts gives those
back first whose holds stand no more; so a use that is still set aside is its hold's, however late it is paid.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Protocol

from server.db.engine import Database
from server.errors import RefusedError
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code
from server.vouchers.rules import (
    Reduction,
    Terms,
    Wish,
    clean_code,
    held_for,
    reduce,
    require_holds,
    require_open,
    require_unused,
    voucher_refused,
)
from server.vouchers.uses_repository import (
    Use,
    Voucher,
    delete_use,
    give_back_uses,
    keep_amounts,
    keep_use,
    lock_vouchers,
    read_by_code,
    read_parents,
    read_standing,
    read_uses,
    take_uses,
)


class Audiences(Protocol):
    """What the figures know of viewers, as offers ask it. Whom a channel may not recognise is in none of these."""

    async def who_is_in(self, channel_id: str, segment: str, viewers: Collection[str]) -> frozenset[str]:
        """Return who of these viewers is in a segment now; raises `not_found` for no segment of the channel."""
        ...

    async def who_came_before(
        self, channel_id: str, show_id: str, viewers: Collection[str]
    ) -> frozenset[str]:
        """Return who of these viewers has watched another show of the channel."""
        ...

    async def who_bought_twice(
        self, channel_id: str, show_id: str, viewers: Collection[str]
    ) -> frozenset[str]:
        """Return who of these viewers has at least two paid orders in the channel."""
        ...


class Reserving:
    """Sets uses of vouchers aside for holds, and counts them."""

    def __init__(self, database: Database, audiences: Audiences) -> None:
        self._database = database
        self._audiences = audiences

    async def admit(self, show_id: str, wish: Wish) -> Wish:
        """Return the wish with the voucher that is for this viewer. To be asked before the transaction, since it may take a while.

        Raises `voucher_refused` (`unknown`) for what can be no code; all else is refused by `reserve`.
        """
        async with self._database.read_soon() as connection:
            voucher = await read_by_code(connection, wish.channel_id, _key_of(wish.code))
        if voucher is None:
            return (
                wish  # a hold may have it by a voucher that is deleted; whether it has, the transaction says
            )
        if voucher.terms.audience != "everyone" and not await self._is_for(voucher, show_id, wish.viewers):
            return wish
        return replace(wish, admitted=voucher.id)

    async def _is_for(self, voucher: Voucher, show_id: str, viewers: Sequence[str]) -> bool:
        channel_id, terms = voucher.channel_id, voucher.terms
        if terms.audience == "returning":
            return bool(await self._audiences.who_came_before(channel_id, show_id, viewers))
        if terms.audience == "repeat_buyers":
            return bool(await self._audiences.who_bought_twice(channel_id, show_id, viewers))
        try:
            return bool(await self._audiences.who_is_in(channel_id, terms.segment or "", viewers))
        except RefusedError as refused:
            if refused.code is not Code.NOT_FOUND:
                raise
            return False  # the segment was deleted: nobody is in it

    async def reserve(self, tx: ShowTransaction, wish: Wish, hold_id: str) -> Reduction:
        """Set a use aside for a hold that stands, and return what it takes off; the hold's row is locked before.

        The same code again keeps its use and the terms that it was set aside under, whatever became of the voucher, and reckons anew.
        Another code takes the place of the first. The wish comes from `admit`. Raises `voucher_refused` with `why`; the hold keeps what
        it had.
        """
        key = _key_of(wish.code)
        for use in await read_uses(tx.connection, [hold_id]):
            if use.state == "reserved" and use.code_key == key:
                reduction = await _reckon(tx, use.voucher_id, use.terms, wish, anew=False)
                if await keep_amounts(tx.connection, hold_id, reduction):
                    return reduction
        return await self._reserve_anew(tx, wish, key, hold_id)

    async def _reserve_anew(self, tx: ShowTransaction, wish: Wish, key: str, hold_id: str) -> Reduction:
        voucher = await read_by_code(tx.connection, wish.channel_id, key, lock=True)
        if voucher is None:
            raise voucher_refused("unknown")
        require_open(voucher.terms, tx.now)
        if voucher.terms.audience != "everyone" and wish.admitted != voucher.id:
            raise voucher_refused("audience")
        reduction = await _reckon(tx, voucher.id, voucher.terms, wish, anew=True)
        standing = await read_standing(tx.connection, voucher, hold_id, wish.viewers, tx.now)
        require_unused(voucher.terms, standing)
        use = Use(hold_id, voucher.id, wish.viewers[0], "reserved", key, voucher.terms)
        await keep_use(tx.connection, (tx.show_id, tx.now), use, reduction, wish.currency)
        return reduction

    async def take(self, tx: ShowTransaction, hold_ids: Collection[str]) -> frozenset[str]:
        """Count the uses of holds that become orders in this transaction as taken, each once, and return those that cannot be had.

        These are of holds that had ended before the money came, whose uses went to others meanwhile; nothing is written for them, and there
        can be no order at the price that was paid. Call it with the holds' products locked.
        """
        uses = [use for use in await read_uses(tx.connection, hold_ids) if use.state != "taken"]
        if not uses:
            return frozenset()
        await lock_vouchers(tx.connection, {use.voucher_id for use in uses})
        # As they stand now that their vouchers are locked: nobody can give one back meanwhile.
        uses = [use for use in await read_uses(tx.connection, hold_ids) if use.state != "taken"]
        await take_uses(tx.connection, [use.hold_id for use in uses if use.state == "reserved"], tx.now)
        late = [use for use in uses if use.state == "given_back"]
        return frozenset([use.hold_id for use in late if not await self._take_late(tx, use)])

    async def _take_late(self, tx: ShowTransaction, use: Use) -> bool:
        voucher = (await lock_vouchers(tx.connection, {use.voucher_id}))[use.voucher_id]
        standing = await read_standing(tx.connection, voucher, use.hold_id, [use.viewer_id], tx.now)
        try:
            require_unused(voucher.terms, standing)
        except RefusedError:
            return False
        await take_uses(tx.connection, [use.hold_id], tx.now)
        return True

    async def give_back(self, tx: ShowTransaction, hold_ids: Collection[str]) -> None:
        """Write that these holds, which have ended without an order, use nothing any more.

        Nobody has to: whoever counts looks at the holds. Of a hold that stands use `withdraw`.
        """
        await give_back_uses(tx.connection, hold_ids, tx.now)

    async def withdraw(self, tx: ShowTransaction, hold_id: str) -> None:
        """Take a use away from a hold that stands: its viewer pays without a voucher."""
        await delete_use(tx.connection, hold_id)


def _key_of(code: str) -> str:
    try:
        return clean_code(code)
    except RefusedError:
        raise voucher_refused("unknown") from None


async def _reckon(tx: ShowTransaction, voucher_id: str, terms: Terms, wish: Wish, *, anew: bool) -> Reduction:
    """Return what a voucher takes off the wish's lines; `anew`: after the question whether it holds for them."""
    parents = (
        await read_parents(tx.connection, {line.product_id for line in wish.lines}) if terms.products else {}
    )
    lines = held_for(terms, wish.lines, parents)
    if anew:
        require_holds(terms, wish, lines)
    return reduce(voucher_id, terms, lines, wish.shipping_minor)
