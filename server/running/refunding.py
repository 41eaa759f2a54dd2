"""What a process needs so that merchants can give back: the refunds, put beside payments and the shop's stock, and their loop."""

from collections.abc import Coroutine
from typing import Any, Final

from server.clock import Clock
from server.db.engine import Database
from server.fulfilment.refund_books import RefundBooks
from server.fulfilment.refunds import Refunds
from server.journal.journal import Journal
from server.payments.service import Payments
from server.shop.locking import Books, Push
from server.workers.loop import repeat

LOOK_SECONDS: Final = 1.0
"""How often SQL is asked for refunds that are due."""


def refunds_for(
    journal: Journal, database: Database, clock: Clock, payments: Payments, books: Books, *, push: Push
) -> Refunds:
    """Return what gives back, and have payments tell it what is given back at their providers. Nothing runs."""
    refund_books = RefundBooks(books, push)
    payments.tell_refunds(refund_books)
    return Refunds(journal, database, clock, payments, refund_books)


def refund_loops(refunds: Refunds) -> dict[str, Coroutine[Any, Any, None]]:
    """Return the loop by name."""
    return {"refunds": repeat("refunds", LOOK_SECONDS, refunds.run_once)}
