"""Offers, what each viewer was shown of them, and who holds their codes."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, text
from sqlmodel import Field, SQLModel

from server.db.columns import moment


class OfferRow(SQLModel, table=True):
    """A price of one product in a show, with its limits and its window. At most one of a product is open at a time.

    `units_sold` is what was sold under it; what is held under it stands in the lines of holds. `start_refused`: why it did not open at
    its time, as a code.
    """

    __tablename__ = "offer"
    __table_args__ = (
        Index("offer_show", "show_id", "id"),
        Index("offer_open", "show_id", "product_id", unique=True, postgresql_where=text("state = 'open'")),
        Index("offer_to_close", "closes_at", postgresql_where=text("state = 'open'")),
        Index("offer_to_open", "starts_at", postgresql_where=text("state = 'prepared'")),
    )

    id: str = Field(primary_key=True)
    channel_id: str = Field(foreign_key="channel.id")
    show_id: str = Field(foreign_key="show.id")
    product_id: str = Field(foreign_key="product.id")
    price_minor: int = Field(sa_column=Column("price_minor", BigInteger, nullable=False))
    currency: str
    units_max: int | None = None
    per_viewer_max: int | None = None
    audience: str
    segment: str | None = None
    code_hash: str | None = None
    starts_at: datetime | None = moment("starts_at")
    seconds: int | None = None
    state: str
    opened_at: datetime | None = moment("opened_at")
    closes_at: datetime | None = moment("closes_at")
    closed_at: datetime | None = moment("closed_at")
    closed_why: str | None = None
    start_refused: str | None = None
    units_sold: int = 0
    version: int
    created_at: datetime = moment("created_at", nullable=False)


class OfferShownRow(SQLModel, table=True):
    """What a viewer was shown of an offer the first time, before they saw it. Rows are only added."""

    __tablename__ = "offer_shown"

    offer_id: str = Field(primary_key=True, foreign_key="offer.id")
    viewer_id: str = Field(primary_key=True, index=True)
    at: datetime = moment("at", nullable=False)
    price_minor: int = Field(sa_column=Column("price_minor", BigInteger, nullable=False))
    units_left: int
    ends_at: datetime | None = moment("ends_at")


class OfferHolderRow(SQLModel, table=True):
    """A viewer who has given an offer's code."""

    __tablename__ = "offer_holder"

    offer_id: str = Field(primary_key=True, foreign_key="offer.id")
    viewer_id: str = Field(primary_key=True, index=True)
    at: datetime = moment("at", nullable=False)


class OfferSaleRow(SQLModel, table=True):
    """An order that was sold under an offer."""

    __tablename__ = "offer_sale"
    __table_args__ = (Index("offer_sale_viewer", "offer_id", "viewer_id"),)

    order_id: str = Field(primary_key=True, foreign_key="orders.id")
    offer_id: str = Field(foreign_key="offer.id")
    viewer_id: str = Field(index=True)
    quantity: int
