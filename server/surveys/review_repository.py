"""All SQL of reviews."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.surveys.review_rules import Opinion, Review, ReviewState
from server.surveys.tables import ReviewRow

_REVIEW = ReviewRow.__table__  # type: ignore[attr-defined]

_BOUGHT: Final = """
    SELECT EXISTS (
        SELECT FROM sale AS s JOIN product AS q ON q.id = s.product_id
        WHERE s.channel_id = CAST(:channel AS text) AND CAST(:product AS text) IN (q.id, q.parent_id) AND NOT s.staff
          AND s.viewer_id = ANY(CAST(:viewers AS text[])))
"""
_WRITE = text(f"""
    INSERT INTO review AS r (id, channel_id, product_id, show_id, viewer_id, stars, words, author, bought, state, version, at)
    VALUES (:id, CAST(:channel AS text), CAST(:product AS text), :show, :viewer, :stars, :words, :author, ({_BOUGHT}), 'pending', 0, :at)
    ON CONFLICT (product_id, viewer_id) DO UPDATE SET
        show_id = excluded.show_id, stars = excluded.stars, words = excluded.words, author = excluded.author, bought = excluded.bought,
        at = excluded.at, version = r.version + 1, reason = NULL, moderated_at = NULL, moderated_by = NULL, state = 'pending'
    WHERE (r.stars, r.words, r.author) IS DISTINCT FROM (excluded.stars, excluded.words, excluded.author)
""")
_TAKE_BACK = text("""
    DELETE FROM review WHERE product_id = :product AND viewer_id = ANY(CAST(:viewers AS text[]))
""")
_RATINGS = text("""
    SELECT product_id, avg(stars) AS mean, count(*) AS n FROM review
    WHERE channel_id = (SELECT channel_id FROM show WHERE id = :show) AND state = 'approved' GROUP BY product_id
""")


@dataclass(frozen=True, slots=True)
class Rating:
    """What approved reviews come to: the mean of their stars, and how many they are."""

    mean: float | None
    n: int


async def write_review(
    connection: AsyncConnection, opinion: Opinion, viewers: list[str], **place: Any
) -> None:
    """Write the review of the first of `viewers`, which are all ids of one person, in the place of an earlier one.

    Whatever is changed waits for moderation again. `place` is its `id`, `channel`, `product`, `show` and `at`.
    """
    if viewers[1:]:
        await take_back(connection, place["product"], viewers[1:])
    given = {"stars": opinion.stars, "words": opinion.words, "author": opinion.author}
    await connection.execute(_WRITE, {**place, **given, "viewer": viewers[0], "viewers": viewers})


async def take_back(connection: AsyncConnection, product_id: str, viewers: list[str]) -> None:
    """Delete what these ids of one person wrote about the product."""
    await connection.execute(_TAKE_BACK, {"product": product_id, "viewers": viewers})


async def read_own(connection: AsyncConnection, product_id: str, viewers: list[str]) -> Review | None:
    """Return what one of these ids of one person wrote about the product, the newest."""
    wanted = select(_REVIEW).where(_REVIEW.c.product_id == product_id, _REVIEW.c.viewer_id.in_(viewers))
    row = (await connection.execute(wanted.order_by(_REVIEW.c.at.desc()).limit(1))).one_or_none()
    return None if row is None else _as_review(row)


async def read_approved(
    connection: AsyncConnection, product_id: str, *, after: str | None, limit: int
) -> list[Review]:
    """Return approved reviews of a product, the newest first."""
    wanted = select(_REVIEW).where(_REVIEW.c.product_id == product_id, _REVIEW.c.state == "approved")
    if after is not None:
        wanted = wanted.where(_REVIEW.c.id < after)
    ordered = wanted.order_by(_REVIEW.c.id.desc()).limit(limit)
    return [_as_review(row) for row in await connection.execute(ordered)]


async def read_rating(connection: AsyncConnection, product_id: str) -> Rating:
    """Return what the approved reviews of a product come to."""
    wanted = select(func.avg(_REVIEW.c.stars), func.count()).where(
        _REVIEW.c.product_id == product_id, _REVIEW.c.state == "approved"
    )
    mean, n = (await connection.execute(wanted)).one()
    return Rating(None if mean is None else float(mean), n)


async def read_ratings(connection: AsyncConnection, show_id: str) -> dict[str, Rating]:
    """Return the ratings of the products of the show's channel that have any."""
    rows = await connection.execute(_RATINGS, {"show": show_id})
    return {row.product_id: Rating(float(row.mean), row.n) for row in rows}


async def read_queue(
    connection: AsyncConnection,
    channel_id: str,
    state: ReviewState | None,
    product_id: str | None,
    *,
    after: str | None,
    limit: int,
) -> list[Review]:
    """Return the channel's reviews, the newest first, in `state` and of a product where given."""
    wanted = select(_REVIEW).where(_REVIEW.c.channel_id == channel_id)
    if state is not None:
        wanted = wanted.where(_REVIEW.c.state == state)
    if product_id is not None:
        wanted = wanted.where(_REVIEW.c.product_id == product_id)
    if after is not None:
        wanted = wanted.where(_REVIEW.c.id < after)
    ordered = wanted.order_by(_REVIEW.c.id.desc()).limit(limit)
    return [_as_review(row) for row in await connection.execute(ordered)]


async def hold_review(connection: AsyncConnection, channel_id: str, review_id: str) -> Review | None:
    """Return a review of the channel, which nobody else changes before the transaction ends."""
    wanted = select(_REVIEW).where(_REVIEW.c.id == review_id, _REVIEW.c.channel_id == channel_id)
    row = (await connection.execute(wanted.with_for_update())).one_or_none()
    return None if row is None else _as_review(row)


async def update_moved(
    connection: AsyncConnection,
    review: Review,
    state: ReviewState,
    *,
    by: str,
    at: datetime,
    reason: str | None,
) -> None:
    """Write what moderation changes."""
    values = {
        "state": state,
        "version": review.version + 1,
        "moderated_by": by,
        "moderated_at": at,
        "reason": reason,
    }
    await connection.execute(_REVIEW.update().where(_REVIEW.c.id == review.id).values(values))


def _as_review(row: Row[Any]) -> Review:
    return Review(**row._mapping)
