"""Holds with their lines, the movements of units that are held, and the orders of several lines that they become."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

from server.db.columns import moment


class HoldRow(SQLModel, table=True):
    """Stock set aside for one viewer until `expires_at`; the viewer's idempotency key makes it unique.

    `paying`: a payment of it is open at a provider, and until that is settled it does not expire.
    """

    __tablename__ = "hold"
    __table_args__ = (
        UniqueConstraint("viewer_id", "key", name="hold_viewer_key"),
        Index(
            "hold_lapsing",
            "expires_at",
            "channel_id",
            postgresql_where=text("state = 'placed' AND NOT paying"),
        ),
        Index("hold_exchanges", "exchanges", unique=True, postgresql_where=text("exchanges IS NOT NULL")),
        Index("hold_unheld", "show_id", "expires_at", postgresql_where=text("state = 'unheld'")),
    )

    id: str = Field(primary_key=True)
    channel_id: str = Field(foreign_key="channel.id")
    show_id: str
    viewer_id: str
    key: str
    state: str
    """`placed`, `unheld`, `confirmed`, `released` or `expired`."""
    currency: str
    amount_minor: int = Field(sa_column=Column("amount_minor", BigInteger, nullable=False))
    placed_at: datetime = moment("placed_at", nullable=False)
    expires_at: datetime = moment("expires_at", nullable=False)
    paying: bool = Field(
        default=False, sa_column=Column("paying", Boolean, nullable=False, server_default=text("false"))
    )
    ended_at: datetime | None = moment("ended_at")
    ended_why: str | None = None
    staff: bool = Field(
        default=False, sa_column=Column("staff", Boolean, nullable=False, server_default=text("false"))
    )
    origin: str | None = None
    """Who placed it, where its viewer did not: `waitlist`."""
    exchanges: str | None = None
    """The hold in whose place it came, which ended with it; a hold is exchanged once."""
    first_paid: bool = Field(
        default=False, sa_column=Column("first_paid", Boolean, nullable=False, server_default=text("false"))
    )


class HoldLineRow(SQLModel, table=True):
    """So many units of one product, or variant, in a hold, at the price that was theirs when it was placed."""

    __tablename__ = "hold_line"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="hold_line_quantity"),
        Index("hold_line_product", "product_id"),
        Index("hold_line_offer", "offer_id", postgresql_where=text("offer_id IS NOT NULL")),
    )

    hold_id: str = Field(
        sa_column=Column("hold_id", String, ForeignKey("hold.id", ondelete="CASCADE"), primary_key=True)
    )
    nth: int = Field(primary_key=True)
    product_id: str
    quantity: int
    unit_price_minor: int = Field(sa_column=Column("unit_price_minor", BigInteger, nullable=False))
    offer_id: str | None = None


class StockHeldRow(SQLModel, table=True):
    """A movement of units into a hold (`place`), back (`release`, `expire`), or out of it into an order (`confirm`).

    `move` is counted with the other changes of the product's stock, `stock_after` is what was free after it.
    """

    __tablename__ = "stock_held"

    product_id: str = Field(primary_key=True)
    move: int = Field(sa_column=Column("move", BigInteger, primary_key=True))
    hold_id: str
    kind: str
    quantity: int
    stock_after: int
    at: datetime = moment("at", nullable=False)


class OrderLineRow(SQLModel, table=True):
    """An order that is a line of another one, its head: they were bought at once and have one number, the head's."""

    __tablename__ = "order_line"
    __table_args__ = (
        CheckConstraint("nth > 0", name="order_line_behind"),
        Index("order_line_head", "head_id", "nth", unique=True),
        Index("order_line_show", "show_id"),
    )

    order_id: str = Field(primary_key=True)
    head_id: str
    nth: int
    show_id: str
