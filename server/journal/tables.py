"""The journal's tables: a head per show, whose row lock hands out offsets, and the publications, which are their own outbox."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, Column, Index, Text, text
from sqlmodel import Field, SQLModel

from server.db.columns import moment


class JournalHead(SQLModel, table=True):
    """The newest offset of a show's journal; locking this row puts commits of one show into one order."""

    __tablename__ = "journal_head"

    show_id: str = Field(primary_key=True)
    epoch: str
    top: int = Field(default=0, sa_column=Column("top", BigInteger, nullable=False, server_default="0"))
    rehearsal: bool = Field(
        default=False, sa_column=Column("rehearsal", Boolean, nullable=False, server_default=text("false"))
    )
    """Whether what happens now is a rehearsal: nothing of it is kept, and none of it is a fact."""


class PublicationRow(SQLModel, table=True):
    """One publication: its line as viewers read it, and as staff read it where that differs."""

    __tablename__ = "publication"

    show_id: str = Field(primary_key=True, foreign_key="journal_head.show_id")
    offset: int = Field(sa_column=Column("offset", BigInteger, primary_key=True))
    type: str
    at: datetime = moment("at", nullable=False)
    line: str = Field(sa_column=Column("line", Text, nullable=False))
    staff_line: str | None = Field(default=None, sa_column=Column("staff_line", Text, nullable=True))


class IntentRow(SQLModel, table=True):
    """What a viewer wanted under a key, and what came of it: written in the transaction that brought it about."""

    __tablename__ = "intent"
    __table_args__ = (Index("intent_oldest", "at"),)

    viewer_id: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    parameters: str
    """A hash of everything that was asked for."""
    result: str
    """JSON."""
    at: datetime = moment("at", nullable=False)
