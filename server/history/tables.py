"""What the import remembers, and exports that were asked for."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Index, String
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from server.db.columns import moment


class ImportedEntryRow(SQLModel, table=True):
    """That an entry was imported: a number of 128 bits made of its channel and its id, so that it comes once. Nothing else reads it."""

    __tablename__ = "imported_entry"

    id: UUID = Field(primary_key=True)


class ExportJobRow(SQLModel, table=True):
    """An export that was asked for, and the file that it became: `SHOWFLOOR_DATA/exports/{id}`."""

    __tablename__ = "export_job"
    __table_args__ = (Index("export_job_oldest", "created_at"),)

    id: str = Field(primary_key=True)
    channel_id: str = Field(foreign_key="channel.id")
    state: str
    """`waiting`, `working`, `ready`, `failed` or `cancelled`."""
    of: str
    shows: list[str] = Field(sa_column=Column("shows", ARRAY(String), nullable=False))
    form: str
    bom: bool
    tz: str
    shows_done: int = Field(default=0, sa_type=BigInteger)
    rows: int | None = Field(default=None, sa_type=BigInteger)
    bytes: int | None = Field(default=None, sa_type=BigInteger)
    attempts: int = Field(default=0, sa_type=BigInteger)
    """How often it was begun without an end."""
    taken_at: datetime | None = moment("taken_at")
    """When whoever works on it last told."""
    actor: str
    created_at: datetime = moment("created_at", nullable=False)
    ready_at: datetime | None = moment("ready_at")
    query: dict[str, Any] | None = Field(default=None, sa_column=Column("query", JSONB, nullable=True))
    """The question whose result it is."""
    rows_done: int | None = Field(default=None, sa_type=BigInteger)
    """How many rows are read while it is being made."""
    problem: str | None = None
    """Why it failed, in a sentence."""
