"""Checkouts of holds, and what buyers have kept for the next time."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from server.db.columns import moment


def _money(name: str) -> Any:
    return Field(sa_column=Column(name, BigInteger, nullable=False))


def _json(name: str) -> Any:
    return Field(default=None, sa_column=Column(name, JSONB(none_as_null=True), nullable=True))


class CheckoutRow(SQLModel, table=True):
    """What the buyer of a hold has filled in, and what it comes to in minor units: `items - discount + shipping = total`.

    It stays as it is from the beginning of a payment on. Of a person that was erased the details are gone, and the money stays.
    """

    __tablename__ = "checkout"
    __table_args__ = (
        Index("checkout_order", "order_id", unique=True, postgresql_where=text("order_id IS NOT NULL")),
        Index("checkout_marks", "marks", postgresql_using="gin"),
        Index("checkout_viewer", "viewer_id"),
    )

    hold_id: str = Field(
        sa_column=Column("hold_id", String, ForeignKey("hold.id", ondelete="CASCADE"), primary_key=True)
    )
    channel_id: str
    show_id: str
    viewer_id: str
    contact: Any = _json("contact")
    """Name, e-mail, telephone and address; null of who was erased."""
    method_id: str
    method_title: str
    """As the buyer read it."""
    gift_note: str
    language: str
    terms_at: datetime | None = moment("terms_at")
    """When the buyer agreed to the channel's terms."""
    terms_version: int | None = None
    """Which edit of the channel's settings that was."""
    voucher: str
    """The code, as it was typed in."""
    voucher_id: str | None = None
    items_minor: int = _money("items_minor")
    discount_minor: int = _money("discount_minor")
    shares: Any = _json("shares")
    """By the line's place what the discount takes off it; null for none."""
    shipping_minor: int = _money("shipping_minor")
    tax_minor: int = _money("tax_minor")
    total_minor: int = _money("total_minor")
    tax_thousandths: int
    tax_name: str
    lacks: list[str] = Field(sa_column=Column("lacks", ARRAY(String), nullable=False))
    """What has to be filled in before it can be paid."""
    marks: list[str] = Field(sa_column=Column("marks", ARRAY(String), nullable=False))
    """Digests of the e-mail address and of the address, by which a payer is known again."""
    changed_at: datetime = moment("changed_at", nullable=False)
    order_id: str | None = None
    """The order that it became, the head where there are several lines."""


class KeptDetailsRow(SQLModel, table=True):
    """What a buyer wants filled in the next time: only of whom the channel may recognise."""

    __tablename__ = "kept_details"

    channel_id: str = Field(primary_key=True, foreign_key="channel.id")
    viewer_id: str = Field(primary_key=True, index=True)
    guest: bool
    """Known by a consent alone, with which it is taken back."""
    contact: Any = Field(sa_column=Column("contact", JSONB, nullable=False))
    kept_at: datetime = moment("kept_at", nullable=False)
