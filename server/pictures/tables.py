"""Which pictures there are. Their files are in the store, under their ids."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index
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
