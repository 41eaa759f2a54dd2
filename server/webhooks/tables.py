"""Where webhooks go, what is to be told, and how far each telling is."""

from datetime import datetime

from sqlalchemy import ARRAY, Column, Index, Integer, String, text
from sqlmodel import Field, SQLModel

from server.db.columns import moment


class WebhookEndpointRow(SQLModel, table=True):
    """An address of the merchant's that hears of `events`. Secrets are sealed; a second one only while they are rotated."""

    __tablename__ = "webhook_endpoint"

    id: str = Field(primary_key=True)
    channel_id: str = Field(foreign_key="channel.id", index=True)
    url: str
    description: str = ""
    events: list[str] = Field(sa_column=Column("events", ARRAY(String), nullable=False))
    secret: str
    secret_old: str | None = None
    secret_old_until: datetime | None = moment("secret_old_until")
    state: str = "on"
    off_reason: str | None = None
    """`person`, `dead` (three days without an answer that says yes) or `gone` (410)."""
    off_at: datetime | None = moment("off_at")
    failing_since: datetime | None = moment("failing_since")
    """The first failure since the last success."""
    created_at: datetime = moment("created_at", nullable=False)
    version: int = Field(
        default=1, sa_column=Column("version", Integer, nullable=False, server_default=text("1"))
    )


class WebhookEventRow(SQLModel, table=True):
    """The outbox: something that happened, as it is sent. Written only while somebody is to hear of it, in the fact's transaction."""

    __tablename__ = "webhook_event"

    id: str = Field(primary_key=True)
    """The `webhook-id`: the same whenever it is sent."""
    channel_id: str
    type: str
    payload: str
    at: datetime = moment("at", nullable=False, index=True)


class WebhookDeliveryRow(SQLModel, table=True):
    """An event on its way to an endpoint. No reference to the endpoint: its removal must not fail a sale."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        Index(
            "webhook_delivery_due",
            "endpoint_id",
            "next_at",
            postgresql_where=text("state = 'waiting'"),
        ),
    )

    endpoint_id: str = Field(primary_key=True)
    event_id: str = Field(primary_key=True, foreign_key="webhook_event.id", ondelete="CASCADE", index=True)
    state: str = "waiting"
    """`waiting`, `delivered` or `failed`."""
    since: datetime = moment("since", nullable=False)
    """When it first was due, or was sent again: it is tried for three days from then on."""
    next_at: datetime = moment("next_at", nullable=False)
    """When it is tried next; while it is under way, when another worker may take it over."""
    attempts: int = 0
    status: int | None = None
    """The last answer's HTTP status."""
    error: str | None = None
    """What was wrong with the last try, one of `server.webhooks.rules.ERRORS`."""
    last_at: datetime | None = moment("last_at")
    took_ms: int | None = None
