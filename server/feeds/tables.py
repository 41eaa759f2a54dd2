"""Imports: the file that was sent, and what would come, or came, of each of its products."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from server.db.columns import moment


class ImportRow(SQLModel, table=True):
    """A file of products on its way into the catalogue."""

    __tablename__ = "feed_import"
    __table_args__ = (
        Index("feed_import_channel", "channel_id", "created_at", "id"),
        Index("feed_import_open", "created_at", postgresql_where=text("state IN ('waiting', 'applying')")),
    )

    id: str = Field(primary_key=True)
    channel_id: str = Field(foreign_key="channel.id")
    state: str
    """`waiting` to be read and compared, `ready`, `applying`, `applied`, or `failed`: it cannot be read."""
    format: str | None = None
    name: str = ""
    """Of the file, as the sender calls it."""
    bytes: int = Field(sa_column=Column("bytes", BigInteger, nullable=False))
    digest: str = ""
    """SHA-256 of it: the same key with another file is another wish."""
    lines: int = 0
    counts: dict[str, int] = Field(default_factory=dict, sa_column=Column("counts", JSONB, nullable=False))
    """Products by what would come of them."""
    problem: dict[str, Any] | None = Field(default=None, sa_column=Column("problem", JSONB, nullable=True))
    """Why it cannot be read: reason, line, message."""
    changed: bool = False
    """The catalogue was changed since the preview that was to be applied, so that there is another now."""
    attempts: int = 0
    """How often it was begun to be read, or applied, without an end."""
    percent: int = Field(
        default=0, sa_column=Column("percent", BigInteger, nullable=False, server_default=text("0"))
    )
    """How far whoever works on it is, by the work's parts."""
    taken_at: datetime | None = moment("taken_at")
    actor: str
    actor_name: str = ""
    role: str
    created_at: datetime = moment("created_at", nullable=False)
    applied_at: datetime | None = moment("applied_at")


def _of_import() -> Any:
    return Field(
        sa_column=Column(
            "import_id", String, ForeignKey("feed_import.id", ondelete="CASCADE"), primary_key=True
        )
    )


class PieceRow(SQLModel, table=True):
    """A part of the file, as it came."""

    __tablename__ = "feed_piece"

    import_id: str = _of_import()
    n: int = Field(primary_key=True)
    content: bytes = Field(sa_column=Column("content", LargeBinary, nullable=False))


class LineRow(SQLModel, table=True):
    """A product of the file: what would come of it and why, the product that it is and its version then, and what it is to be."""

    __tablename__ = "feed_line"
    __table_args__ = (Index("feed_line_outcome", "import_id", "outcome", "n"),)

    import_id: str = _of_import()
    n: int = Field(primary_key=True)
    outcome: str
    face: dict[str, Any] = Field(sa_column=Column("face", JSONB, nullable=False))
    product_id: str | None = None
    version: int | None = None
    wanted: dict[str, Any] | None = Field(default=None, sa_column=Column("wanted", JSONB, nullable=True))


class LinePictureRow(SQLModel, table=True):
    """An address of a picture that a product of the file names; `picture_source` tells what became of it."""

    __tablename__ = "feed_picture"

    import_id: str = _of_import()
    n: int = Field(primary_key=True)
    address: str = Field(primary_key=True)
