"""All SQL of the fake provider's books. They are its own: no payment of ours is read or written here, nor in the same transaction."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
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


@dataclass(frozen=True, slots=True)
class KeptRefund:
    """A refund in the books, with its intent as that stands: whether it waits for its moment, and whether it was asked for just now."""

    intent: Intent
    waits: bool
    fresh: bool


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
_LOCK = text(f"SELECT {_COLUMNS} FROM fake_intent WHERE ref = :ref FOR UPDATE")
_READ_REFUND = text("SELECT state FROM fake_refund WHERE key = :key")
_ASKED_BACK = text("SELECT CAST(coalesce(sum(amount_minor), 0) AS bigint) FROM fake_refund WHERE ref = :ref")
_INSERT_REFUND = text(
    """
    INSERT INTO fake_refund (key, ref, state, amount_minor, due_at, created_at) VALUES (:key, :ref, :state, :amount, :due, :now)
    """
)
_GIVE_BACK = text(
    f"UPDATE fake_intent SET refunded_minor = refunded_minor + :amount WHERE ref = :ref RETURNING {_COLUMNS}"
)
_REFUND_DUE = text(
    f"""
    WITH due AS (UPDATE fake_refund SET state = 'done', due_at = NULL WHERE due_at <= :now RETURNING ref, amount_minor)
    UPDATE fake_intent AS i SET refunded_minor = i.refunded_minor + d.amount_minor
    FROM (SELECT ref, CAST(sum(amount_minor) AS bigint) AS amount_minor FROM due GROUP BY ref) AS d WHERE i.ref = d.ref
    RETURNING {", ".join(f"i.{field.name}" for field in fields(Intent))}
    """
)
_BOUNCE = text(
    f"""
    WITH bounced AS (
        UPDATE fake_refund AS r SET state = 'bounced', amount_minor = 0 FROM fake_refund AS was
        WHERE r.key = :key AND r.state = 'done' AND was.key = r.key RETURNING r.ref, was.amount_minor)
    UPDATE fake_intent AS i SET refunded_minor = i.refunded_minor - b.amount_minor FROM bounced AS b WHERE i.ref = b.ref
    RETURNING {", ".join(f"i.{field.name}" for field in fields(Intent))}
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


async def keep_refund(
    connection: AsyncConnection,
    ref: str,
    amount_minor: int,
    key: str,
    *,
    now: datetime,
    moment: timedelta,
    there: bool = False,
) -> KeptRefund | None:
    """Give back a part of what was taken, once for each key; one whose method is slow waits for a moment.

    Where all has gone back, or is about to, it is done.

    None where it will not be: more than was taken, or a method that refuses. `there`: not by us, whatever the method.
    """
    intent = _as_intent((await connection.execute(_LOCK, {"ref": ref})).one())
    state = await connection.scalar(_READ_REFUND, {"key": key})
    if state is not None:
        return KeptRefund(intent, waits=state == "waiting", fresh=False)
    asked = int(await connection.scalar(_ASKED_BACK, {"ref": ref}) or 0)
    if 0 < intent.taken_minor <= asked:
        return KeptRefund(intent, waits=False, fresh=False)
    if asked + amount_minor > intent.taken_minor or (intent.method == "refund_refused" and not there):
        return None
    waits = intent.method == "refund_slow" and not there
    due = now + moment if waits else None
    given = {"key": key, "ref": ref, "amount": amount_minor, "due": due, "now": now}
    await connection.execute(_INSERT_REFUND, given | {"state": "waiting" if waits else "done"})
    if not waits:
        intent = _as_intent(
            (await connection.execute(_GIVE_BACK, {"ref": ref, "amount": amount_minor})).one()
        )
    return KeptRefund(intent, waits=waits, fresh=True)


async def bounce_refund(connection: AsyncConnection, key: str) -> Intent | None:
    """Take back a refund that was done, and return of which intent; None where there is no such one."""
    row = (await connection.execute(_BOUNCE, {"key": key})).one_or_none()
    return None if row is None else _as_intent(row)


async def refund_due(connection: AsyncConnection, now: datetime) -> list[Intent]:
    """Give back what waited for its moment, and return of which intents."""
    return [_as_intent(row) for row in await connection.execute(_REFUND_DUE, {"now": now})]


async def take_due(connection: AsyncConnection, now: datetime) -> list[Intent]:
    """Take the money of those that are due, and return them."""
    return [_as_intent(row) for row in await connection.execute(_TAKE_DUE, {"now": now})]


def _as_intent(row: Row[Any]) -> Intent:
    return Intent(**row._mapping)
