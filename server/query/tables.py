"""Questions that a channel's people have saved, and how each was before."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from server.db.columns import moment


def _query() -> Any:
    return Field(sa_column=Column("query", JSONB, nullable=False))


class SavedQueryRow(SQLModel, table=True):
    """A question under a name, for everybody of the channel who may read figures. Who saved it is called by their name then."""

    __tablename__ = "saved_query"
    __table_args__ = (Index("saved_query_of_channel", "channel_id", "id"),)

    id: str = Field(primary_key=True)
    channel_id: str = Field(foreign_key="channel.id")
    name: str
    query: dict[str, Any] = _query()
    version: int = Field(default=1, sa_type=BigInteger)
    created_by: str
    changed_by: str
    created_at: datetime = moment("created_at", nullable=False)
    changed_at: datetime = moment("changed_at", nullable=False)


class SavedQueryVersionRow(SQLModel, table=True):
    """A saved question as it was, or is, in one version."""

    __tablename__ = "saved_query_version"

    query_id: str = Field(
        sa_column=Column(
            "query_id", String, ForeignKey("saved_query.id", ondelete="CASCADE"), primary_key=True
        )
    )
    version: int = Field(primary_key=True, sa_type=BigInteger)
    name: str
    query: dict[str, Any] = _query()
    by: str
    at: datetime = moment("at", nullable=False)
