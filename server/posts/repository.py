"""All SQL of posts; that of where they are shown is in `showing_repository`."""

from collections.abc import Collection
from typing import Any, Final

import msgspec
from sqlalchemy import Row, Select, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.rows import read_all
from server.errors import RefusedError
from server.posts.rules import Picture, Post
from server.posts.tables import PostRow
from server.protocol.codes import Code
from server.protocol.posted import PostState
from server.protocol.screening_lines import HeldFor
from server.shows.tables import ShowRow

_POST = PostRow.__table__  # type: ignore[attr-defined]
_SHOW = ShowRow.__table__  # type: ignore[attr-defined]
COLUMNS: Final = ", ".join(f"p.{column.name}" for column in _POST.c)
"""Of `post AS p`, by name: a server of before may meet columns that it does not know."""
STANDING: Final = ("held", "approved")
"""States that count towards how many posts a viewer may have about a product."""
# By the index of viewers: a guest turned out to be somebody in one show, and may be nobody in others.
_OWN: Final = text(f"""
    SELECT {COLUMNS} FROM post AS p
    WHERE p.viewer_id = ANY(ARRAY(
            SELECT CAST(:viewer AS text) UNION SELECT raw FROM viewer_alias WHERE canonical = :viewer AND taken_back_at IS NULL))
        AND (p.viewer_id = :viewer OR EXISTS (
            SELECT FROM viewer_alias AS a WHERE a.show_id = p.show_id AND a.raw = p.viewer_id AND a.canonical = :viewer
                AND a.taken_back_at IS NULL))
        AND p.state <> 'withdrawn' AND p.product_id = coalesce(:product, p.product_id) AND (CAST(:after AS text) IS NULL OR p.id < :after)
    ORDER BY p.id DESC LIMIT :limit
""")
_BE_ALONE: Final = text("""
    SELECT pg_advisory_xact_lock(hashtextextended('posts of ' || viewer, 0))
    FROM (SELECT unnest(CAST(:viewers AS text[])) AS viewer ORDER BY 1) AS in_order
""")


async def read_posts(
    connection: AsyncConnection, ids: Collection[str], *, lock: bool = False, share: bool = False
) -> dict[str, Post]:
    """Return those of the posts that there are; `lock`: nobody else changes them before the transaction ends, nor with `share`."""
    wanted = select(_POST).where(_POST.c.id.in_(ids)).order_by(_POST.c.id)
    if lock or share:
        wanted = wanted.with_for_update(read=share)
    return {post.id: post for post in await _read(connection, wanted)}


async def find_post(connection: AsyncConnection, channel_id: str, post_id: str) -> Post:
    """Return a post of the channel; raises `not_found`."""
    post = (await read_posts(connection, [post_id])).get(post_id)
    if post is None or post.channel_id != channel_id:
        raise RefusedError(Code.NOT_FOUND, "There is no such post here.")
    return post


async def find_in_show(connection: AsyncConnection, show_id: str, post_id: str) -> Post | None:
    """Return a post of the channel whose show it is, whichever show it was sent in; None when there is none."""
    of_channel = select(_SHOW.c.channel_id).where(_SHOW.c.id == show_id).scalar_subquery()
    found = await _read(
        connection, select(_POST).where(_POST.c.id == post_id, _POST.c.channel_id == of_channel)
    )
    return found[0] if found else None


async def be_alone(connection: AsyncConnection, viewers: Collection[str]) -> None:
    """Keep off whoever else counts posts of these viewers, in other shows, until the transaction ends."""
    await connection.execute(_BE_ALONE, {"viewers": list(viewers)})


async def count_of(
    connection: AsyncConnection, channel_id: str, product_id: str, viewers: Collection[str]
) -> tuple[int, int]:
    """Return of the posts of these ids of one person how many wait or are approved of a product, and how many wait in the channel."""
    standing = (_POST.c.product_id == product_id) & _POST.c.state.in_(STANDING)
    waiting = (_POST.c.channel_id == channel_id) & (_POST.c.state == "held")
    counts = select(func.count().filter(standing), func.count().filter(waiting))
    row = (await connection.execute(counts.where(_POST.c.viewer_id.in_(viewers)))).one()
    return row[0], row[1]


async def count_waiting(
    connection: AsyncConnection, *, show_id: str | None = None, channel_id: str | None = None
) -> int:
    """Return how many posts wait for a moderator: of those that were sent in a show, or of all of a channel."""
    wanted = select(func.count()).select_from(_POST).where(_POST.c.state == "held")
    if show_id is not None:
        wanted = wanted.where(_POST.c.show_id == show_id)
    if channel_id is not None:
        wanted = wanted.where(_POST.c.channel_id == channel_id)
    return int(await connection.scalar(wanted) or 0)


async def read_approved(
    connection: AsyncConnection, product_id: str, *, after: str | None, limit: int
) -> list[Post]:
    """Return up to `limit` approved posts about a product, the newest first, behind the post `after`."""
    wanted = select(_POST).where(_POST.c.product_id == product_id, _POST.c.state == "approved")
    return await _read(connection, _page(wanted, after, limit))


async def read_queue(
    connection: AsyncConnection,
    channel_id: str,
    state: PostState | None,
    product_id: str | None,
    *,
    after: str | None,
    limit: int,
) -> list[Post]:
    """Return up to `limit` of the channel's posts, newest first, in `state` and about a product where given; none that was taken back."""
    wanted = select(_POST).where(_POST.c.channel_id == channel_id, _POST.c.state != "withdrawn")
    if state is not None:
        wanted = wanted.where(_POST.c.state == state)
    if product_id is not None:
        wanted = wanted.where(_POST.c.product_id == product_id)
    return await _read(connection, _page(wanted, after, limit))


async def read_own(
    connection: AsyncConnection, viewer_id: str, product_id: str | None, *, after: str | None, limit: int
) -> list[Post]:
    """Return posts of a viewer, and of the guests who turned out to be them, about a product where given; none that was taken back."""
    given = {"viewer": viewer_id, "product": product_id, "after": after, "limit": limit}
    return [as_post(row) for row in await connection.execute(_OWN, given)]


async def insert_post(connection: AsyncConnection, post: Post) -> None:
    """Write a new post."""
    await connection.execute(insert(_POST).values(**_columns(post)))


async def update_post(connection: AsyncConnection, post: Post) -> None:
    """Write a post as it is now."""
    await connection.execute(update(_POST).where(_POST.c.id == post.id).values(**_columns(post)))


def _page(wanted: Select[Any], after: str | None, limit: int) -> Select[Any]:
    behind = wanted if after is None else wanted.where(_POST.c.id < after)
    return behind.order_by(_POST.c.id.desc()).limit(limit)


async def _read(connection: AsyncConnection, wanted: Select[Any]) -> list[Post]:
    return await read_all(connection, wanted, _POST.c.id, as_post)


def as_post(row: Row[Any]) -> Post:
    """Return what a row of the table says."""
    columns = dict(row._mapping)
    id, width, height = (columns.pop(name) for name in ("picture_id", "width", "height"))
    held_for = msgspec.convert(columns.pop("held_for"), list[HeldFor])
    return Post(picture=None if id is None else Picture(id, width, height), held_for=held_for, **columns)


def _columns(post: Post) -> dict[str, Any]:
    plain = {name: getattr(post, name) for name in Post.__slots__ if name not in ("picture", "held_for")}
    picture = post.picture
    return {
        **plain,
        "picture_id": picture and picture.id,
        "width": picture and picture.width,
        "height": picture and picture.height,
        "held_for": msgspec.to_builtins(list(post.held_for)),
    }
