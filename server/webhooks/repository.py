"""All SQL of endpoints, and of the log of what was sent to them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, delete, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.owned import Owned
from server.db.rows import read_page
from server.webhooks.rules import DeliveryState
from server.webhooks.tables import WebhookDeliveryRow, WebhookEndpointRow, WebhookEventRow

_ENDPOINT = WebhookEndpointRow.__table__  # type: ignore[attr-defined]
_EVENT = WebhookEventRow.__table__  # type: ignore[attr-defined]
_DELIVERY = WebhookDeliveryRow.__table__  # type: ignore[attr-defined]

ENDPOINTS: Final = Owned(WebhookEndpointRow, lock="webhooks", key_share=True)
_AGAIN = text(
    """
    UPDATE webhook_delivery SET state = 'waiting', since = :now, next_at = :now, attempts = 0
    WHERE endpoint_id = :endpoint AND event_id = :event RETURNING event_id
    """
)
_SEALED_OTHERWISE = text(
    "SELECT * FROM webhook_endpoint WHERE secret NOT LIKE :mark OR secret_old NOT LIKE :mark FOR NO KEY UPDATE SKIP LOCKED"
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event on its way to an endpoint, as the log shows it."""

    event: str
    type: str
    state: DeliveryState
    happened_at: datetime
    attempts: int
    next_at: datetime | None
    status: int | None
    error: str | None
    last_at: datetime | None
    took_ms: int | None


async def delete_endpoint(connection: AsyncConnection, endpoint_id: str) -> None:
    """Remove an endpoint with its log."""
    await ENDPOINTS.delete(connection, endpoint_id)
    await connection.execute(delete(_DELIVERY).where(_DELIVERY.c.endpoint_id == endpoint_id))


async def insert_event_for(connection: AsyncConnection, event: Mapping[str, Any], endpoint_id: str) -> None:
    """Write an event that one endpoint is to hear of, whatever it wants."""
    await connection.execute(insert(_EVENT).values(**event))
    at = event["at"]
    row = WebhookDeliveryRow(endpoint_id=endpoint_id, event_id=event["id"], since=at, next_at=at)
    await connection.execute(insert(_DELIVERY).values(**row.model_dump()))


async def send_again(connection: AsyncConnection, endpoint_id: str, event_id: str, now: datetime) -> bool:
    """Let a delivery be due at once, for three days anew; return whether there is one."""
    given = {"endpoint": endpoint_id, "event": event_id, "now": now}
    return await connection.scalar(_AGAIN, given) is not None


async def read_deliveries(
    connection: AsyncConnection,
    endpoint_id: str,
    *,
    state: DeliveryState | None,
    type: str | None,
    after: str | None,
    limit: int,
) -> list[Delivery]:
    """Return up to `limit` of what was, or is to be, sent to the endpoint, the newest first, behind the event `after` where given."""
    both = _DELIVERY.join(_EVENT, _EVENT.c.id == _DELIVERY.c.event_id)
    wanted = (
        select(_DELIVERY, _EVENT.c.type, _EVENT.c.at)
        .select_from(both)
        .where(_DELIVERY.c.endpoint_id == endpoint_id)
        .order_by(_DELIVERY.c.event_id.desc())
    )
    if state is not None:
        wanted = wanted.where(_DELIVERY.c.state == state)
    if type is not None:
        wanted = wanted.where(_EVENT.c.type == type)
    if after is not None:
        wanted = wanted.where(_DELIVERY.c.event_id < after)
    return await read_page(connection, wanted, _DELIVERY.c.event_id, _as_delivery, limit=limit)


async def read_sealed_otherwise(connection: AsyncConnection, mark: str) -> list[WebhookEndpointRow]:
    """Lock and return the endpoints that have a secret which does not begin with `mark`."""
    rows = await connection.execute(_SEALED_OTHERWISE, {"mark": f"{mark}.%"})
    return [WebhookEndpointRow(**row._mapping) for row in rows]


async def reseal(connection: AsyncConnection, row: WebhookEndpointRow) -> None:
    """Write the secrets of an endpoint; it stays the same version."""
    sealed = {"secret": row.secret, "secret_old": row.secret_old}
    await connection.execute(update(_ENDPOINT).where(_ENDPOINT.c.id == row.id).values(**sealed))


def _as_delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        event=row.event_id,
        type=row.type,
        state=row.state,
        happened_at=row.at,
        attempts=row.attempts,
        next_at=row.next_at if row.state == "waiting" else None,
        status=row.status,
        error=row.error,
        last_at=row.last_at,
        took_ms=row.took_ms,
    )
