"""Erasures that were asked for."""

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import BigInteger, Column, Index, text
from sqlmodel import Field, SQLModel

from server.db.columns import moment

NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)


class ErasureRow(SQLModel, table=True):
    """Somebody is to be erased, or was. It stays, for the merchant's proof; once it is done the id in it leads to nobody."""

    __tablename__ = "erasure"
    __table_args__ = (
        Index("erasure_channel", "channel_id", text('id COLLATE "C"')),
        Index("erasure_open", "try_at", postgresql_where=text("done_at IS NULL")),
    )

    id: str = Field(primary_key=True)
    channel_id: str
    viewer_id: str
    asked_at: datetime = moment("asked_at", nullable=False)
    asked_by: str | None = None
    """Who of the channel has asked, and `asked_by_name`; null: the person themselves."""
    asked_by_name: str | None = None
    try_at: datetime = moment("try_at", nullable=False)
    """No process takes it on before that. `NEVER` where a part is due by another row."""
    done_at: datetime | None = moment("done_at")
    ids: int | None = Field(default=None, sa_column=Column("ids", BigInteger))
    shows: int | None = Field(default=None, sa_column=Column("shows", BigInteger))
    rows: int | None = Field(default=None, sa_column=Column("rows", BigInteger))


class ErasurePartRow(SQLModel, table=True):
    """That the erasure, until it is done, is of what its channel keeps alone, and when it is tried next.

    In a table of its own: a server of the version before knows of whole erasures only, and must not take this one for one.
    """

    __tablename__ = "erasure_part"

    erasure_id: str = Field(primary_key=True, foreign_key="erasure.id")
    due_at: datetime = moment("due_at", nullable=False, index=True)
