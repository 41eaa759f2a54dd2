"""All SQL of deliveries. Several workers share the work: who claims one has it until its `next_at`, then others may take it over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db import driver
from server.webhooks.rules import DeliveryState, OffReason, Outcome

# Each endpoint gives as many as it has free places, so that one with a million waiting holds up no other.
_CLAIM: Final = """
    WITH free AS (
        SELECT w.id, w.url, w.secret, w.failing_since,
               CASE WHEN w.secret_old_until > %(now)s THEN w.secret_old END AS secret_old,
               CASE WHEN w.failing_since IS NULL THEN %(places)s ELSE 1 END - coalesce(b.busy, 0) AS places
        FROM webhook_endpoint AS w
        LEFT JOIN json_to_recordset(CAST(%(busy)s AS json)) AS b (id text, busy int) USING (id)
        WHERE w.state = 'on' AND EXISTS (
            SELECT FROM webhook_delivery AS d
            WHERE d.endpoint_id = w.id AND d.state = 'waiting' AND d.next_at <= %(now)s)
    ),
    due AS MATERIALIZED (
        SELECT d.endpoint_id, d.event_id FROM free CROSS JOIN LATERAL (
            SELECT endpoint_id, event_id FROM webhook_delivery
            WHERE endpoint_id = free.id AND state = 'waiting' AND next_at <= %(now)s
            ORDER BY next_at LIMIT greatest(0, free.places) FOR UPDATE SKIP LOCKED) AS d
        LIMIT %(most)s
    ),
    claimed AS (
        UPDATE webhook_delivery AS d SET next_at = %(until)s, attempts = d.attempts + 1
        FROM due WHERE d.endpoint_id = due.endpoint_id AND d.event_id = due.event_id
        RETURNING d.endpoint_id, d.event_id, d.attempts, d.since
    )
    SELECT c.endpoint_id, c.event_id, c.attempts, c.since, free.failing_since, free.url, free.secret, free.secret_old, e.type, e.payload
    FROM claimed AS c JOIN free ON free.id = c.endpoint_id JOIN webhook_event AS e ON e.id = c.event_id
    ORDER BY c.event_id
"""
# A late answer of a worker whose claim ran out says nothing against a delivery.
_FINISH: Final = """
    UPDATE webhook_delivery AS d
    SET state = f.state, next_at = coalesce(f.next_at, d.next_at), status = f.status, error = f.error, last_at = f.at, took_ms = f.took_ms
    FROM json_to_recordset(CAST(%s AS json)) AS f (endpoint_id text, event_id text, state text, next_at timestamptz, status int,
                                                   error text, at timestamptz, took_ms int)
    WHERE d.endpoint_id = f.endpoint_id AND d.event_id = f.event_id AND d.state = 'waiting'
"""
_UNCLAIM: Final = """
    UPDATE webhook_delivery AS d SET next_at = u.next_at, attempts = greatest(0, d.attempts - 1)
    FROM json_to_recordset(CAST(%s AS json)) AS u (endpoint_id text, event_id text, next_at timestamptz)
    WHERE d.endpoint_id = u.endpoint_id AND d.event_id = u.event_id AND d.state = 'waiting'
"""
_WORKS: Final = """
    UPDATE webhook_endpoint SET failing_since = NULL WHERE id = ANY(%s) AND failing_since IS NOT NULL
"""
_FAILS: Final = """
    UPDATE webhook_endpoint SET failing_since = %s WHERE id = ANY(%s) AND failing_since IS NULL
"""
_SWITCH_OFF: Final = """
    UPDATE webhook_endpoint SET state = 'off', off_reason = %s, off_at = %s, version = version + 1
    WHERE id = %s AND state = 'on' RETURNING channel_id
"""
_FORGET: Final = """
    DELETE FROM webhook_event WHERE id IN (
        SELECT id FROM webhook_event WHERE at < %s ORDER BY at LIMIT %s FOR UPDATE SKIP LOCKED)
    RETURNING 1
"""
_WAIT_FOR_NO_DISK: Final = "SET LOCAL synchronous_commit TO off"
_WAITING = text(
    """
    SELECT count(*) AS waiting, coalesce(extract(epoch FROM CAST(:now AS timestamptz) - min(d.next_at)), 0) AS seconds
    FROM webhook_delivery AS d JOIN webhook_endpoint AS w ON w.id = d.endpoint_id
    WHERE d.state = 'waiting' AND w.state = 'on'
    """
)
_COUNT_ENDPOINTS = text(
    """
    SELECT count(*) FILTER (WHERE state = 'on') AS "on", count(*) FILTER (WHERE off_reason IN ('dead', 'gone')) AS given_up
    FROM webhook_endpoint
    """
)


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that this process is to make: the `attempts`-th try. Secrets are sealed."""

    endpoint_id: str
    event_id: str
    attempts: int
    since: datetime
    failing_since: datetime | None
    url: str
    secret: str
    secret_old: str | None
    type: str
    payload: str


@dataclass(frozen=True, slots=True)
class Result:
    """How a claim ended: `next_at` is when it is tried again, None for never."""

    claim: Claim
    outcome: Outcome
    state: DeliveryState
    next_at: datetime | None
    at: datetime


async def wait_for_no_disk(connection: AsyncConnection) -> None:
    """Let the transaction's COMMIT not wait for the disk: a machine that dies loses what is sent once more under the same id anyway."""
    await driver.run(connection, _WAIT_FOR_NO_DISK, [])


async def claim(
    connection: AsyncConnection,
    now: datetime,
    until: datetime,
    *,
    busy: Mapping[str, int],
    places: int,
    most: int,
) -> list[Claim]:
    """Claim up to `most` deliveries that are due, of each endpoint at most `places` less those `busy`; one that fails has one place.

    Whoever does not come back until `until` loses them to others.
    """
    rows = await driver.fetch(
        connection,
        _CLAIM,
        {  # type: ignore[arg-type]
            "now": now,
            "until": until,
            "busy": driver.as_json([{"id": id, "busy": number} for id, number in busy.items()]),
            "places": places,
            "most": most,
        },
    )
    return [Claim(*row) for row in rows]


async def finish(connection: AsyncConnection, results: Sequence[Result]) -> None:
    """Write how claims ended, and since when their endpoints fail."""
    await driver.run(connection, _FINISH, [driver.as_json(sorted(map(_as_row, results), key=_order))])
    works = {result.claim.endpoint_id for result in results if result.outcome.failure is None}
    fails = {result.claim.endpoint_id for result in results} - works
    if works:
        await driver.run(connection, _WORKS, [sorted(works)])
    if fails:
        await driver.run(connection, _FAILS, [results[0].at, sorted(fails)])


async def unclaim(connection: AsyncConnection, claims: Sequence[Claim], next_at: datetime) -> None:
    """Give back what this process cannot deliver; it is no try."""
    rows = [{"endpoint_id": c.endpoint_id, "event_id": c.event_id, "next_at": next_at} for c in claims]
    await driver.run(connection, _UNCLAIM, [driver.as_json(sorted(rows, key=_order))])


async def switch_off(
    connection: AsyncConnection, endpoint_id: str, reason: OffReason, now: datetime
) -> str | None:
    """Switch an endpoint off, and return its channel; None when it is off already."""
    rows = await driver.fetch(connection, _SWITCH_OFF, [reason, now, endpoint_id])
    return str(rows[0][0]) if rows else None


async def forget(connection: AsyncConnection, before: datetime, most: int) -> int:
    """Remove up to `most` events of before, with their deliveries, and return how many that were."""
    return len(await driver.fetch(connection, _FORGET, [before, most]))


async def read_waiting(connection: AsyncConnection, now: datetime) -> tuple[int, float]:
    """Return how many deliveries wait, and for how many seconds the first of them has been due (below 0: it is not yet)."""
    row = (await connection.execute(_WAITING, {"now": now})).one()
    return int(row.waiting), float(row.seconds)


async def count_endpoints(connection: AsyncConnection) -> tuple[int, int]:
    """Return how many endpoints are on, and how many were given up."""
    row = (await connection.execute(_COUNT_ENDPOINTS)).one()
    return int(row[0]), int(row[1])


def _as_row(result: Result) -> dict[str, Any]:
    return {
        "endpoint_id": result.claim.endpoint_id,
        "event_id": result.claim.event_id,
        "state": result.state,
        "next_at": result.next_at,
        "status": result.outcome.status,
        "error": result.outcome.failure,
        "at": result.at,
        "took_ms": result.outcome.took_ms,
    }


def _order(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["endpoint_id"], row["event_id"]
