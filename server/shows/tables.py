"""Shows."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from server.db.columns import moment


class ShowRow(SQLModel, table=True):
    """One live session of selling. Its journal's head is in `journal_head`, under the same id."""

    __tablename__ = "show"

    id: str = Field(primary_key=True)
    channel_id: str = Field(foreign_key="channel.id", index=True)
    title: str
    host: str
    state: str = Field(default="scheduled")
    moderation: str = Field(default="post")
    guests_allowed: bool = Field(default=True)
    video_hls: str = Field(default="")
    video_mp4: str = Field(default="")
    video_poster: str = Field(default="")
    pinned_product: str | None = None
    pinned_question: str | None = None
    announcement: dict[str, Any] | None = Field(
        default=None, sa_column=Column("announcement", JSONB, nullable=True)
    )
    created_at: datetime = moment("created_at", nullable=False)
    starts_at: datetime | None = moment("starts_at")
    started_at: datetime | None = moment("started_at")
    ended_at: datetime | None = moment("ended_at")
    bots_looked_for: bool = Field(
        default=True,
        sa_column=Column("bots_looked_for", Boolean, nullable=False, server_default=text("true")),
    )
    """Whether the server that started it tells suspected bots; where not, nobody can say that there were none."""
