"""Who hears of a refund that is done, or has bounced: the merchant's own servers, and the buyer."""

from collections.abc import Collection

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
from server.webhooks.rules import EventType

News = list[tuple[str, str, OrderChanged]]
"""What buyers are to be told, as (show, viewer, line)."""


async def tell_refund(tx: ShowTransaction, terms: SaleTerms, refund: Refund) -> News:
    """Tell the merchant's servers that want it, and return what the buyer is to be told. It is done by now."""
    told: list[EventType] = ["order.refunded", "order.cancelled"] if refund.cancels else ["order.refunded"]
    return await _tell(tx, terms, refund, told, "cancelled" if refund.cancels else "refunded")


async def tell_bounced(tx: ShowTransaction, terms: SaleTerms, refund: Refund) -> News:
    """The same of one that the buyer's bank has sent back: the order has less refunded than it was told of before."""
    return await _tell(tx, terms, refund, ["order.refunded"], "bounced")


async def _tell(
    tx: ShowTransaction, terms: SaleTerms, refund: Refund, told: Collection[EventType], step: Step
) -> News:
    wanted = [each for each in told if each in terms.told]
    listed = await read_listed(tx.connection, refund.channel_id, refund.order_id) if wanted else None
    if listed is not None:
        for each in wanted:
            outbox.leave(tx, terms.channel_id, each, {"order": listed.order})
    tell_buyer(tx, refund.order_id, step, ref=refund.id)
    standings = await read_standings(tx.connection, [refund.order_id])
    return await lines_of(tx.connection, refund.order_id, standings.get(refund.order_id, Standing()))
