"""What is final of a show and kept: its curve, its report, and what that is made of."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, String
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from server.db.columns import moment


class ShowCurveRow(SQLModel, table=True):
    """What an ended show came to over time: once, until something about it changes. Positions are whole seconds since the start."""

    __tablename__ = "show_curve"

    show_id: str = Field(primary_key=True)
    started_at: datetime = moment("started_at", nullable=False)
    ended_at: datetime = moment("ended_at", nullable=False)
    peak: int
    peak_us: int | None = Field(default=None, sa_column=Column("peak_us", BigInteger, nullable=True))
    """Microseconds from the start to when it was first reached."""
    present: list[int] = Field(sa_column=Column("present", ARRAY(Integer), nullable=False))
    """c(t) at each whole minute."""
    joined: list[int] = Field(sa_column=Column("joined", ARRAY(Integer), nullable=False))
    """How many had come by then."""
    watching: list[int] = Field(sa_column=Column("watching", ARRAY(Integer), nullable=False))
    """The most at once within each second."""
    reactions: list[int] = Field(sa_column=Column("reactions", ARRAY(Integer), nullable=False))
    clicks: list[int] = Field(sa_column=Column("clicks", ARRAY(Integer), nullable=False))
    replayed: bool
    """Whether any playing that began after the end was recorded."""
    acts_claim: str | None = None
    """Of the acts (`FinalReportRow`) that were made with it."""


class FinalReportRow(SQLModel, table=True):
    """The report of a settled show as it was made, or a claim of somebody who makes it (`report` is null then), and what it is made of.

    It has no ids of viewers in it. Whatever changes a fact that it may rest on deletes it (`server.ledger.final`).
    """

    __tablename__ = "final_report"
    __table_args__ = (Index("final_report_channel", "channel_id"),)

    show_id: str = Field(primary_key=True)
    window_days: int = Field(primary_key=True)
    definition_version: int = Field(primary_key=True)
    channel_id: str
    claim: str
    """Of whoever makes it; another claim takes its place."""
    claimed_at: datetime = moment("claimed_at", nullable=False)
    rests_until: datetime = moment("rests_until", nullable=False)
    """What happened in other shows from then on is not in it."""
    good_until: datetime | None = moment("good_until")
    """When the window of who came again has passed, so that it is to be made anew; null once it is in it."""
    made_at: datetime | None = moment("made_at")
    report: dict[str, Any] | None = Field(default=None, sa_column=Column("report", JSON, nullable=True))
    products: list[str] | None = Field(
        default=None, sa_column=Column("products", ARRAY(String), nullable=True)
    )
    wares: str | None = None
    """A digest of how the catalogue names and orders these products."""
    digest: str | None = None
    """A digest of the rows that it was made from."""
    people: dict[str, Any] | None = Field(default=None, sa_column=Column("people", JSON, nullable=True))
    """Who watched and came back; no later order changes it."""
    acts: dict[str, Any] | None = Field(default=None, sa_column=Column("acts", JSON, nullable=True))
    """What viewers did: the funnel and the products. What comes after the show's end does not change it."""
    moments: dict[str, Any] | None = Field(default=None, sa_column=Column("moments", JSON, nullable=True))
    acts_claim: str | None = None
    """Of whoever makes `acts` and `moments`, which hold as long as the show's curve was made with them."""
