"""The audit."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from server.db.columns import moment


class AuditRow(SQLModel, table=True):
    """Who did what to what: a row for every moderation and money action of staff."""

    __tablename__ = "audit"
    __table_args__ = (Index("audit_channel_at", "channel_id", "at", "id"),)

    id: str = Field(primary_key=True)
    show_id: str = Field(index=True)
    at: datetime = moment("at", nullable=False)
    actor: str
    name: str = ""
    """Who the actor was called then; empty in rows from before this."""
    role: str
    action: str
    subject: str
    channel_id: str | None = None
    """Filled by a trigger of the table, from `details` or the show, whoever writes the row."""
    details: dict[str, Any] = Field(default_factory=dict, sa_column=Column("details", JSONB, nullable=False))
