"""Which shows are held as one, and the invitations to it."""

from datetime import datetime

from sqlalchemy import Boolean, Column, Index, text
from sqlmodel import Field, SQLModel

from server.db.columns import moment


class JointShowRow(SQLModel, table=True):
    """A show that is, or was, held in the leading one. This table says so; `show.joint` of each of them follows (`settling`)."""

    __tablename__ = "joint_show"
    __table_args__ = (
        Index("joint_show_held", "show_id", unique=True, postgresql_where=text("left_at IS NULL")),
        Index("joint_show_open", "leading_id", postgresql_where=text("NOT over")),
    )

    leading_id: str = Field(primary_key=True, foreign_key="show.id")
    show_id: str = Field(primary_key=True, foreign_key="show.id")
    joined_at: datetime = moment("joined_at", nullable=False)
    joined_by: str
    left_at: datetime | None = moment("left_at")
    settled: bool = Field(
        default=False,
        sa_column=Column("settled", Boolean, nullable=False, server_default=text("false")),
    )
    """Whether the shows themselves say what this row says."""
    over: bool = Field(
        default=False, sa_column=Column("over", Boolean, nullable=False, server_default=text("false"))
    )
    """Nothing follows from it any more: the show has ended, or has left."""


class JointInvitationRow(SQLModel, table=True):
    """An invitation to hold a show together, used once; of its code the hash alone is kept."""

    __tablename__ = "joint_invitation"

    code_sha256: str = Field(primary_key=True)
    show_id: str = Field(foreign_key="show.id", index=True)
    made_by: str
    made_at: datetime = moment("made_at", nullable=False)
    ends_at: datetime = moment("ends_at", nullable=False)
