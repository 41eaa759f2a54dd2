"""What a process needs to write to buyers: whom they are to be reached by, as their checkouts say."""

from sqlalchemy.ext.asyncio import AsyncConnection

from server.checkout.repository import read_checkouts, read_kept_of_hold, read_of_orders
from server.checkout.standing import as_checked
from server.clock import Clock
from server.db.engine import Database
from server.fulfilment.delivery import Addressee
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


async def read_kept(connection: AsyncConnection, hold_id: str) -> Addressee:
    """Return how whoever a hold is for is reached by what they keep for the next time: nobody who keeps nothing."""
    found = await read_kept_of_hold(connection, hold_id)
    return Addressee() if found is None else Addressee(found[0].name, found[0].email, language=found[1])


def buyer_mails_for(
    settings: Settings, database: Database, clock: Clock, addresses: Addresses, new_mail: Waking
) -> BuyerMails:
    """Return what writes to buyers. Nothing runs."""
    receipts = ReceiptLinks(settings.signing_secret(), clock, old_secret=settings.old_signing_secret())
    return BuyerMails(
        database, clock, addresses, receipts, read_checked, read_kept=read_kept, new_mail=new_mail
    )
