"""What buyers are to be written about their orders."""

from datetime import datetime

from sqlalchemy import Column, Index, Text, text
from sqlmodel import Field, SQLModel

from server.db.columns import moment


class BuyerMailRow(SQLModel, table=True):
    """That a buyer is to be written, once, about a step: written down in the transaction that makes the step, composed afterwards."""

    __tablename__ = "buyer_mail"
    __table_args__ = (Index("buyer_mail_due", "due_at", postgresql_where=text("done_at IS NULL")),)

    subject: str = Field(primary_key=True)
    """The order's id, or the hold's while it is none."""
    step: str = Field(primary_key=True)
    ref: str = Field(
        default="", sa_column=Column("ref", Text(), primary_key=True, nullable=False, server_default="")
    )
    """Which parcel, refund or payment, where there may be several."""
    channel_id: str
    at: datetime = moment("at", nullable=False)
    due_at: datetime = moment("due_at", nullable=False)
    """Before that it is not composed: what was a mistake is undone until then."""
    done_at: datetime | None = moment("done_at")
    outcome: str | None = None
    """`queued`, or why not: `no_address`, `no_sender`, `undone`, `failed`."""
