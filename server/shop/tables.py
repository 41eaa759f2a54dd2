"""Orders."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from server.db.columns import moment


class OrderRow(SQLModel, table=True):
    """A paid purchase of one product; the viewer's idempotency key makes it unique."""

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("viewer_id", "key", name="orders_viewer_key"),
        # A show's totals are added up after each batch of sales: from this index alone.
        # Orders of before there were numbers have none in their row: theirs follows from their id (`server.shop.numbers`).
        Index(
            "orders_channel_number",
            "channel_id",
            "number",
            unique=True,
            postgresql_where=text("number IS NOT NULL"),
        ),
        Index("orders_channel_at", "channel_id", "at", text('id COLLATE "C"')),
        Index("orders_show_sales", "show_id", postgresql_include=["currency", "quantity", "amount_minor"]),
    )

    id: str = Field(primary_key=True)
    channel_id: str = Field(foreign_key="channel.id", index=True)
    show_id: str = Field(foreign_key="show.id")
    viewer_id: str
    key: str
    product_id: str = Field(foreign_key="product.id")
    quantity: int
    unit_price_minor: int = Field(sa_column=Column("unit_price_minor", BigInteger, nullable=False))
    amount_minor: int = Field(sa_column=Column("amount_minor", BigInteger, nullable=False))
    currency: str
    payment: str
    """The payment provider's reference."""
    at: datetime = moment("at", nullable=False)
    staff: bool = Field(
        default=False, sa_column=Column("staff", Boolean, nullable=False, server_default=text("false"))
    )
    """Bought by the host's side or an analyst: told apart in the money."""
    number: str | None = None
    """What people call the order by; unique in the channel."""


class ReplayOrderRow(SQLModel, table=True):
    """An order, or a line of one, that was bought at the replay of its show.

    It is no column of `orders`: servers of before read all columns of that, by what they prepared once.
    """

    __tablename__ = "replay_order"

    order_id: str = Field(primary_key=True)
