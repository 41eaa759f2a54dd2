"""Page views: that somebody, or nobody knows who, opened a page of a show or of a channel."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Identity, Index, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import Field, SQLModel

from server.db import driver
from server.db.columns import moment
from server.db.driver import as_json
from server.ledger.flush import Attendance, PageView


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


COLUMNS: Final = PageView.__struct_fields__
"""A flush carries what the table keeps."""
_COPY: Final = f"COPY page_view ({', '.join(COLUMNS)}) FROM STDIN"
# A join that names no source has that of the first page view by this viewer that names one, before or after it.
_NAME_SOURCES: Final = text("""
    UPDATE attendance AS a SET source = first.source FROM (
        SELECT DISTINCT ON (v.show_id, v.viewer_id) v.show_id, v.viewer_id, v.source
        FROM json_to_recordset(CAST(:pairs AS json)) AS p (show_id text, viewer_id text)
        JOIN page_view AS v ON v.viewer_id = p.viewer_id AND v.show_id = p.show_id
        WHERE v.source IS NOT NULL ORDER BY v.show_id, v.viewer_id, v.at, v.id
    ) AS first
    WHERE a.show_id = first.show_id AND a.viewer_id = first.viewer_id AND a.source IS NULL
    RETURNING a.show_id, a.viewer_id
""")
_FORGET: Final = text("""
    DELETE FROM page_view WHERE ctid = ANY(ARRAY(SELECT ctid FROM page_view WHERE at < :before LIMIT :most))
""")


async def save_page_views(
    connection: AsyncConnection, views: list[PageView], attendances: list[Attendance]
) -> set[tuple[str, str]]:
    """Keep page views, in the caller's transaction, once it has kept who came.

    Who came without a source has that of their page view. Returns the (show, viewer) pairs for which that was so.
    """
    if views:
        await driver.copy(connection, _COPY, (tuple(getattr(v, name) for name in COLUMNS) for v in views))
    pairs = {(v.show_id, v.viewer_id) for v in views if v.viewer_id and v.show_id and v.source}
    pairs |= {
        (a.show_id, a.viewer_id) for a in attendances if a.source is None and (a.remembered or not a.guest)
    }
    if not pairs:
        return set()
    rows = [
        {"show_id": show_id, "viewer_id": viewer_id} for show_id, viewer_id in sorted(map(_as_texts, pairs))
    ]
    named = await connection.execute(_NAME_SOURCES, {"pairs": as_json(rows)})
    return {(row.show_id, row.viewer_id) for row in named}


def _as_texts(pair: tuple[str | None, str | None]) -> tuple[str, str]:
    return str(pair[0]), str(pair[1])


async def forget_page_views(connection: AsyncConnection, before: datetime, most: int) -> int:
    """Delete at most so many page views from before then, and return how many."""
    return (await connection.execute(_FORGET, {"before": before, "most": most})).rowcount
