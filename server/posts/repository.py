"""All SQL of posts; that of where they are shown is in `showing_repository`."""

from collections.abc import Collection
from typing import Any, Final

import msgspec
from sqlalchemy import Row, Select, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.rows import read_all
from server.errors import RefusedError
from server.posts.rules import Picture, Post
from server.posts.tables import PostRow
from server.protocol.codes import Code
from server.protocol.posted import PostState
from server.protocol.screening_lines import HeldFor
from server.viewers.tables import ViewerAliasRow

_POST = PostRow.__table__  # type: ignore[attr-defined]
_ALIAS = ViewerAliasRow.__table__  # type: ignore[attr-defined]
STANDING: Final = ("held", "approved")
"""States that count towards how many posts a viewer may have about a product."""


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


async def count_standing(connection: AsyncConnection, product_id: str, viewers: Collection[str]) -> int:
    """Return how many posts of these ids of one person wait or are approved of a product."""
    wanted = (
        select(func.count())
        .select_from(_POST)
        .where(_POST.c.product_id == product_id, _POST.c.viewer_id.in_(viewers), _POST.c.state.in_(STANDING))
    )
    return int(await connection.scalar(wanted) or 0)


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


async def read_own(connection: AsyncConnection, channel_id: str, viewer_id: str, *, limit: int) -> list[Post]:
    """Return the newest posts in a channel of a viewer, and of the guests who turned out to be them; none that was taken back."""
    guests = exists().where(
        _ALIAS.c.canonical == viewer_id,
        _ALIAS.c.raw == _POST.c.viewer_id,
        _ALIAS.c.show_id == _POST.c.show_id,
        _ALIAS.c.taken_back_at.is_(None),
    )
    theirs = or_(_POST.c.viewer_id == viewer_id, guests)
    wanted = select(_POST).where(_POST.c.channel_id == channel_id, theirs, _POST.c.state != "withdrawn")
    return await _read(connection, _page(wanted, None, limit))


async def insert_post(connection: AsyncConnection, post: Post) -> None:
    """Write a new post."""
    await connection.execute(insert(_POST).values(**_columns(post)))


async def update_post(connection: AsyncConnection, post: Post) -> None:
    """Write a post as it is now."""
    await connection.execute(update(_POST).where(_POST.c.id == post.id).values(**_columns(post)))


async def read_with_picture(connection: AsyncConnection, picture_id: str) -> Post | None:
    """Return the post that has a picture."""
    found = await _read(connection, select(_POST).where(_POST.c.picture_id == picture_id))
    return found[0] if found else None


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
