"""Payments, what their providers have told of them, and the fake provider's own books."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from server.db.columns import moment


def _money(name: str, *, default: str | None = None) -> Any:
    shown = None if default is None else text(default)
    column = Column(name, BigInteger, nullable=False, server_default=shown)
    return Field(default=0, sa_column=column) if default is not None else Field(sa_column=column)


class PaymentRow(SQLModel, table=True):
    """One try to pay for a hold. No number of a card, nor anything else that one pays with, is in it."""

    __tablename__ = "payment"
    __table_args__ = (
        UniqueConstraint("viewer_id", "key", name="payment_viewer_key"),
        UniqueConstraint("provider", "provider_ref", name="payment_provider_ref"),
        Index(
            "payment_open",
            "hold_id",
            unique=True,
            postgresql_where=text("state IN ('created', 'pending', 'authorized')"),
        ),
        Index(
            "payment_unfinished",
            "asked_at",
            postgresql_where=text("state IN ('created', 'pending', 'authorized', 'refunding')"),
        ),
        Index(
            "payment_asked_again",
            "asked_at",
            postgresql_where=text(
                "state IN ('failed', 'cancelled') AND tries < 5 AND provider_ref IS NOT NULL"
            ),
        ),
        Index("payment_hold", "hold_id"),
    )

    id: str = Field(primary_key=True)
    channel_id: str = Field(foreign_key="channel.id", index=True)
    show_id: str = Field(foreign_key="show.id")
    hold_id: str
    viewer_id: str
    key: str
    """The viewer's idempotency key: one payment however often it is sent."""
    provider: str
    provider_ref: str | None = None
    """What the provider calls it; none until its first answer."""
    method: str
    """By what means, in the provider's words, such as `card`; empty: the provider asks."""
    state: str
    amount_minor: int = _money("amount_minor")
    currency: str
    refunded_minor: int = _money("refunded_minor", default="0")
    tries: int = Field(
        default=0, sa_column=Column("tries", Integer, nullable=False, server_default=text("0"))
    )
    """How often in a row the provider was asked without a word of use."""
    redirect_url: str | None = None
    """Where the buyer has to go meanwhile."""
    pay_by: datetime | None = moment("pay_by")
    """Until when it may be paid, where that is later than the hold's own end; it stays set aside so long."""
    created_at: datetime = moment("created_at", nullable=False)
    changed_at: datetime = moment("changed_at", nullable=False)
    asked_at: datetime = moment("asked_at", nullable=False)
    """When the provider was last asked, or last told something by itself."""
    why: str | None = None
    """Why it failed, or why its money went back."""
    order_id: str | None = None
    """The order that it became, the head where there are several lines."""
    account_id: str | None = None
    """Which of the channel's accounts at the provider it began with; it stays with it."""
    refunded_there_minor: int = _money("refunded_there_minor", default="0")
    """What its provider has said that it has given back in all; what of it nobody here has asked for is taken into the books."""


class PaymentEventRow(SQLModel, table=True):
    """The inbox of webhooks: one row for each event, however often it was sent."""

    __tablename__ = "payment_event"
    __table_args__ = (
        Index("payment_event_waiting", "received_at", postgresql_where=text("applied_at IS NULL")),
        Index("payment_event_received", "received_at"),
    )

    provider: str = Field(primary_key=True)
    event_id: str = Field(primary_key=True)
    payment_id: str | None = None
    """As the event names it, or as its reference led to it."""
    kind: str
    body: dict[str, Any] = Field(sa_column=Column("body", JSONB, nullable=False))
    """What is used of it, and no more: nothing about the person."""
    received_at: datetime = moment("received_at", nullable=False)
    applied_at: datetime | None = moment("applied_at")


class FakeIntentRow(SQLModel, table=True):
    """The fake provider's books: what it was asked for, and what it has taken and given back. Only its own code reads or writes it."""

    __tablename__ = "fake_intent"
    __table_args__ = (
        Index("fake_intent_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        {"comment": "Of no payment that moves money"},
    )

    ref: str = Field(primary_key=True)
    payment_id: str = Field(unique=True)
    method: str
    state: str
    """`waiting`, `processing`, `authorized`, `succeeded` or `failed`."""
    amount_minor: int = _money("amount_minor")
    currency: str
    taken_minor: int = _money("taken_minor", default="0")
    refunded_minor: int = _money("refunded_minor", default="0")
    return_url: str = ""
    due_at: datetime | None = moment("due_at")
    """When it ends by itself what it is about."""
    created_at: datetime = moment("created_at", nullable=False)


class FakeRefundRow(SQLModel, table=True):
    """The same books: what was asked back, once for each key."""

    __tablename__ = "fake_refund"
    __table_args__ = (Index("fake_refund_ref", "ref"), {"comment": "Of no payment that moves money"})

    key: str = Field(primary_key=True)
    ref: str
    state: str
    """`waiting`, `done` or `bounced`."""
    amount_minor: int = _money("amount_minor")
    due_at: datetime | None = moment("due_at")
    created_at: datetime = moment("created_at", nullable=False)
