"""Which pictures there are. Their files are in the store, under their ids."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, text
from sqlmodel import Field, SQLModel

from server.db.columns import moment


class PictureRow(SQLModel, table=True):
    """A picture that a channel has sent; the same bytes twice are one."""

    __tablename__ = "picture"
    __table_args__ = (Index("picture_channel_created", "channel_id", "created_at", "id"),)

    channel_id: str = Field(primary_key=True, foreign_key="channel.id")
    id: str = Field(primary_key=True)
    width: int = Field(sa_column=Column("width", BigInteger, nullable=False))
    height: int = Field(sa_column=Column("height", BigInteger, nullable=False))
    """Pixels, upright."""
    bytes: int = Field(sa_column=Column("bytes", BigInteger, nullable=False))
    """Of what was sent."""
    created_at: datetime = moment("created_at", nullable=False)
    by: str
    """The person, or the key, that sent it."""


class PictureSourceRow(SQLModel, table=True):
    """An address from which a channel's picture is to be fetched, or was: once fetched it is not asked again."""

    __tablename__ = "picture_source"
    __table_args__ = (Index("picture_source_due", "due_at", postgresql_where=text("state = 'waiting'")),)

    channel_id: str = Field(primary_key=True, foreign_key="channel.id")
    address: str = Field(primary_key=True)
    state: str
    """`waiting`, `kept` or `failed`."""
    picture_id: str | None = None
    why: str | None = None
    """Why it is not kept (`server.pictures.unfetched.Why`); also of the last attempt of one that waits."""
    attempts: int = Field(sa_column=Column("attempts", BigInteger, nullable=False))
    due_at: datetime = moment("due_at", nullable=False)
    """When it may be asked next; whoever has it in hand puts this off."""
    created_at: datetime = moment("created_at", nullable=False)
