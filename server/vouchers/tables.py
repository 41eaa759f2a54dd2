"""Vouchers, and each use of one."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Index, String, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from server.db.columns import moment


class VoucherRow(SQLModel, table=True):
    """A voucher of a channel. One that was deleted stays as a row, since its uses name it, and its code is free again.

    `code_key` is the code as codes are compared. `uses_taken`: how many orders were made with it; what is set aside stands in the uses.
    """

    __tablename__ = "voucher"
    __table_args__ = (
        Index(
            "voucher_code", "channel_id", "code_key", unique=True, postgresql_where=text("deleted_at IS NULL")
        ),
        Index("voucher_channel", "channel_id", "id"),
        CheckConstraint("uses_taken >= 0", name="voucher_uses"),
    )

    id: str = Field(primary_key=True)
    channel_id: str = Field(foreign_key="channel.id")
    code: str
    code_key: str
    kind: str
    percent: int | None = None
    amount_minor: int | None = Field(default=None, sa_column=Column("amount_minor", BigInteger))
    currency: str | None = None
    minimum_minor: int | None = Field(default=None, sa_column=Column("minimum_minor", BigInteger))
    products: list[str] = Field(sa_column=Column("products", ARRAY(String), nullable=False))
    audience: str
    segment: str | None = None
    uses_max: int | None = None
    once_per_person: bool = Field(sa_column=Column("once_per_person", Boolean, nullable=False))
    starts_at: datetime | None = moment("starts_at")
    ends_at: datetime | None = moment("ends_at")
    uses_taken: int = 0
    version: int = 1
    created_at: datetime = moment("created_at", nullable=False)
    changed_at: datetime = moment("changed_at", nullable=False)
    deleted_at: datetime | None = moment("deleted_at")


class VoucherUseRow(SQLModel, table=True):
    """A use of a voucher by one hold, with the terms that were the voucher's when it was set aside.

    `reserved`: the hold is not paid yet; `taken`: it is an order; `given_back`: the hold has ended otherwise. Nothing has to write the
    last: a use whose hold stands no more is none.
    """

    __tablename__ = "voucher_use"
    __table_args__ = (
        Index("voucher_use_voucher", "voucher_id", "hold_id"),
        Index("voucher_use_reserved", "voucher_id", postgresql_where=text("state = 'reserved'")),
    )

    hold_id: str = Field(primary_key=True)
    voucher_id: str = Field(foreign_key="voucher.id")
    show_id: str
    viewer_id: str = Field(index=True)
    state: str
    code_key: str
    terms: dict[str, Any] = Field(sa_column=Column("terms", JSONB, nullable=False))
    items_minor: int = Field(sa_column=Column("items_minor", BigInteger, nullable=False))
    """What it takes off the lines, in minor units of `currency`."""
    shipping_minor: int = Field(sa_column=Column("shipping_minor", BigInteger, nullable=False))
    currency: str
    at: datetime = moment("at", nullable=False)
    """When it was set aside."""
    ended_at: datetime | None = moment("ended_at")
