"""Giveaways, who entered them, and who has won."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from server.db.columns import moment


class GiveawayRow(SQLModel, table=True):
    """One giveaway of a show. At most one of a show is `shown`. `seed` is secret until `state` is `drawn`; a cancelled one has none."""

    __tablename__ = "giveaway"
    __table_args__ = (
        Index("giveaway_show", "show_id", "id"),
        Index("giveaway_shown", "show_id", unique=True, postgresql_where=text("shown")),
    )

    id: str = Field(primary_key=True)
    channel_id: str = Field(foreign_key="channel.id")
    show_id: str = Field(foreign_key="show.id")
    prize: str
    task: str
    product_id: str | None = None
    hint: str
    seconds: int | None = None
    winners_max: int
    claim_seconds: int
    per_address_max: int
    state: str
    version: int
    shown: bool
    seed: str | None = None
    commitment: str | None = None
    entries: int
    told_entries: int
    told_at: datetime | None = moment("told_at")
    digest: str | None = None
    left_out: Any = Field(default=None, sa_column=Column("left_out", JSONB(none_as_null=True), nullable=True))
    reason: str
    created_at: datetime = moment("created_at", nullable=False)
    opened_at: datetime | None = moment("opened_at")
    closes_at: datetime | None = moment("closes_at")
    closed_at: datetime | None = moment("closed_at")
    drawn_at: datetime | None = moment("drawn_at")


class GiveawayEntryRow(SQLModel, table=True):
    """One viewer's entry. `address` is a keyed digest of where a guest came from, gone with the draw; `excluded`: why it was left out."""

    __tablename__ = "giveaway_entry"
    __table_args__ = (Index("giveaway_entry_show", "show_id", "viewer_id"),)

    giveaway_id: str = Field(primary_key=True, foreign_key="giveaway.id")
    viewer_id: str = Field(primary_key=True)
    show_id: str
    ticket: str
    name: str
    at: datetime = moment("at", nullable=False)
    address: str | None = None
    staff: bool
    doubt: str | None = None
    excluded: str | None = None


class GiveawayWinnerRow(SQLModel, table=True):
    """Who was drawn, by their place in the draw. `contact` is what they wrote when they claimed the prize."""

    __tablename__ = "giveaway_winner"

    giveaway_id: str = Field(primary_key=True, foreign_key="giveaway.id")
    rank: int = Field(primary_key=True)
    viewer_id: str = Field(index=True)
    ticket: str
    name: str
    state: str
    claim_by: datetime = moment("claim_by", nullable=False)
    claimed_at: datetime | None = moment("claimed_at")
    contact: str | None = None
