"""Questions and their votes."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, String, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from server.db.columns import moment


class QuestionRow(SQLModel, table=True):
    """A viewer's question; `version` counts changes of state, `votes` is kept beside them, those in doubt apart."""

    __tablename__ = "question"
    __table_args__ = (
        Index("question_show_newest", "show_id", "id"),
        Index("question_on_stage", "show_id", postgresql_where=text("stage_host IS NOT NULL")),
    )

    id: str = Field(primary_key=True)
    show_id: str = Field(foreign_key="show.id")
    viewer_id: str = Field(index=True)
    author: str
    text: str
    state: str
    version: int = 0
    votes: int = 0
    asked_at: datetime = moment("asked_at", nullable=False)
    answer_text: str | None = None
    answered_live: bool = False
    answered_at: datetime | None = moment("answered_at")
    dismissed_reason: str | None = None
    moderated_by: str | None = None
    role: str = Field(default="viewer", sa_column_kwargs={"server_default": "viewer"})
    answered_by: str | None = None
    answered_role: str | None = None
    votes_apart: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    state_before: str | None = None
    private_text: str | None = None
    answering_ms: int | None = Field(default=None, sa_type=BigInteger)
    claimed_by: str | None = None
    claimed_name: str | None = None
    claimed_until: datetime | None = moment("claimed_until")
    claimed_at: str | None = None
    merged_into: str | None = None
    merged: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    product_id: str | None = None
    anonymous: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    held: list[dict[str, str]] = Field(
        default_factory=list, sa_column=Column(JSONB, nullable=False, server_default="[]")
    )
    """Why it was held or shadowed: each with `by` and, where there is more to say, `what`."""
    labels: list[str] = Field(
        default_factory=list, sa_column=Column(ARRAY(String), nullable=False, server_default="{}")
    )
    comment_id: str | None = None
    stage_host: str | None = None
    """The host who is to answer it, on whose stage it stands; `stage_rank` is its place there, the least first."""
    stage_rank: int | None = Field(default=None, sa_type=BigInteger)
    staged_by: str | None = None
    """Who put it there, by name."""
    replay_ms: int | None = Field(default=None, sa_type=BigInteger)


class VoteRow(SQLModel, table=True):
    """One viewer's vote for one question."""

    __tablename__ = "vote"
    __table_args__ = (Index("vote_show_viewer", "show_id", "viewer_id"),)

    question_id: str = Field(primary_key=True, foreign_key="question.id")
    viewer_id: str = Field(primary_key=True)
    show_id: str
    at: datetime = moment("at", nullable=False)
    suspect: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
