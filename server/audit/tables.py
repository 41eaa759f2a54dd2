"""The audit."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from server.db.columns import moment


class AuditRow(SQLModel, table=True):
    """Who did what to what: a row for every moderation and money action of staff."""

    __tablename__ = "audit"

    id: str = Field(primary_key=True)
    show_id: str = Field(index=True)
    at: datetime = moment("at", nullable=False)
    actor: str
    name: str = ""
    """Who the actor was called then; empty in rows from before this."""
    role: str
    action: str
    subject: str
    details: dict[str, Any] = Field(default_factory=dict, sa_column=Column("details", JSONB, nullable=False))
