"""Reports by viewers, and how many of them hold something by themselves."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from server.db.columns import moment


class ReportRow(SQLModel, table=True):
    """One viewer's report of one item, once. `ignored`: staff found that it was made for nothing; this viewer's count no more here."""

    __tablename__ = "report"
    __table_args__ = (
        Index("report_of_show", "show_id", "kind", "item_id"),
        Index("report_of_viewer", "viewer_id", "channel_id"),
    )

    kind: str = Field(primary_key=True)
    item_id: str = Field(primary_key=True)
    viewer_id: str = Field(primary_key=True)
    show_id: str
    channel_id: str
    reason: str
    at: datetime = moment("at", nullable=False)
    settled_at: datetime | None = moment("settled_at")
    ignored: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})


class ReportSettingsRow(SQLModel, table=True):
    """After how many viewers' reports an item is held in a channel; 0: never. Without a row it is three."""

    __tablename__ = "report_settings"

    channel_id: str = Field(primary_key=True)
    hold_after: int
