"""The outbox: whatever makes a fact tells it here, in the fact's own transaction, so that both stand or fall together.

Nothing is written for a type that no endpoint of the channel wants.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from server.clock import to_wire
from server.db import driver
from server.ids import new_id
from server.journal.transaction import ShowTransaction
from server.protocol.codec import encode
from server.webhooks.rules import EventType

_INSERT_EVENTS: Final = """
    INSERT INTO webhook_event (id, channel_id, type, payload, at)
    SELECT id, channel_id, type, payload, at
    FROM json_to_recordset(CAST(%s AS json)) AS e (id text, channel_id text, type text, payload text, at timestamptz)
    WHERE EXISTS (
        SELECT FROM webhook_endpoint AS w WHERE w.channel_id = e.channel_id AND w.state = 'on' AND e.type = ANY(w.events))
"""
_INSERT_DELIVERIES: Final = """
    INSERT INTO webhook_delivery (endpoint_id, event_id, state, since, next_at, attempts)
    SELECT w.id, e.id, 'waiting', e.at, e.at, 0
    FROM json_to_recordset(CAST(%s AS json)) AS e (id text, channel_id text, type text, at timestamptz)
    JOIN webhook_endpoint AS w ON w.channel_id = e.channel_id AND w.state = 'on' AND e.type = ANY(w.events)
"""
# Both at once, so that they see the same endpoints.
_INSERT_BOTH: Final = f"WITH events AS ({_INSERT_EVENTS}) {_INSERT_DELIVERIES}"

WANTED: Final = """
    coalesce((SELECT array_agg(DISTINCT type) FROM webhook_endpoint AS w, unnest(w.events) AS type
              WHERE w.channel_id = {channel} AND w.state = 'on'), '{{}}')
"""
"""SQL for the types that the endpoints of `{channel}` want, for statements that a hot path runs anyway."""


def leave(tx: ShowTransaction, channel_id: str, type: EventType, data: Mapping[str, Any]) -> None:
    """Tell `data`, JSON-ready, with the show's transaction: no round trip of its own."""
    event, delivery = _rows(channel_id, type, data, tx.now)
    tx.write(_INSERT_EVENTS, [event])
    tx.write(_INSERT_DELIVERIES, [delivery])


async def put(
    connection: AsyncConnection, channel_id: str, type: EventType, data: Mapping[str, Any], at: datetime
) -> None:
    """Tell `data`, JSON-ready, in the transaction of `connection`."""
    event, delivery = _rows(channel_id, type, data, at)
    await driver.run(connection, _INSERT_BOTH, [driver.as_json([event]), driver.as_json([delivery])])


def new_event(channel_id: str, type: str, data: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """Return an event's row, its payload as the specification recommends: type, timestamp, data."""
    payload = encode({"type": type, "timestamp": to_wire(at), "data": data}).decode()
    return {"id": new_id("msg"), "channel_id": channel_id, "type": type, "payload": payload, "at": at}


def _rows(
    channel_id: str, type: str, data: Mapping[str, Any], at: datetime
) -> tuple[dict[str, Any], dict[str, Any]]:
    event = new_event(channel_id, type, data, at)
    return event, {"id": event["id"], "channel_id": channel_id, "type": type, "at": at}
