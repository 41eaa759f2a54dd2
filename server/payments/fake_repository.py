"""All SQL of the fake provider's books. They are its own: no payment of ours is read or written here, nor in the same transaction."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class Intent:
    """What the fake provider was asked for, and what has become of it. The columns of `fake_intent` that are read."""

    ref: str
    payment_id: str
    method: str
    state: str
    amount_minor: int
    currency: str
    taken_minor: int
    refunded_minor: int
    return_url: str
    due_at: datetime | None
    created_at: datetime


_COLUMNS: Final = ", ".join(field.name for field in fields(Intent))
_INSERT = text(
    f"""
    INSERT INTO fake_intent ({_COLUMNS})
    VALUES (:ref, :payment_id, :method, :state, :amount_minor, :currency, :taken_minor, 0, :return_url, :due_at, :created_at)
    ON CONFLICT (payment_id) DO NOTHING
    """
)
_READ_BY_PAYMENT = text(f"SELECT {_COLUMNS} FROM fake_intent WHERE payment_id = :id")
_READ = text(f"SELECT {_COLUMNS} FROM fake_intent WHERE ref = :ref")
_MOVE = text(
    f"""
    UPDATE fake_intent SET state = CAST(:state AS text), due_at = :due,
        taken_minor = CASE WHEN CAST(:state AS text) = 'succeeded' THEN amount_minor ELSE taken_minor END
    WHERE ref = :ref AND state = ANY(:from_states) RETURNING {_COLUMNS}
    """
)
_REFUND = text(
    f"""
    UPDATE fake_intent SET refunded_minor = least(taken_minor, :amount)
    WHERE ref = :ref AND refunded_minor = 0 RETURNING {_COLUMNS}
    """
)
_TAKE_DUE = text(
    f"""
    UPDATE fake_intent SET state = 'succeeded', taken_minor = amount_minor, due_at = NULL
    WHERE ref IN (SELECT ref FROM fake_intent WHERE due_at <= :now ORDER BY due_at LIMIT 100 FOR UPDATE SKIP LOCKED)
    RETURNING {_COLUMNS}
    """
)


async def keep_intent(connection: AsyncConnection, intent: Intent) -> Intent:
    """Write an intent, and return the one that the payment has: this one, or that of before."""
    given = {field.name: getattr(intent, field.name) for field in fields(Intent)}
    await connection.execute(_INSERT, given)
    return _as_intent((await connection.execute(_READ_BY_PAYMENT, {"id": intent.payment_id})).one())


async def read_intent(connection: AsyncConnection, ref: str) -> Intent | None:
    """Return an intent; None when there is none."""
    row = (await connection.execute(_READ, {"ref": ref})).one_or_none()
    return None if row is None else _as_intent(row)


async def move_intent(
    connection: AsyncConnection, ref: str, state: str, *, from_states: list[str], due: datetime | None = None
) -> Intent | None:
    """Change an intent that is in one of `from_states`, and return it; None when it is not. `due`: when it then ends by itself."""
    given = {"ref": ref, "state": state, "from_states": from_states, "due": due}
    row = (await connection.execute(_MOVE, given)).one_or_none()
    return None if row is None else _as_intent(row)


async def refund_intent(connection: AsyncConnection, ref: str, amount_minor: int) -> None:
    """Give back at most what was taken, once."""
    await connection.execute(_REFUND, {"ref": ref, "amount": amount_minor})


async def take_due(connection: AsyncConnection, now: datetime) -> list[Intent]:
    """Take the money of those that are due, and return them."""
    return [_as_intent(row) for row in await connection.execute(_TAKE_DUE, {"now": now})]


def _as_intent(row: Row[Any]) -> Intent:
    return Intent(**row._mapping)
