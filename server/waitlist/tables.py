"""Places in line for products that are sold out, and the lines that staff have closed."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from server.db.columns import moment


class PlaceRow(SQLModel, table=True):
    """One viewer's place in the line of a product, or variant; the viewer's idempotency key makes it unique.

    A line is the product's, over all shows of its channel: `nr` counts who joined, and whoever has the lowest is next. A place belongs to
    the show in which it was taken. It stands while it is `waiting` or `called`; a person has one that stands for each product.
    """

    __tablename__ = "waitlist_place"
    __table_args__ = (
        UniqueConstraint("viewer_id", "key", name="waitlist_place_viewer_key"),
        CheckConstraint("quantity > 0 AND quantity <= asked", name="waitlist_place_quantity"),
        Index("waitlist_place_nr", "product_id", "nr", unique=True),
        Index("waitlist_place_line", "product_id", "nr", postgresql_where=text("state = 'waiting'")),
        Index("waitlist_place_show", "show_id", postgresql_where=text("state = 'waiting'")),
        Index("waitlist_place_hold", "hold_id", unique=True, postgresql_where=text("hold_id IS NOT NULL")),
        Index(
            "waitlist_place_standing",
            "product_id",
            "viewer_id",
            unique=True,
            postgresql_where=text("state IN ('waiting', 'called')"),
        ),
    )

    id: str = Field(primary_key=True)
    channel_id: str
    show_id: str
    viewer_id: str
    key: str
    product_id: str
    nr: int = Field(sa_column=Column("nr", BigInteger, nullable=False))
    asked: int
    """Units that were asked for with the key."""
    quantity: int
    """Units that are waited for: as many, or fewer since."""
    state: str
    """`waiting`, `called`, `served`, `missed`, `left` or `ended`."""
    why: str | None = None
    hold_id: str | None = None
    """The turn: a hold of the viewer's."""
    guest: bool = Field(
        default=False, sa_column=Column("guest", Boolean, nullable=False, server_default=text("false"))
    )
    staff: bool = Field(
        default=False, sa_column=Column("staff", Boolean, nullable=False, server_default=text("false"))
    )
    joined_at: datetime = moment("joined_at", nullable=False)
    called_at: datetime | None = moment("called_at")
    ended_at: datetime | None = moment("ended_at")


class ClosedLineRow(SQLModel, table=True):
    """A product whose line is closed: nobody may join it. No row: it is open."""

    __tablename__ = "waitlist_closed"

    product_id: str = Field(primary_key=True)
    channel_id: str
    at: datetime = moment("at", nullable=False)
