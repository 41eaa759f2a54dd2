"""Channels' own accounts at providers of payments, and what is disputed there."""

from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, Column, Index, Integer, String, text
from sqlmodel import Field, SQLModel

from server.db.columns import moment


class PaymentAccountRow(SQLModel, table=True):
    """An account of a channel's at a provider, with the keys to it. Keys are sealed; what is shown of one is its end."""

    __tablename__ = "payment_account"
    __table_args__ = (
        Index("payment_account_on", "channel_id", unique=True, postgresql_where=text("state = 'on'")),
    )

    id: str = Field(primary_key=True)
    channel_id: str = Field(foreign_key="channel.id", index=True)
    provider: str
    account_ref: str
    """What the provider calls the account; empty where its key may not say."""
    live: bool
    """Whether it moves money; else it is the provider's own trial."""
    secret: str
    secret_end: str
    webhook_secrets: list[str] = Field(sa_column=Column("webhook_secrets", ARRAY(String), nullable=False))
    """The newest first; the one before it is good too, while it is rotated."""
    methods: list[str] = Field(sa_column=Column("methods", ARRAY(String), nullable=False))
    """What buyers may pay by, in the provider's words and in this order."""
    shown_as: str
    """What is paid for, in the words that stand on the provider's page."""
    state: str
    """`on`: new payments begin here; `replaced` by another account, or `removed`: those that began here go on."""
    created_at: datetime = moment("created_at", nullable=False)
    changed_at: datetime = moment("changed_at", nullable=False)
    heard_at: datetime | None = moment("heard_at")
    """When a webhook came that was signed with one of the secrets."""
    refused_at: datetime | None = moment("refused_at")
    """Since when the provider refuses the key; none while it takes it."""
    version: int = Field(
        default=1, sa_column=Column("version", Integer, nullable=False, server_default=text("1"))
    )


class PaymentDisputeRow(SQLModel, table=True):
    """A payment that a buyer's bank disputes at the provider, as it was last told. Nothing about the person."""

    __tablename__ = "payment_dispute"

    account_id: str = Field(primary_key=True)
    dispute_ref: str = Field(primary_key=True)
    channel_id: str = Field(index=True)
    money_ref: str
    """What the provider calls the payment that is disputed."""
    reason: str
    state: str
    """In the provider's words: `needs_response`, `under_review`, `won`, `lost`, …"""
    amount_minor: int = Field(sa_column=Column("amount_minor", BigInteger, nullable=False))
    currency: str
    due_at: datetime | None = moment("due_at")
    """Until when the provider takes evidence."""
    opened_at: datetime = moment("opened_at", nullable=False)
    told_at: datetime = moment("told_at", nullable=False)
    """When the event was made that says this."""
