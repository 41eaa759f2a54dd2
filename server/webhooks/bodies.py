"""What the webhooks' routes take and give."""

from datetime import datetime
from typing import Annotated, Literal, cast

from fastapi import Path
from pydantic import BaseModel, Field, StringConstraints

from server.clock import to_wire
from server.http.outbound import URL_CHARACTERS_MAX
from server.http.params import ENTITY_ID, Moment, RequestBody
from server.webhooks.repository import Delivery
from server.webhooks.rules import EVENT_TYPES, DeliveryState, EventType, Failure, OffReason
from server.webhooks.tables import WebhookEndpointRow

DESCRIPTION_CHARACTERS_MAX = 200
WebhookId = Annotated[str, Path(pattern=ENTITY_ID, max_length=40, description="The webhook's id.")]
EventId = Annotated[str, Path(pattern=ENTITY_ID, max_length=40, description="The event's `webhook-id`.")]
Url = Annotated[
    str,
    Field(
        min_length=1,
        max_length=URL_CHARACTERS_MAX,
        description="Where events are posted: `https://`, on the public internet, without user or fragment.",
    ),
]
Events = Annotated[
    list[EventType], Field(min_length=1, max_length=len(EVENT_TYPES), description="What it hears of.")
]
Description = Annotated[
    str, StringConstraints(max_length=DESCRIPTION_CHARACTERS_MAX, pattern=r"^[^\x00-\x1f\x7f]*$")
]


class WebhookRequest(RequestBody):
    """Where a new webhook goes, and what it hears of."""

    url: Url
    events: Events = Field(default_factory=lambda: list(EVENT_TYPES))
    description: Description = ""


class WebhookChanges(RequestBody):
    """What is to change; what is left out, or null, stays."""

    url: Url | None = None
    events: Events | None = None
    description: Description | None = None
    state: Literal["on", "off"] | None = None


class WebhookBody(BaseModel):
    """A webhook. Its secret is not in it."""

    id: str
    url: str
    events: list[str]
    description: str
    state: Literal["on", "off"]
    off_reason: OffReason | None = Field(
        description="`person`; `dead`: no success for three days; `gone`: it answered 410."
    )
    off_at: Moment | None
    failing_since: Moment | None = Field(description="The first failure since the last success.")
    old_secret_until: Moment | None = Field(description="Until when the secret before signs too.")
    created_at: Moment
    version: int


class NewWebhookBody(WebhookBody):
    """A webhook, and what its events are signed with."""

    secret: str = Field(description="`whsec_…`, for libraries of the Standard Webhooks specification.")


class WebhookPage(BaseModel):
    """A page of webhooks, the newest first."""

    webhooks: list[WebhookBody]
    next: str | None = Field(description="Send it as `cursor` for the page after this one; null on the last.")


class SecretsBody(BaseModel):
    """What events are signed with at this moment."""

    secrets: list[str] = Field(description="The newest first; two while one is rotated.")


class EventBody(BaseModel):
    """An event that is on its way."""

    event: str = Field(description="Its `webhook-id`.")


class DeliveryBody(BaseModel):
    """An event on its way to a webhook, and how its last try went."""

    event: str = Field(description="Its `webhook-id`.")
    type: str
    state: DeliveryState
    happened_at: Moment
    attempts: int
    next_at: Moment | None = Field(description="When it is tried next; null when it is not.")
    status: int | None = Field(description="The last answer's HTTP status.")
    error: Failure | None = Field(description="What was wrong with the last try.")
    last_at: Moment | None
    took_ms: int | None


class DeliveryPage(BaseModel):
    """A page of what was, or is to be, sent, the newest first."""

    deliveries: list[DeliveryBody]
    next: str | None = Field(description="Send it as `cursor` for the page after this one; null on the last.")


def as_body(row: WebhookEndpointRow) -> WebhookBody:
    """Return an endpoint as the API shows it."""
    return WebhookBody(
        id=row.id,
        url=row.url,
        events=row.events,
        description=row.description,
        state=cast("Literal['on', 'off']", row.state),
        off_reason=cast("OffReason | None", row.off_reason),
        old_secret_until=_wire_or_none(row.secret_old_until),
        version=row.version,
        off_at=_wire_or_none(row.off_at),
        failing_since=_wire_or_none(row.failing_since),
        created_at=to_wire(row.created_at),
    )


def as_delivery_body(delivery: Delivery) -> DeliveryBody:
    """Return a delivery as the API shows it."""
    return DeliveryBody(
        event=delivery.event,
        type=delivery.type,
        state=delivery.state,
        happened_at=to_wire(delivery.happened_at),
        attempts=delivery.attempts,
        next_at=_wire_or_none(delivery.next_at),
        status=delivery.status,
        error=cast("Failure | None", delivery.error),
        last_at=_wire_or_none(delivery.last_at),
        took_ms=delivery.took_ms,
    )


def _wire_or_none(at: datetime | None) -> str | None:
    return None if at is None else to_wire(at)
