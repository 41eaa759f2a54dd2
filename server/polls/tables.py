"""Polls, and what viewers voted in them."""

from datetime import datetime

from sqlalchemy import Column, Index, Integer, String, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from server.db.columns import moment


class PollRow(SQLModel, table=True):
    """One poll of a show. At most one of a show is `shown`: open, or with its result before everybody's eyes.

    `counts`, `voters` and `apart` are what `poll_vote` adds up to, written by the transaction that writes it; `told_…` is what was
    published last.
    """

    __tablename__ = "poll"
    __table_args__ = (
        Index("poll_show", "show_id", "id"),
        Index("poll_shown", "show_id", unique=True, postgresql_where=text("shown")),
        Index("poll_open", "show_id", postgresql_where=text("state = 'open'")),
    )

    id: str = Field(primary_key=True)
    channel_id: str = Field(foreign_key="channel.id")
    show_id: str = Field(foreign_key="show.id")
    kind: str
    question: str
    choices: list[str] = Field(sa_column=Column("choices", ARRAY(String), nullable=False))
    picks_min: int
    picks_max: int
    right_choice: int | None = None
    results: str
    changeable: bool
    seconds: int | None = None
    state: str
    version: int
    shown: bool
    counts: list[int] = Field(sa_column=Column("counts", ARRAY(Integer), nullable=False))
    voters: int
    apart: int
    told_counts: list[int] = Field(sa_column=Column("told_counts", ARRAY(Integer), nullable=False))
    told_voters: int
    told_apart: int
    untold: bool
    told_at: datetime | None = moment("told_at")
    created_at: datetime = moment("created_at", nullable=False)
    opened_at: datetime | None = moment("opened_at")
    closes_at: datetime | None = moment("closes_at")
    closed_at: datetime | None = moment("closed_at")
    ended: str | None = None


class PollVoteRow(SQLModel, table=True):
    """One viewer's newest vote in a poll, choices from 0. `apart`: in no count. `at` is that of the first."""

    __tablename__ = "poll_vote"
    __table_args__ = (Index("poll_vote_show", "show_id", "viewer_id"),)

    poll_id: str = Field(primary_key=True, foreign_key="poll.id")
    viewer_id: str = Field(primary_key=True)
    show_id: str
    choices: list[int] = Field(sa_column=Column("choices", ARRAY(Integer), nullable=False))
    apart: bool
    at: datetime = moment("at", nullable=False)
    changed_at: datetime = moment("changed_at", nullable=False)
