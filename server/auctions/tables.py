"""Auctions, who bids in them, their bids, who may buy what they won, and who may not bid for a time."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, Column, Index, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from server.db.columns import moment


def _money(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


class AuctionRow(SQLModel, table=True):
    """An auction of a lot in a show, with its terms and how it stands. At most one of a product runs in a show.

    `step_froms` and `step_sizes` are the rows of its table of increments. `leader` is a bidder's number, `leader_max_minor` hidden.
    `hold_id`: what has the lot set aside; it becomes the winner's.
    """

    __tablename__ = "auction"
    __table_args__ = (
        Index("auction_show", "show_id", "id"),
        Index(
            "auction_running",
            "show_id",
            "product_id",
            unique=True,
            postgresql_where=text("state = 'running'"),
        ),
        Index("auction_to_close", "ends_at", postgresql_where=text("state = 'running'")),
    )

    id: str = Field(primary_key=True)
    channel_id: str = Field(foreign_key="channel.id", index=True)
    show_id: str = Field(foreign_key="show.id")
    product_id: str = Field(foreign_key="product.id")
    quantity: int
    currency: str
    start_minor: int = Field(sa_column=_money("start_minor"))
    step_froms: list[int] = Field(sa_column=Column("step_froms", ARRAY(BigInteger), nullable=False))
    step_sizes: list[int] = Field(sa_column=Column("step_sizes", ARRAY(BigInteger), nullable=False))
    seconds: int
    reserve_minor: int | None = Field(default=None, sa_column=_money("reserve_minor", nullable=True))
    extend_within_seconds: int
    extend_by_seconds: int
    extensions_max: int
    sudden_death_minor: int | None = Field(
        default=None, sa_column=_money("sudden_death_minor", nullable=True)
    )
    state: str
    version: int
    created_at: datetime = moment("created_at", nullable=False)
    opened_at: datetime | None = moment("opened_at")
    ends_at: datetime | None = moment("ends_at")
    extensions: int = 0
    closed_at: datetime | None = moment("closed_at")
    closed_why: str | None = None
    reason: str | None = None
    hold_id: str | None = None
    leader: int | None = None
    leader_max_minor: int = Field(default=0, sa_column=_money("leader_max_minor"))
    price_minor: int | None = Field(default=None, sa_column=_money("price_minor", nullable=True))
    bids: int = 0
    bidders: int = 0


class AuctionBidderRow(SQLModel, table=True):
    """Somebody who bids in an auction, under the number by which all others know them there. The id is the one they last bid by."""

    __tablename__ = "auction_bidder"
    __table_args__ = (Index("auction_bidder_viewer", "viewer_id"),)

    auction_id: str = Field(primary_key=True, foreign_key="auction.id")
    number: int = Field(primary_key=True)
    viewer_id: str
    name: str
    max_minor: int = Field(sa_column=_money("max_minor"))


class AuctionBidRow(SQLModel, table=True):
    """A bid that counted, and how the auction stood after it. Rows are only added."""

    __tablename__ = "auction_bid"

    auction_id: str = Field(primary_key=True, foreign_key="auction.id")
    nth: int = Field(primary_key=True)
    bidder: int
    max_minor: int = Field(sa_column=_money("max_minor"))
    price_minor: int = Field(sa_column=_money("price_minor"))
    leader: int
    at: datetime = moment("at", nullable=False)


class AuctionAwardRow(SQLModel, table=True):
    """A lot that somebody may buy by a hold: `nth` 1 the winner, 2 the runner-up, and nobody after. What became of it the hold says."""

    __tablename__ = "auction_award"

    auction_id: str = Field(primary_key=True, foreign_key="auction.id")
    nth: int = Field(primary_key=True)
    bidder: int
    price_minor: int = Field(sa_column=_money("price_minor"))
    hold_id: str = Field(unique=True)
    at: datetime = moment("at", nullable=False)


class AuctionBlockRow(SQLModel, table=True):
    """A winner who did not pay bids in no auction of the channel for a time, unless staff lift it."""

    __tablename__ = "auction_block"
    __table_args__ = (
        Index("auction_block_viewer", "viewer_id"),
        Index("auction_block_channel", "channel_id", "until", postgresql_where=text("NOT lifted")),
    )

    auction_id: str = Field(primary_key=True, foreign_key="auction.id")
    channel_id: str = Field(foreign_key="channel.id")
    viewer_id: str
    name: str
    at: datetime = moment("at", nullable=False)
    until: datetime = moment("until", nullable=False)
    lifted: bool = Field(
        default=False, sa_column=Column("lifted", Boolean, nullable=False, server_default=text("false"))
    )
