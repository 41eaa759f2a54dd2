"""The shop of a process: what sells at once, what sets aside until it is paid, what is paid by, and what gives back."""

from datetime import timedelta
from typing import NamedTuple

from server.auctions.passing import Passing
from server.auctions.service import Auctions
from server.catalogue.offered import OfferDesk
from server.checkout.service import Checkouts
from server.clock import Clock
from server.db.engine import Database
from server.fulfilment.buyer_mail import tell_turn
from server.fulfilment.refunds import Refunds
from server.fulfilment.standings import read_standings
from server.journal.journal import Journal
from server.running.auctions import auctions_for
from server.running.limits import buying_limits_of
from server.running.paying import Paying, payments_for
from server.running.refunding import refunds_for
from server.settings import Settings
from server.shop.exchanges import Exchanges
from server.shop.holds import Holds
from server.shop.locking import Push
from server.shop.lots import Lots
from server.shop.payments import FakePayments
from server.shop.service import Shop
from server.vouchers.reserving import Reserving
from server.waitlist.service import Waitlist


class Selling(NamedTuple):
    """What sells."""

    shop: Shop
    holds: Holds
    exchanges: Exchanges
    auctions: Auctions
    checkouts: Checkouts
    waitlist: Waitlist
    paying: Paying
    refunds: Refunds


def selling_for(
    settings: Settings,
    journal: Journal,
    database: Database,
    clock: Clock,
    *,
    push: Push,
    offers: OfferDesk,
    vouchers: Reserving,
) -> Selling:
    """Return the shop, its holds, which share what they know of stock, and what takes payments for them. Nothing runs."""
    limits = buying_limits_of(settings)
    checkouts = Checkouts(journal, database, clock, vouchers=vouchers, units_max=limits.units_max)
    shop = Shop(
        journal,
        database,
        FakePayments(),
        limits=limits,
        push=push,
        offers=offers,
        heirs=Passing(settings.auction_hold_seconds, timedelta(days=settings.auction_block_days)),
        read_standings=read_standings,
        checkouts=checkouts,
    )
    holds = Holds(journal, database, clock, shop.books, seconds=settings.hold_seconds, limits=limits)
    exchanges = Exchanges(journal, database, shop.books, limits=limits)
    auctions = auctions_for(journal, database, clock, Lots(shop.books, limits), settings.auction_hold_seconds)
    seconds = settings.waitlist_hold_seconds
    waitlist = Waitlist(
        journal, database, clock, shop.books, push=push, seconds=seconds, limits=limits, write=tell_turn
    )
    paying = payments_for(settings, journal, database, clock, holds, push=push, checkouts=checkouts)
    refunds = refunds_for(journal, database, clock, paying.payments, shop.books, push=push)
    return Selling(shop, holds, exchanges, auctions, checkouts, waitlist, paying, refunds)
