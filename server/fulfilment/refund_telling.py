"""Who hears of a refund that is done: the merchant's own servers, and the buyer."""

from server.fulfilment.buyer_mail import Step, tell_buyer
from server.fulfilment.refund import Refund
from server.fulfilment.standings import read_standings
from server.fulfilment.telling import lines_of
from server.journal.transaction import ShowTransaction
from server.protocol.order_lines import OrderChanged
from server.shop.order_list import read_listed
from server.shop.repository import SaleTerms
from server.shop.standing import Standing
from server.webhooks import outbox


async def tell_refund(
    tx: ShowTransaction, terms: SaleTerms, refund: Refund
) -> list[tuple[str, str, OrderChanged]]:
    """Tell the merchant's servers that want it, and return what the buyer is to be told, as (show, viewer, line). It is done by now."""
    told = {"order.refunded", "order.cancelled"} & set(terms.told)
    listed = await read_listed(tx.connection, refund.channel_id, refund.order_id) if told else None
    if listed is not None:
        body = {"order": listed.order}
        if "order.refunded" in told:
            outbox.leave(tx, terms.channel_id, "order.refunded", body)
        if refund.cancels and "order.cancelled" in told:
            outbox.leave(tx, terms.channel_id, "order.cancelled", body)
    step: Step = "cancelled" if refund.cancels else "refunded"
    tell_buyer(tx, refund.order_id, step, ref=refund.id)
    standings = await read_standings(tx.connection, [refund.order_id])
    return await lines_of(tx.connection, refund.order_id, standings.get(refund.order_id, Standing()))
