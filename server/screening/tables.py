"""What channels screen by, and when viewers wrote last where that is slowed down."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from server.db.columns import moment


def _list(name: str) -> Any:
    return Field(
        default_factory=list, sa_column=Column(name, JSONB, nullable=False, server_default=text("'[]'"))
    )


class ScreeningSettingsRow(SQLModel, table=True):
    """How a channel screens what viewers write; a channel without a row lets everything through."""

    __tablename__ = "screening_settings"

    channel_id: str = Field(primary_key=True, foreign_key="channel.id")
    entries: list[dict[str, Any]] = _list("entries")
    """Each with `kind`, `text` and `does`."""
    links: str = Field(default="allow", sa_column_kwargs={"server_default": "allow"})
    hosts: list[str] = _list("hosts")
    slow_seconds: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    newcomers_held: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    reviewer_url: str | None = None
    reviewer_fallback: str = Field(default="allow", sa_column_kwargs={"server_default": "allow"})
    reviewer_secret: str | None = None
    """Sealed; what is sent to the reviewer is signed with it."""
    version: int = Field(default=1, sa_type=BigInteger, sa_column_kwargs={"server_default": "1"})
    """One more with each change of the row."""


class LastWrittenRow(SQLModel, table=True):
    """When a viewer wrote last in a show that is slowed down; gone when it ends."""

    __tablename__ = "last_written"

    show_id: str = Field(primary_key=True, foreign_key="show.id")
    viewer_id: str = Field(primary_key=True, index=True)
    at: datetime = moment("at", nullable=False)
