"""What a process needs to write to buyers: whom they are to be reached by, as their checkouts say."""

from sqlalchemy.ext.asyncio import AsyncConnection

from server.checkout.repository import read_checkouts, read_of_orders
from server.checkout.standing import as_checked
from server.clock import Clock
from server.db.engine import Database
from server.fulfilment.mails import BuyerMails
from server.mail.composing import Addresses
from server.settings import Settings
from server.shop.checked import Checked
from server.shop.receipt_links import ReceiptLinks
from server.waking import Waking


async def read_checked(connection: AsyncConnection, subject: str) -> Checked | None:
    """Return the checkout of an order, or of a hold, by its id."""
    found = await read_of_orders(connection, [subject]) or await read_checkouts(connection, [subject])
    row = found.get(subject)
    return None if row is None else as_checked(row)


def buyer_mails_for(
    settings: Settings, database: Database, clock: Clock, addresses: Addresses, new_mail: Waking
) -> BuyerMails:
    """Return what writes to buyers. Nothing runs."""
    receipts = ReceiptLinks(settings.signing_secret(), clock, old_secret=settings.old_signing_secret())
    return BuyerMails(database, clock, addresses, receipts, read_checked, new_mail=new_mail)
