"""What the merchant did with orders: parcels that went off, and notes; and the version that all of it is changed under."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Text, text
from sqlmodel import Field, SQLModel

from server.db.columns import moment


class OrderHandlingRow(SQLModel, table=True):
    """How far an order is, by the id of its head; without a row nothing was done with it. Whoever changes anything of it locks this row."""

    __tablename__ = "order_handling"
    __table_args__ = (Index("order_handling_shipping", "channel_id", "shipping"),)

    order_id: str = Field(primary_key=True)
    channel_id: str
    shipping: str = Field(
        default="unshipped",
        sa_column=Column("shipping", String, nullable=False, server_default=text("'unshipped'")),
    )
    """`unshipped`, `partly_shipped` or `shipped`."""
    version: int = Field(
        default=0, sa_column=Column("version", Integer, nullable=False, server_default=text("0"))
    )


class ShipmentRow(SQLModel, table=True):
    """A parcel of an order; one that was marked by mistake stays, as undone."""

    __tablename__ = "shipment"
    __table_args__ = (Index("shipment_order", "order_id"),)

    id: str = Field(primary_key=True)
    order_id: str
    channel_id: str
    carrier: str
    tracking: str
    """An https address; empty where there is none."""
    shipped_at: datetime = moment("shipped_at", nullable=False)
    by_id: str
    by_name: str
    undone_at: datetime | None = moment("undone_at")
    undone_by: str | None = None


class ShipmentLineRow(SQLModel, table=True):
    """So many units of the order's `nth` line, in a parcel."""

    __tablename__ = "shipment_line"
    __table_args__ = (CheckConstraint("quantity > 0", name="shipment_line_quantity"),)

    shipment_id: str = Field(
        sa_column=Column(
            "shipment_id", String, ForeignKey("shipment.id", ondelete="CASCADE"), primary_key=True
        )
    )
    nth: int = Field(primary_key=True)
    quantity: int


class OrderNoteRow(SQLModel, table=True):
    """What somebody of the channel's people wrote down about an order, for the others; its buyer never sees it."""

    __tablename__ = "order_note"
    __table_args__ = (Index("order_note_order", "order_id"),)

    id: str = Field(primary_key=True)
    order_id: str
    channel_id: str
    words: str = Field(sa_column=Column("words", Text, nullable=False))
    by_id: str
    by_name: str
    at: datetime = moment("at", nullable=False)
