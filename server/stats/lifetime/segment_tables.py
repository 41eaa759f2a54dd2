"""Segments that a channel's people have saved, and of which shows it has been written who was in which."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from server.db.columns import moment


class SegmentRow(SQLModel, table=True):
    """A rule over what is known of viewers, under a name."""

    __tablename__ = "segment"

    id: str = Field(primary_key=True)
    channel_id: str = Field(foreign_key="channel.id", index=True)
    name: str
    rule: dict[str, Any] = Field(sa_column=Column("rule", JSONB, nullable=False))
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    """One more with each change."""
    created_at: datetime = moment("created_at", nullable=False)
    changed_at: datetime = moment("changed_at", nullable=False)


class SegmentedShowRow(SQLModel, table=True):
    """That `rollup.segment` of a show's viewers has been written."""

    __tablename__ = "segmented_show"

    show_id: str = Field(primary_key=True)
    at: datetime = moment("at", nullable=False)
