"""Viewers' own posts, where they are shown, and their pictures on the way in and out."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from server.db.columns import moment


class PostRow(SQLModel, table=True):
    """A viewer's own post about a product. Of one that was taken back, nothing is left but that it was there and what was agreed to."""

    __tablename__ = "post"
    __table_args__ = (
        Index("post_channel", "channel_id", "id"),
        Index("post_product", "product_id", "id", postgresql_where=text("state = 'approved'")),
        Index("post_waiting", "show_id", postgresql_where=text("state = 'held'")),
        Index("post_picture", "picture_id", unique=True, postgresql_where=text("picture_id IS NOT NULL")),
    )

    id: str = Field(primary_key=True)
    channel_id: str = Field(foreign_key="channel.id")
    show_id: str = Field(foreign_key="show.id")
    """In which it was sent."""
    product_id: str = Field(foreign_key="product.id")
    viewer_id: str = Field(index=True)
    author: str
    """Empty where they did not want to be named."""
    text: str
    picture_id: str | None = None
    width: int | None = None
    height: int | None = None
    state: str
    version: int
    at: datetime = moment("at", nullable=False)
    consent: str
    """Which words its author agreed to, at `at`."""
    held_for: list[Any] = Field(
        default_factory=list, sa_column=Column("held_for", JSONB, nullable=False, server_default="[]")
    )
    reason: str | None = None
    moderated_by: str | None = None
    moderated_at: datetime | None = moment("moderated_at")


class PostShowingRow(SQLModel, table=True):
    """That an approved post stands before the viewers of a show (`shown`), or did: its words are in the show's journal."""

    __tablename__ = "post_showing"
    __table_args__ = (
        Index("post_showing_post", "post_id"),
        Index("post_showing_shown", "show_id", unique=True, postgresql_where=text("shown")),
    )

    show_id: str = Field(primary_key=True, foreign_key="show.id")
    post_id: str = Field(primary_key=True)
    shown: bool
    at: datetime = moment("at", nullable=False)


class PostUploadRow(SQLModel, table=True):
    """A picture that a viewer has sent and that is in no post yet."""

    __tablename__ = "post_upload"
    __table_args__ = (Index("post_upload_at", "at"),)

    id: str = Field(primary_key=True)
    channel_id: str
    viewer_id: str = Field(index=True)
    width: int
    height: int
    at: datetime = moment("at", nullable=False)


class DroppedPictureRow(SQLModel, table=True):
    """A picture whose files are to be deleted, or tried again from `due_at` on. It names nobody."""

    __tablename__ = "dropped_picture"

    id: str = Field(primary_key=True)
    due_at: datetime = moment("due_at", nullable=False)
