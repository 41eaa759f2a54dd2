"""The port by which anybody has a buyer written about a step of an order: `tell_buyer` in the transaction that makes the step.

It costs one row. Words and address are put together afterwards (`mails`), and a step is told once, however often it is said.
"""

from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from server.db import driver
from server.journal.transaction import ShowTransaction

Step = Literal["placed", "pending", "shipped", "refunded", "cancelled", "bounced", "turn", "too_late"]
"""`bounced`: the buyer's bank has sent a refund back. `pending`: it is to be paid until a time. `turn`: a hold was made for who waited.
`too_late`: it was sold out before a payment came. The last three are told by the hold's id.
"""
UNDONE_WITHIN: Final = timedelta(minutes=1)
"""A parcel that was marked by mistake and taken back so soon is not told."""
LOOKS_WITHIN: Final = timedelta(seconds=20)
"""Whoever is on the page goes on to the checkout within this time, and need not be written that it is their turn."""
_INSERT: Final = """
    INSERT INTO buyer_mail (subject, step, ref, channel_id, at, due_at)
    SELECT m.subject, m.step, m.ref, coalesce(m.channel_id, s.channel_id), m.at, m.due_at
    FROM json_to_recordset(CAST(%s AS json)) AS m (
        subject text, step text, ref text, channel_id text, show_id text, at timestamptz, due_at timestamptz)
    LEFT JOIN show AS s ON s.id = m.show_id
    ON CONFLICT DO NOTHING
"""


def tell_buyer(
    tx: ShowTransaction, subject: str, step: Step, *, ref: str = "", wait: timedelta = timedelta()
) -> None:
    """Have the buyer of an order, or of a hold, written about a step, with the show's transaction: no round trip of its own."""
    row = {"subject": subject, "step": step, "ref": ref, "channel_id": None, "show_id": tx.show_id}
    tx.write(_INSERT, [row | {"at": tx.now, "due_at": tx.now + wait}])


def tell_turn(tx: ShowTransaction, hold_id: str) -> None:
    """Have a viewer written that it is their turn, by its hold, unless they have gone on to pay by then."""
    tell_buyer(tx, hold_id, "turn", wait=LOOKS_WITHIN)


async def tell_buyer_beside(
    connection: AsyncConnection,
    channel_id: str,
    subject: str,
    step: Step,
    at: datetime,
    *,
    ref: str = "",
    wait: timedelta = timedelta(),
) -> None:
    """The same in the transaction of `connection`."""
    row = {"subject": subject, "step": step, "ref": ref, "channel_id": channel_id, "show_id": None}
    await driver.run(connection, _INSERT, [driver.as_json([row | {"at": at, "due_at": at + wait}])])
