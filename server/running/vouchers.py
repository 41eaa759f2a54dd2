"""The vouchers of a process: what they ask of the figures is put together here."""

from typing import NamedTuple

from server.clock import Clock
from server.db.engine import Database
from server.settings import Settings
from server.stats.columns.shelf import FOLDER, Shelf
from server.stats.lifetime.membership import Membership
from server.vouchers.reserving import Reserving
from server.vouchers.service import Vouchers


class VoucherParts(NamedTuple):
    """What staff do with vouchers, and what checkout does."""

    vouchers: Vouchers
    reserving: Reserving


def vouchers_for(settings: Settings, database: Database, clock: Clock) -> VoucherParts:
    """Return the vouchers of all channels."""
    return vouchers_with(database, clock, Shelf(settings.data.absolute() / FOLDER))


def vouchers_with(database: Database, clock: Clock, shelf: Shelf | None = None) -> VoucherParts:
    """Return the vouchers of all channels; a `shelf` spares them reading segments from SQL."""
    audiences = Membership(database, clock, shelf)
    return VoucherParts(Vouchers(database, clock, audiences), Reserving(database, audiences))
