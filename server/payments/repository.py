"""All SQL of payments. The batch's statements take arrays: one round trip whatever their number."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db import driver
from server.journal.transaction import ShowTransaction
from server.payments.payment import Payment, Wanted

_NAMES: Final = tuple(each.name for each in fields(Payment))
# By name, not `p.*`: what a server has prepared must outlive a migration that adds a column.
_COLUMNS: Final = ", ".join(f"p.{name}" for name in _NAMES)

ASKED_AGAIN: Final = 5
"""How often a provider is asked about a payment that has ended without money: it may have come all the same, and its webhook be lost."""

_READ_BY_KEY: Final = f"""
    SELECT {_COLUMNS} FROM payment p JOIN json_to_recordset(CAST(%s AS json)) AS wanted (viewer_id text, key text) USING (viewer_id, key)
"""
_READ = text(f"SELECT {_COLUMNS} FROM payment p WHERE p.id = :id")
# By the index of viewers and keys.
_READ_OWN = text(
    f"""
    SELECT {_COLUMNS} FROM payment p
    WHERE p.viewer_id = ANY(:viewers) AND p.show_id = :show
      AND (p.changed_at >= :since OR p.state IN ('created', 'pending', 'authorized', 'refunding'))
    ORDER BY p.id DESC LIMIT :most
    """
)
_READ_OPEN = text(
    f"SELECT {_COLUMNS} FROM payment p WHERE p.hold_id = ANY(:holds) AND p.state IN ('created', 'pending', 'authorized')"
)
# In the order of their ids: two that lock several wait for each other, and never in a ring.
_LOCK = text(f"SELECT {_COLUMNS} FROM payment p WHERE p.id = ANY(:ids) ORDER BY p.id FOR UPDATE")
_INSERT: Final = """
    INSERT INTO payment (id, channel_id, show_id, hold_id, viewer_id, key, provider, provider_ref, method, state, amount_minor, currency,
                         created_at, changed_at, asked_at, order_id, account_id)
    SELECT id, channel_id, show_id, hold_id, viewer_id, key, provider, provider_ref, method, state, amount_minor, currency,
           created_at, changed_at, asked_at, order_id, account_id
    FROM json_to_recordset(CAST(%s AS json)) AS p (
        id text, channel_id text, show_id text, hold_id text, viewer_id text, key text, provider text, provider_ref text, method text,
        state text, amount_minor bigint, currency text, created_at timestamptz, changed_at timestamptz, asked_at timestamptz, order_id text,
        account_id text)
    ON CONFLICT (viewer_id, key) DO NOTHING RETURNING id
"""
_UPDATE: Final = """
    UPDATE payment SET state = c.state, provider_ref = c.provider_ref, refunded_minor = c.refunded_minor, tries = c.tries,
        redirect_url = c.redirect_url, pay_by = c.pay_by, changed_at = c.changed_at, asked_at = c.asked_at, why = c.why,
        order_id = c.order_id, refunded_there_minor = c.refunded_there_minor
    FROM json_to_recordset(CAST(%s AS json)) AS c (id text, state text, provider_ref text, refunded_minor bigint, tries int,
        redirect_url text, pay_by timestamptz, changed_at timestamptz, asked_at timestamptz, why text, order_id text,
        refunded_there_minor bigint)
    WHERE payment.id = c.id
"""
_CHANGED: Final = (
    "id", "state", "provider_ref", "refunded_minor", "tries", "redirect_url", "pay_by", "changed_at", "asked_at", "why",
    "order_id", "refunded_there_minor",
)  # fmt: skip
# Claimed by moving `asked_at`: of two pollers one asks. It is moved at most to the moment at which its time is over.
_CLAIM_UNFINISHED = text(
    f"""
    WITH due AS (
        SELECT d.id, coalesce(h.state NOT IN ('placed', 'unheld'), true) AS gone, greatest(h.expires_at, d.pay_by) AS over_at,
               CAST(:now AS timestamptz) + least(d.tries, 8) * CAST(:pause AS interval) AS next_at
        FROM payment d LEFT JOIN hold h ON h.id = d.hold_id
        WHERE d.state IN ('failed', 'cancelled') AND d.tries < {ASKED_AGAIN} AND d.provider_ref IS NOT NULL AND d.asked_at <= :before
           OR d.state IN ('created', 'pending', 'authorized', 'refunding')
          AND (d.asked_at <= :before
               OR (d.asked_at <= :soon AND d.state <> 'refunding'
                   AND (h.state NOT IN ('placed', 'unheld') OR greatest(h.expires_at, d.pay_by) <= :now)))
        ORDER BY d.asked_at LIMIT :most FOR UPDATE OF d SKIP LOCKED),
    claimed AS (
        UPDATE payment SET tries = payment.tries + 1, asked_at = CASE
            WHEN NOT gone AND over_at > :now THEN least(next_at, over_at) ELSE next_at END
        FROM due WHERE payment.id = due.id RETURNING payment.id, gone, gone OR over_at <= :now AS over)
    SELECT {_COLUMNS}, c.gone, c.over FROM claimed c JOIN payment p ON p.id = c.id
    """
)


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A payment of which its provider is to be asked. `gone`: its hold is placed no more. `over`: it may be paid no more."""

    payment: Payment
    gone: bool
    over: bool


async def read_by_keys(connection: AsyncConnection, wanted: Sequence[Wanted]) -> list[Payment]:
    """Return the payments that hold the key of one of these."""
    pairs = driver.as_json([{"viewer_id": each.viewer_id, "key": each.key} for each in wanted])
    return [Payment(*row) for row in await driver.fetch(connection, _READ_BY_KEY, [pairs])]


async def read_payment(connection: AsyncConnection, id: str) -> Payment | None:
    """Return a payment; None when there is none."""
    row = (await connection.execute(_READ, {"id": id})).one_or_none()
    return None if row is None else as_payment(row)


async def read_own(
    connection: AsyncConnection, show_id: str, viewers: Sequence[str], since: datetime, *, most: int
) -> list[Payment]:
    """Return payments of these viewers in a show, the newest first: those that are under way, and those that changed since then."""
    given = {"viewers": list(viewers), "show": show_id, "since": since, "most": most}
    return [as_payment(row) for row in await connection.execute(_READ_OWN, given)]


async def read_open(connection: AsyncConnection, hold_ids: Collection[str]) -> dict[str, Payment]:
    """Return by hold the payment that is open; no SQL for none."""
    if not hold_ids:
        return {}
    rows = await connection.execute(_READ_OPEN, {"holds": list(hold_ids)})
    return {payment.hold_id: payment for payment in map(as_payment, rows)}


async def lock_payments(connection: AsyncConnection, ids: Collection[str]) -> dict[str, Payment]:
    """Lock payments until the transaction's end, and return them by id."""
    rows = await connection.execute(_LOCK, {"ids": sorted(ids)})
    return {payment.id: payment for payment in map(as_payment, rows)}


async def insert_payments(connection: AsyncConnection, payments: Sequence[Payment]) -> set[str]:
    """Write new payments, and return the ids of those that were written; no SQL for none.

    Left out is one whose key another show's transaction has taken meanwhile.
    """
    if not payments:
        return set()
    return {id for (id,) in await driver.fetch(connection, _INSERT, [driver.as_json(payments)])}


def update_payments(tx: ShowTransaction, payments: Sequence[Payment]) -> None:
    """Write, with the transaction's end, how payments stand now."""
    tx.write(_UPDATE, [{name: getattr(p, name) for name in _CHANGED} for p in payments])


async def claim_unfinished(
    connection: AsyncConnection, now: datetime, *, unheard: timedelta, over: timedelta, most: int
) -> list[Unfinished]:
    """Return payments of which a provider is to be asked: of which nothing was heard for `unheard`, or for `over` where their time is over.

    Nobody else is given the same for so long; with each time that nothing of use comes of it, for longer.
    """
    given = {"now": now, "before": now - unheard, "soon": now - over, "pause": unheard, "most": most}
    rows = await connection.execute(_CLAIM_UNFINISHED, given)
    return [Unfinished(as_payment(row), row.gone, row.over) for row in rows]


def as_payment(row: Row[Any]) -> Payment:
    """Return a row as a payment."""
    return Payment(*(getattr(row, name) for name in _NAMES))
