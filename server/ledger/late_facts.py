"""Facts of a show that has ended: what is kept of its figures is opened again for them."""

from server.journal.transaction import ShowTransaction
from server.ledger.final import drop_final
from server.sealing.unsealing import unseal


async def open_figures(tx: ShowTransaction) -> None:
    """Bring the facts of the transaction's show, which has ended, back into SQL, and drop its stored report.

    Call it before facts of now are recorded: they change the report alone, and nothing of what was done while the show ran.
    """
    await unseal(tx.connection, {tx.show_id})
    await drop_final(tx.connection, [tx.show_id], since=tx.now, reach="orders")
