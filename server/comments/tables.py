"""Comments, the reactions to them, and where each show's stream stands."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from server.db.columns import moment


class CommentRow(SQLModel, table=True):
    """A viewer's comment. `place` is its number among those that viewers were shown, `staff_place` among those that staff are told of."""

    __tablename__ = "comment"
    __table_args__ = (
        Index("comment_show_newest", "show_id", "id"),
        Index(
            "comment_show_place", "show_id", "place", unique=True, postgresql_where=text("place IS NOT NULL")
        ),
        Index(
            "comment_show_staff_place",
            "show_id",
            "staff_place",
            unique=True,
            postgresql_where=text("staff_place IS NOT NULL"),
        ),
        Index("comment_show_viewer", "show_id", "viewer_id"),
    )

    id: str = Field(primary_key=True)
    show_id: str = Field(foreign_key="show.id")
    viewer_id: str = Field(index=True)
    author: str
    role: str
    text: str
    state: str
    version: int = 0
    at: datetime = moment("at", nullable=False)
    place: int | None = Field(default=None, sa_type=BigInteger)
    staff_place: int | None = Field(default=None, sa_type=BigInteger)
    shadow: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    state_before: str | None = None
    reason: str | None = None
    moderated_by: str | None = None
    question_id: str | None = None
    reactions: dict[str, int] = Field(
        default_factory=dict, sa_column=Column("reactions", JSONB, nullable=False, server_default="{}")
    )
    """How many viewers reacted, by kind; counted in `comment_reaction`."""


class CommentReactionRow(SQLModel, table=True):
    """One viewer's reaction of one kind to one comment."""

    __tablename__ = "comment_reaction"
    __table_args__ = (Index("comment_reaction_show_viewer", "show_id", "viewer_id"),)

    comment_id: str = Field(primary_key=True, foreign_key="comment.id")
    viewer_id: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    show_id: str
    at: datetime = moment("at", nullable=False)


class CommentStreamRow(SQLModel, table=True):
    """Where a show's stream stands: its totals, and from when on (milliseconds since 1970) its allowances are whole again."""

    __tablename__ = "comment_stream"

    show_id: str = Field(primary_key=True, foreign_key="show.id")
    written: int = Field(default=0, sa_type=BigInteger)
    shown: int = Field(default=0, sa_type=BigInteger)
    told: int = Field(default=0, sa_type=BigInteger)
    whole_ms: int = Field(default=0, sa_type=BigInteger)
    staff_whole_ms: int = Field(default=0, sa_type=BigInteger)
