"""Orders that the merchant's own shop took and reported."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from server.db.columns import moment


class ReportedOrderRow(SQLModel, table=True):
    """An order as the shop reported it; the shop's own id makes it unique in the channel. Without a show it is in no figure."""

    __tablename__ = "reported_order"
    __table_args__ = (
        UniqueConstraint("channel_id", "external_id", name="reported_order_external"),
        Index("reported_order_show", "show_id"),
        Index("reported_order_channel_at", "channel_id", "at", text('id COLLATE "C"')),
    )

    id: str = Field(primary_key=True)
    channel_id: str = Field(foreign_key="channel.id")
    external_id: str
    state: str
    """`paid`, `partially_refunded`, `refunded` or `cancelled`."""
    show_id: str | None = None
    viewer_id: str | None = None
    attributed_by: str | None = None
    """`attribution`, `link` or `customer`: why it is the show's."""
    customer: str | None = None
    currency: str
    amount_minor: int = Field(sa_column=Column("amount_minor", BigInteger, nullable=False))
    refunded_minor: int = Field(sa_column=Column("refunded_minor", BigInteger, nullable=False))
    lines: list[dict[str, Any]] = Field(sa_column=Column("lines", JSONB, nullable=False))
    at: datetime = moment("at", nullable=False)
    """When it was paid, by the shop's clock."""
    reported_at: datetime = moment("reported_at", nullable=False)
    changed_at: datetime = moment("changed_at", nullable=False)


class ReportedSaleRow(SQLModel, table=True):
    """A line of a reported order that is in a show's figures, beside our own orders in the view `sale`; the first has `nth` 0.

    Gone when the order is cancelled. `product_id` is null for what our catalogue does not have.
    """

    __tablename__ = "reported_sale"
    __table_args__ = (
        Index("reported_sale_show", "show_id"),
        Index("reported_sale_viewer", "viewer_id"),
    )

    order_id: str = Field(
        sa_column=Column(
            "order_id", String, ForeignKey("reported_order.id", ondelete="CASCADE"), primary_key=True
        )
    )
    nth: int = Field(primary_key=True)
    channel_id: str
    show_id: str
    viewer_id: str
    product_id: str | None = None
    quantity: int
    amount_minor: int = Field(sa_column=Column("amount_minor", BigInteger, nullable=False))
    currency: str
    at: datetime = moment("at", nullable=False)


class OrderLinkRow(SQLModel, table=True):
    """Which purchase of a show an order of the shop's came from, as the shop's thank-you page said; it says nothing of money."""

    __tablename__ = "order_link"

    channel_id: str = Field(primary_key=True)
    external_id: str = Field(primary_key=True)
    show_id: str
    viewer_id: str
    at: datetime = moment("at", nullable=False, index=True)
