"""Which shows are sealed, and the numbers by which sealed files, and columns, tell people apart."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Identity, Index, Integer
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from server.db.columns import moment


class SealedShowRow(SQLModel, table=True):
    """How far a show is sealed.

    `writing`: its files are being written, and any change of its facts deletes this row. `sealed`: its files hold its entries up to
    `last_entry` and all its stretches, whatever of them is still in SQL. `unsealed`: SQL holds all, the files are to be removed.
    """

    __tablename__ = "sealed_show"

    show_id: str = Field(primary_key=True)
    channel_id: str
    state: str
    claim: str
    base: str
    """Where files are: `file:///folder` or `s3://bucket/prefix`."""
    generation: int = Field(sa_column=Column("generation", Integer, nullable=False))
    """Part of the files' names: a file is never written twice."""
    last_entry: int = Field(default=0, sa_column=Column("last_entry", BigInteger, nullable=False))
    entries: int = Field(default=0, sa_column=Column("entries", BigInteger, nullable=False))
    playing: int = Field(default=0, sa_column=Column("playing", BigInteger, nullable=False))
    people: int = Field(default=0, sa_column=Column("people", BigInteger, nullable=False))
    bytes: int = Field(default=0, sa_column=Column("bytes", BigInteger, nullable=False))
    reactions: dict[str, Any] | None = Field(
        default=None, sa_column=Column("reactions", JSONB, nullable=True)
    )
    """Reactions by kind, which a room asks for when Redis has lost them."""
    at: datetime = moment("at", nullable=False)


class SealedPersonRow(SQLModel, table=True):
    """A small number for each viewer in sealed files and in columns: numbers are counted apart many times faster than ids."""

    __tablename__ = "sealed_person"
    __table_args__ = (Index("sealed_person_n", "n", unique=True),)

    viewer_id: str = Field(primary_key=True)
    n: int | None = Field(
        default=None, sa_column=Column("n", BigInteger, Identity(always=True), nullable=False)
    )
