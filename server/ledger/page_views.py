"""Page views: that somebody, or nobody knows who, opened a page of a show or of a channel."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Identity, Index, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import Field, SQLModel

from server.db import driver
from server.db.columns import moment
from server.ledger.flush import PageView


class PageViewRow(SQLModel, table=True):
    """One page view. Without an id nothing in it tells of a person; a crawler's has nothing but its time and place."""

    __tablename__ = "page_view"
    __table_args__: Any = (
        Index("page_view_channel_at", "channel_id", "at"),
        Index("page_view_show_at", "show_id", "at"),
        Index("page_view_at", "at"),
        Index("page_view_viewer", "viewer_id", postgresql_where=text("viewer_id IS NOT NULL")),
    )

    id: int | None = Field(
        default=None, sa_column=Column("id", BigInteger, Identity(always=True), primary_key=True)
    )
    channel_id: str
    show_id: str | None = None
    """None for a page that is about a channel and no show."""
    viewer_id: str | None = None
    """Of those who are signed in, or agreed to be recognised; the raw id."""
    at: datetime = moment("at", nullable=False)
    page: str
    """`viewer`, `element`, `frame` or `channel`."""
    site: str | None = None
    """The host of the page around an element."""
    referrer: str | None = None
    """The host of the page that led here; never more of its address."""
    source: str | None = None
    medium: str | None = None
    campaign: str | None = None
    term: str | None = None
    content: str | None = None
    device: str | None = None
    crawler: bool


COLUMNS: Final = (
    "channel_id", "show_id", "viewer_id", "at", "page", "site", "referrer", "source", "medium", "campaign", "term", "content",
    "device", "crawler",
)  # fmt: skip
_COPY: Final = f"COPY page_view ({', '.join(COLUMNS)}) FROM STDIN"
_FORGET: Final = text("""
    DELETE FROM page_view WHERE ctid = ANY(ARRAY(SELECT ctid FROM page_view WHERE at < :before LIMIT :most))
""")


async def save_page_views(connection: AsyncConnection, views: list[PageView]) -> None:
    """Keep page views, in the caller's transaction."""
    if views:
        await driver.copy(connection, _COPY, (tuple(getattr(v, name) for name in COLUMNS) for v in views))


async def forget_page_views(connection: AsyncConnection, before: datetime, most: int) -> int:
    """Delete at most so many page views from before then, and return how many."""
    return (await connection.execute(_FORGET, {"before": before, "most": most})).rowcount
