"""The SQL of where posts are shown."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.posts.repository import COLUMNS, as_post
from server.posts.rules import Post

_SHOWN: Final = text(f"""
    SELECT {COLUMNS} FROM post AS p JOIN post_showing AS s ON s.post_id = p.id
    WHERE s.show_id = :show AND s.shown AND p.state = 'approved'
""")
_SHOWN_ID: Final = text("SELECT post_id FROM post_showing WHERE show_id = :show AND shown")
_SHOW: Final = text("""
    INSERT INTO post_showing (show_id, post_id, shown, at) VALUES (:show, :post, true, :at)
    ON CONFLICT (show_id, post_id) DO UPDATE SET shown = true, at = excluded.at
""")
_MARK: Final = text("""
    INSERT INTO post_showing (show_id, post_id, shown, at) VALUES (:show, :post, false, :at) ON CONFLICT DO NOTHING
""")
_HIDE: Final = text("UPDATE post_showing SET shown = false WHERE show_id = :show AND shown RETURNING post_id")
_FORGET: Final = text("DELETE FROM post_showing WHERE show_id = :show AND post_id = ANY(:posts)")
_PLACES: Final = text(
    "SELECT post_id, show_id FROM post_showing WHERE post_id = ANY(:posts) AND shown ORDER BY 1, 2"
)
# What stands in a show, or in its journal, and must not any more.
_LEFT_OVER: Final = text("""
    SELECT s.show_id, s.post_id FROM post_showing AS s LEFT JOIN post AS p ON p.id = s.post_id
    WHERE (p.id IS NULL OR p.state <> 'approved')
      AND (CAST(:posts AS text[]) IS NULL OR s.post_id = ANY(CAST(:posts AS text[])))
    ORDER BY s.show_id, s.post_id
""")


async def read_shown(connection: AsyncConnection, show_id: str) -> Post | None:
    """Return the post that a show's viewers have before them."""
    row = (await connection.execute(_SHOWN, {"show": show_id})).one_or_none()
    return None if row is None else as_post(row)


async def read_shown_id(connection: AsyncConnection, show_id: str) -> str | None:
    """Return which post a show's viewers have before them, whatever became of it since."""
    found: str | None = await connection.scalar(_SHOWN_ID, {"show": show_id})
    return found


async def write_shown(connection: AsyncConnection, show_id: str, post_id: str, at: datetime) -> None:
    """Keep that a post is shown; none may be."""
    await connection.execute(_SHOW, {"show": show_id, "post": post_id, "at": at})


async def write_hidden(connection: AsyncConnection, show_id: str) -> str | None:
    """Keep that no post is shown in the show, and return which one was."""
    found: str | None = await connection.scalar(_HIDE, {"show": show_id})
    return found


async def mark_left_over(connection: AsyncConnection, show_id: str, post_id: str, at: datetime) -> None:
    """Keep that a show must be told of a post that is not approved any more."""
    await connection.execute(_MARK, {"show": show_id, "post": post_id, "at": at})


async def forget_showing(connection: AsyncConnection, show_id: str, posts: Sequence[str]) -> bool:
    """Keep no longer that these posts are shown in the show or were, and return whether any was."""
    return bool((await connection.execute(_FORGET, {"show": show_id, "posts": list(posts)})).rowcount)


async def read_places(connection: AsyncConnection, posts: Collection[str]) -> dict[str, list[str]]:
    """Return for each of the posts that are shown in which shows they are."""
    places: dict[str, list[str]] = {}
    for post_id, show_id in await connection.execute(_PLACES, {"posts": list(posts)}):
        places.setdefault(post_id, []).append(show_id)
    return places


async def read_left_over(
    connection: AsyncConnection, posts: Collection[str] | None = None
) -> dict[str, list[str]]:
    """Return by show which posts must be taken out of it: of these ones, or of all."""
    found: dict[str, list[str]] = {}
    given = {"posts": None if posts is None else list(posts)}
    for show_id, post_id in await connection.execute(_LEFT_OVER, given):
        found.setdefault(show_id, []).append(post_id)
    return found
