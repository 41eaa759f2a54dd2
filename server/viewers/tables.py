"""Who of a show's viewers is known to be somebody else: the only thing about viewers that has rows of its own."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from server.db.columns import moment


class ViewerAliasRow(SQLModel, table=True):
    """What a guest did in a show counts as a known viewer's, who they turned out to be. Rows stay; one that was taken back says when."""

    __tablename__ = "viewer_alias"
    __table_args__ = (
        Index(
            "viewer_alias_raw", "show_id", "raw", unique=True, postgresql_where=text("taken_back_at IS NULL")
        ),
        Index("viewer_alias_canonical", "show_id", "canonical"),
    )

    id: str = Field(primary_key=True)
    show_id: str
    raw: str
    """The guest, under whose id everything was written."""
    canonical: str
    """The known viewer, whose it is."""
    at: datetime = moment("at", nullable=False)
    taken_back_at: datetime | None = moment("taken_back_at")
