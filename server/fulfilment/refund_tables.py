"""Refunds and their lines."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, String, text
from sqlmodel import Field, SQLModel

from server.db.columns import moment


def _nothing(name: str) -> Any:
    return Column(name, BigInteger, nullable=False, server_default=text("0"))


class RefundRow(SQLModel, table=True):
    """Money of an order that goes back to its buyer, and by its lines the units that come back with it.

    `shipping_minor` is a part of `amount_minor`. `parameters`: the digest of what was asked for under `key`.
    """

    __tablename__ = "refund"
    __table_args__ = (
        CheckConstraint(
            "amount_minor >= 0 AND shipping_minor BETWEEN 0 AND amount_minor", name="refund_amount"
        ),
        Index("refund_order", "order_id"),
        Index("refund_show", "show_id"),
        Index("refund_key", "channel_id", "key", unique=True, postgresql_where=text("key IS NOT NULL")),
        Index("refund_due", "next_at", postgresql_where=text("state = 'asked'")),
    )

    id: str = Field(primary_key=True)
    channel_id: str = Field(foreign_key="channel.id")
    show_id: str
    order_id: str
    """The head's, where the order has several lines."""
    payment_id: str | None = None
    """By which payment the order was paid; none where no provider knows of it."""
    origin: str
    key: str | None = None
    parameters: str | None = None
    state: str
    reason: str
    note: str | None = None
    amount_minor: int = Field(sa_column=Column("amount_minor", BigInteger, nullable=False))
    shipping_minor: int = Field(sa_column=Column("shipping_minor", BigInteger, nullable=False))
    currency: str
    cancels: bool = Field(
        default=False, sa_column=Column("cancels", Boolean, nullable=False, server_default=text("false"))
    )
    order_state: str | None = None
    """How the order stands by it, once it is done: `partially_refunded`, `refunded` or `cancelled`."""
    actor: str
    actor_name: str = ""
    role: str
    asked_at: datetime = moment("asked_at", nullable=False)
    ended_at: datetime | None = moment("ended_at")
    tries: int = Field(
        default=0, sa_column=Column("tries", Integer, nullable=False, server_default=text("0"))
    )
    next_at: datetime | None = moment("next_at")
    """When the provider is asked next, by whoever finds it then."""
    why: str | None = None
    """Why it failed, or bounced, in the provider's words."""
    bounced_minor: int = Field(default=0, sa_column=_nothing("bounced_minor"))
    """What of it the buyer's bank has sent back, and the amounts above have no more; `bounced_shipping_minor` is a part of it."""
    bounced_shipping_minor: int = Field(default=0, sa_column=_nothing("bounced_shipping_minor"))
    bounced_at: datetime | None = moment("bounced_at")


class RefundLineRow(SQLModel, table=True):
    """Units of an order's line that are given back, and what they cost. `restock`: they can be sold again, else they are written off."""

    __tablename__ = "refund_line"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="refund_line_quantity"),
        Index("refund_line_line", "line_id"),
        Index("refund_line_product", "product_id"),
    )

    refund_id: str = Field(
        sa_column=Column("refund_id", String, ForeignKey("refund.id", ondelete="CASCADE"), primary_key=True)
    )
    nth: int = Field(primary_key=True)
    line_id: str
    product_id: str
    quantity: int
    amount_minor: int = Field(sa_column=Column("amount_minor", BigInteger, nullable=False))
    restock: bool
