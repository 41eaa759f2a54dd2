"""What was filled in for a hold that is exchanged goes along to the one in its place, at what that comes to."""

from dataclasses import replace

from server.checkout import repository
from server.checkout.standing import details_of, filled, shipping_of
from server.checkout.tables import CheckoutRow
from server.errors import RefusedError
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code
from server.shop.hold_rules import Hold
from server.vouchers.reserving import Reserving
from server.vouchers.rules import Line, Reduction, Wish


def lines_of(hold: Hold) -> tuple[Line, ...]:
    """Return the hold's lines as vouchers know them."""
    return tuple(Line(nth, line.product_id, line.amount_minor) for nth, line in enumerate(hold.lines))


async def take_along(tx: ShowTransaction, vouchers: Reserving, hold: Hold, new: Hold) -> None:
    """Write the checkout of `new` as that of `hold`, which has ended; a voucher that does not hold for it any more is left out."""
    before = (await repository.read_checkouts(tx.connection, [hold.id])).get(hold.id)
    if before is None:
        return
    terms = await repository.read_terms(tx.connection, hold.channel_id)
    details = details_of(before)
    reduction = None
    if before.voucher_id:
        shipping = shipping_of(new, details, terms)[1]
        wish = _wish(hold, new, before, shipping)
        reduction = await _reserve(tx, vouchers, wish, new.id)
    if reduction is None:
        details = replace(details, voucher="")
    row = filled(new, details, terms, reduction, at=tx.now, before=before)
    await repository.write_checkout(tx.connection, row)


def _wish(hold: Hold, new: Hold, before: CheckoutRow, shipping_minor: int) -> Wish:
    viewers = tuple({new.viewer_id: None, hold.viewer_id: None})
    # It was found to be for this viewer when it was set aside for the first hold.
    admitted = before.voucher_id
    return Wish(
        new.channel_id, viewers, before.voucher, lines_of(new), shipping_minor, new.currency, admitted
    )


async def _reserve(tx: ShowTransaction, vouchers: Reserving, wish: Wish, hold_id: str) -> Reduction | None:
    try:
        return await vouchers.reserve(tx, wish, hold_id)
    except RefusedError as refused:
        if refused.code is not Code.VOUCHER_REFUSED:
            raise
        return None
