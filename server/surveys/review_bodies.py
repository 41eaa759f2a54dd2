"""Reviews as the API shows and takes them."""

from pydantic import BaseModel, Field

from server.clock import to_wire
from server.http.params import Moment, RequestBody
from server.surveys.review_repository import Rating
from server.surveys.review_rules import RefusalReason, Review, ReviewState


class ReviewRequest(RequestBody):
    """What a viewer says of a product."""

    stars: int = Field(ge=1, le=5)
    text: str = Field(default="", max_length=4 * 1000, description="May be empty: stars alone will do.")
    author: str | None = Field(
        default=None, max_length=4 * 40, description="The name to show; null: a viewer."
    )


class RefusalRequest(RequestBody):
    """Why a review is not shown."""

    reason: RefusalReason = "other"


class ReviewBody(BaseModel):
    """A review as everybody reads it."""

    id: str
    stars: int
    text: str
    author: str | None = Field(description="The name that its author chose; null: a viewer.")
    bought: bool = Field(description="Its author had bought the product in a show of the channel.")
    at: Moment


class OwnReviewBody(ReviewBody):
    """The reader's own review, and what became of it."""

    state: ReviewState


class StaffReviewBody(OwnReviewBody):
    """A review as moderators read it."""

    product: str
    show: str
    version: int
    reason: str | None
    moderated_by: str | None
    moderated_at: Moment | None


class RatingBody(BaseModel):
    """What approved reviews come to."""

    mean: float | None = Field(description="The mean of the stars, 1 to 5; null without a review.")
    n: int


class ReviewsBody(BaseModel):
    """Approved reviews of a product, the newest first."""

    rating: RatingBody
    reviews: list[ReviewBody]
    own: OwnReviewBody | None = Field(description="What the bearer of the token wrote.")
    next: str | None = Field(description="Send it as `cursor` for the page after this one; null on the last.")


class RatingsBody(BaseModel):
    """The ratings of a show's products, those that have any."""

    ratings: dict[str, RatingBody]


class StaffReviewPage(BaseModel):
    """A page of reviews as moderators read them."""

    reviews: list[StaffReviewBody]
    next: str | None = Field(description="Send it as `cursor` for the page after this one; null on the last.")


def as_rating(rating: Rating) -> RatingBody:
    """Return a rating as the API shows it."""
    return RatingBody(mean=rating.mean, n=rating.n)


def public_part(review: Review) -> dict[str, object]:
    """Return what everybody, and its author, may read of a review."""
    return {
        "id": review.id,
        "stars": review.stars,
        "text": review.words,
        "author": review.author,
        "bought": review.bought,
        "at": to_wire(review.at),
        "state": review.state,
    }


def as_staff(review: Review) -> StaffReviewBody:
    """Return a review as moderators read it."""
    moderated = None if review.moderated_at is None else to_wire(review.moderated_at)
    return StaffReviewBody.model_validate(
        {
            **public_part(review),
            "product": review.product_id,
            "show": review.show_id,
            "version": review.version,
            "reason": review.reason,
            "moderated_by": review.moderated_by,
            "moderated_at": moderated,
        }
    )
