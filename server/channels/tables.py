"""Channels."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from server.db.columns import moment


class ChannelRow(SQLModel, table=True):
    """A merchant's series of shows with its catalogue and rules."""

    __tablename__ = "channel"

    id: str = Field(primary_key=True)
    name: str
    currency: str
    created_at: datetime = moment("created_at", nullable=False)
