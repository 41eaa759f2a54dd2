"""All SQL of the inbox: to receive an event and to apply it are two steps, of which each can be repeated."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db import driver
from server.journal.transaction import ShowTransaction
from server.payments.provider import Answer, Told

# Which payment it is: by the id that we gave along, else by the provider's reference, if it knows that. Of an account's payments alone.
# What belongs to none yet waits.
_FIND = """
    coalesce((SELECT p.id FROM payment p WHERE p.provider = e.provider AND p.id = e.payment_id
                AND p.account_id IS NOT DISTINCT FROM e.body->>'account'
                AND (p.provider_ref IS NULL OR e.body->>'ref' IN ('', p.provider_ref))),
             (SELECT p.id FROM payment p WHERE p.provider = e.provider AND p.provider_ref = e.body->>'ref'
                AND p.account_id IS NOT DISTINCT FROM e.body->>'account'))
"""
_INSERT = text(
    """
    INSERT INTO payment_event (provider, event_id, payment_id, kind, body, received_at)
    VALUES (:provider, :event, :payment, :kind, CAST(:body AS jsonb), :at) ON CONFLICT DO NOTHING
    """
)
_READ_WAITING = text(
    f"""
    SELECT e.provider, e.event_id, e.body, p.id AS payment, p.show_id
    FROM payment_event e JOIN payment p ON p.id = {_FIND}
    WHERE e.applied_at IS NULL AND (CAST(:event AS text) IS NULL OR (e.provider = :provider AND e.event_id = :event))
    ORDER BY e.received_at LIMIT :most
    """
)
_APPLIED: Final = """
    UPDATE payment_event SET applied_at = a.applied_at, payment_id = a.payment_id
    FROM json_to_recordset(CAST(%s AS json)) AS a (provider text, event_id text, payment_id text, applied_at timestamptz)
    WHERE payment_event.provider = a.provider AND payment_event.event_id = a.event_id
"""
_FORGET: Final = """
    DELETE FROM payment_event WHERE (provider, event_id) IN (
        SELECT provider, event_id FROM payment_event WHERE received_at < %s ORDER BY received_at LIMIT %s FOR UPDATE SKIP LOCKED)
    RETURNING 1
"""
_READ_COUNTS = text(
    """
    SELECT (SELECT count(*) FROM payment_event WHERE applied_at IS NULL) AS waiting,
           (SELECT count(*) FROM payment WHERE state IN ('created', 'pending', 'authorized')) AS open,
           (SELECT count(*) FROM payment WHERE state = 'refunding') AS refunding,
           (SELECT coalesce(extract(epoch FROM CAST(:now AS timestamptz) - min(changed_at)), 0)::float8 FROM payment
            WHERE state = 'refunding') AS refunding_seconds
    """
)


@dataclass(frozen=True, slots=True)
class Received:
    """An event whose payment is known: where it lies in the inbox, and what it says."""

    provider: str
    event_id: str
    payment_id: str
    show_id: str
    answer: Answer


async def insert_event(connection: AsyncConnection, provider: str, told: Told, at: datetime) -> None:
    """Keep an event; one that was received before changes nothing."""
    body = told.body | msgspec.to_builtins(told.answer)
    given = {
        "provider": provider,
        "event": told.event_id,
        "payment": told.payment_id,
        "kind": told.answer.kind,
        "body": msgspec.json.encode(body).decode(),
        "at": at,
    }
    await connection.execute(_INSERT, given)


async def read_waiting(
    connection: AsyncConnection, *, event: tuple[str, str] | None = None, most: int = 100
) -> list[Received]:
    """Return events that are not applied and whose payment is known, the oldest first; or just the one `event` (provider, id)."""
    provider, event_id = event or (None, None)
    given: dict[str, Any] = {"provider": provider, "event": event_id, "most": most}
    rows = await connection.execute(_READ_WAITING, given)
    return [
        Received(row.provider, row.event_id, row.payment, row.show_id, msgspec.convert(row.body, Answer))
        for row in rows
    ]


def mark_applied(tx: ShowTransaction, events: Sequence[Received]) -> None:
    """Write, with the transaction's end, that events are applied."""
    rows = [
        {
            "provider": event.provider,
            "event_id": event.event_id,
            "payment_id": event.payment_id,
            "applied_at": tx.now,
        }
        for event in events
    ]
    tx.write(_APPLIED, rows)


async def forget_events(connection: AsyncConnection, before: datetime, most: int) -> int:
    """Delete at most so many events that are older, and return how many."""
    return len(await driver.fetch(connection, _FORGET, [before, most]))


@dataclass(frozen=True, slots=True)
class Counts:
    """How many events wait, how many payments are open, of how many the money is to go back, and for how long at the most."""

    waiting: int
    open: int
    refunding: int
    refunding_seconds: float


async def read_counts(connection: AsyncConnection, now: datetime) -> Counts:
    """Return how much is unfinished."""
    return Counts(**(await connection.execute(_READ_COUNTS, {"now": now})).one()._mapping)
