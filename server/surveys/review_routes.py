"""Reviews over HTTP: for viewers of a show, and for those who moderate them."""

from collections.abc import Awaitable, Callable
from typing import Annotated, cast

from fastapi import APIRouter, Path, Query, Request, Response

from server.access.dependencies import EntrantOfShow, OptionalIdentity, ShowId, require_entry_to
from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import STAFF
from server.audit.trail import acting_by
from server.http import pacing
from server.http.params import ENTITY_ID, Cursor, EntityId, Limit
from server.http.refusals import OF_BODIES, TO_PERMITTED, refusals
from server.http.versions import STALE, IfMatch, answer_version
from server.pace.rates import Act
from server.protocol.codes import Code
from server.surveys.review_bodies import (
    OwnReviewBody,
    RatingsBody,
    RefusalRequest,
    ReviewBody,
    ReviewRequest,
    ReviewsBody,
    StaffReviewBody,
    StaffReviewPage,
    as_rating,
    as_staff,
    public_part,
)
from server.surveys.review_rules import Move, ReviewState, opinion_of
from server.surveys.reviews import Reviews
from server.viewers.naming import fit_name

ProductId = Annotated[
    str, Path(pattern=ENTITY_ID, max_length=40, description="The product's id, or a variant's.")
]
ReviewId = Annotated[str, Path(pattern=ENTITY_ID, max_length=40, description="The review's id.")]
Moderator = Annotated[Principal, permitted(STAFF, "catalogue:write")]


def router() -> APIRouter:
    """Return the routes of reviews."""
    api = APIRouter(prefix="/v1", tags=["reviews"])
    entering = (*TO_PERMITTED, Code.NOT_FOUND, Code.GUESTS_REFUSED, Code.BANNED)
    moderating = (*TO_PERMITTED, Code.NOT_FOUND)
    one = "/shows/{show}/reviews/{product}"
    add = api.add_api_route
    add(
        "/shows/{show}/reviews",
        get_ratings,
        methods=["GET"],
        summary="How a show's products are rated",
        responses=refusals(*entering),
    )
    add(one, list_reviews, methods=["GET"], summary="The reviews of a product", responses=refusals(*entering))
    add(
        one,
        put_review,
        methods=["PUT"],
        summary="Review a product",
        responses=refusals(*entering, *OF_BODIES, Code.MUTED, Code.TEXT_REFUSED),
    )
    add(
        one,
        take_review_back,
        methods=["DELETE"],
        status_code=204,
        response_class=Response,
        summary="Take one's review back",
        responses=refusals(*entering),
    )
    add(
        "/reviews",
        list_queue,
        methods=["GET"],
        summary="The channel's reviews, for moderation",
        responses=refusals(*moderating),
    )
    add(
        "/reviews/{review}/refuse",
        refuse_review,
        methods=["POST"],
        summary="Refuse a review",
        responses=refusals(*moderating, *OF_BODIES) | STALE,
    )
    for move, summary in _MOVES.items():
        add(
            f"/reviews/{{review}}/{move}",
            moderating_by(move),
            methods=["POST"],
            summary=summary,
            responses=refusals(*moderating) | STALE,
            operation_id=f"{move}_review",
        )
    return api


_MOVES: dict[Move, str] = {"approve": "Show a review to everybody", "restore": "Have a review wait again"}


async def get_ratings(
    show: ShowId, request: Request, response: Response, identity: OptionalIdentity
) -> RatingsBody:
    """For whoever may enter the show; may be a second old."""
    await require_entry_to(show, request, identity)
    found = await _reviews(request).ratings(show)
    response.headers["Cache-Control"] = "private, max-age=1"
    return RatingsBody(ratings={product: as_rating(rating) for product, rating in found.items()})


async def list_reviews(
    *,
    show: ShowId,
    product: ProductId,
    request: Request,
    response: Response,
    identity: OptionalIdentity,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> ReviewsBody:
    """For whoever may enter the show: what staff have approved, and the bearer's own."""
    await require_entry_to(show, request, identity)
    page = await _reviews(request).page(show, product, identity, after=cursor, limit=limit + 1)
    response.headers["Cache-Control"] = "no-store"
    shown = page.reviews[:limit]
    return ReviewsBody(
        rating=as_rating(page.rating),
        reviews=[ReviewBody.model_validate(public_part(review)) for review in shown],
        own=None if page.own is None else OwnReviewBody.model_validate(public_part(page.own)),
        next=shown[-1].id if len(page.reviews) > limit else None,
    )


async def put_review(
    show: ShowId, product: ProductId, body: ReviewRequest, viewer: EntrantOfShow, request: Request
) -> OwnReviewBody:
    """For viewers, in the place of what they wrote before. It is shown once a moderator has approved it.

    `author` is left out where viewers may not be called so in the show. `muted` and `text_refused` are as for a question.
    """
    author = await fit_name(request, show, body.author) if body.author and body.author.strip() else None
    opinion = opinion_of(body.stars, body.text, author)
    await pacing.spend(request, Act.REVIEW, viewer=viewer.viewer_id)
    written = await _reviews(request).write(show, product, viewer, opinion)
    return OwnReviewBody.model_validate(public_part(written))


async def take_review_back(show: ShowId, product: ProductId, viewer: EntrantOfShow, request: Request) -> None:
    """For its author; nothing of it is kept."""
    await _reviews(request).take_back(show, product, viewer)


async def list_queue(
    *,
    by: Moderator,
    request: Request,
    state: Annotated[ReviewState | None, Query(description="Only reviews in this state.")] = None,
    product: Annotated[EntityId | None, Query(description="Only reviews of this product.")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> StaffReviewPage:
    """For moderators, hosts and admins, the newest first."""
    found = await _reviews(request).queue(by.channel_id, state, product, after=cursor, limit=limit + 1)
    page = [as_staff(review) for review in found[:limit]]
    return StaffReviewPage(reviews=page, next=page[-1].id if len(found) > limit else None)


def moderating_by(move: Move) -> Callable[..., Awaitable[StaffReviewBody]]:
    """Return the route of a move without a reason."""

    async def moderate(
        review: ReviewId, by: Moderator, *, match: IfMatch, request: Request, response: Response
    ) -> StaffReviewBody:
        shown = match.shown_by(as_staff)
        moved = await _reviews(request).moderate(by.channel_id, acting_by(by), review, move, shown)
        answer_version(response, moved.version)
        return as_staff(moved)

    moderate.__doc__ = "For moderators, hosts and admins."
    return moderate


async def refuse_review(
    review: ReviewId,
    body: RefusalRequest,
    by: Moderator,
    *,
    match: IfMatch,
    request: Request,
    response: Response,
) -> StaffReviewBody:
    """For moderators, hosts and admins. Its author sees that it is not shown."""
    shown = match.shown_by(as_staff)
    moved = await _reviews(request).moderate(
        by.channel_id, acting_by(by), review, "refuse", shown, reason=body.reason
    )
    answer_version(response, moved.version)
    return as_staff(moved)


def _reviews(request: Request) -> Reviews:
    return cast("Reviews", request.app.state.reviews)
