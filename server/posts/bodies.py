"""Posts as the HTTP API shows and takes them."""

from typing import Annotated

from pydantic import BaseModel, Field

from server.http.params import EntityId, Face, Moment, OneLine, RequestBody
from server.pictures.rules import ID_CHARACTERS
from server.posts.faces import as_own, as_public
from server.posts.rules import CONSENT, TEXT_CHARACTERS_MAX, Post
from server.posts.service import Draft
from server.protocol.posted import PostReason, PostState, StaffPost
from server.protocol.screening_lines import HeldBy


class PostRequest(RequestBody):
    """What a viewer wants to be seen."""

    product: EntityId
    # Code points before cleaning, which may take some away.
    text: Annotated[str, Field(max_length=4 * TEXT_CHARACTERS_MAX)] = ""
    picture: Annotated[str, Field(pattern=rf"^[0-9a-f]{{{ID_CHARACTERS}}}$")] | None = Field(
        default=None, description="The `id` of a picture that was sent before."
    )
    consent: Annotated[OneLine, Field(max_length=40)] = Field(
        default="",
        description=f"The name of the words that the viewer has agreed to; in force is `{CONSENT}`.",
    )
    anonymous: bool = Field(default=False, description="Nobody reads the viewer's name beside it.")


class UploadBody(Face):
    """A picture that is in no post yet."""

    id: str
    width: int = Field(description="As it came, upright.")
    height: int


class ReasonRequest(RequestBody):
    """Why a post is not shown, or no more."""

    reason: PostReason


class _Words(Face):
    id: str
    product: str
    text: str
    author: str = Field(description="Empty: its author does not want to be named.")
    guest: int | None = Field(description="The number of an author who chose no name.")
    at: Moment
    width: int | None = Field(description="Of the picture, as it came.")
    height: int | None


class PostBody(_Words):
    """A post that staff have approved."""

    picture: str | None = Field(description="The address of a rendering.")


class _Standing(_Words):
    show: str = Field(description="In which it was sent.")
    state: PostState
    version: int
    picture: bool = Field(description="Whether it has one: `GET /v1/posts/{post}/picture`.")
    reason: PostReason | None


class OwnPostBody(_Standing):
    """A post as its author sees it."""


class HeldForBody(Face):
    """What the screening has against a post."""

    by: HeldBy
    what: str | None


class StaffPostBody(_Standing):
    """A post as staff see it."""

    author: str = Field(
        description="Of an author who does not want to be named, their pseudonym in the channel."
    )
    anonymous: bool = Field(description="Its author does not want to be named.")
    moderated_by: str | None = Field(description="Who of the staff acted on it last.")
    held_for: list[HeldForBody]
    shown_in: list[str] = Field(description="The shows before whose viewers it stands now.")


class PostPage(BaseModel):
    """What everybody reads about a product."""

    posts: list[PostBody]
    next: str | None = Field(description="`cursor` of the next page; null on the last.")


class OwnPosts(BaseModel):
    """The viewer's posts, the newest first; at most 100."""

    posts: list[OwnPostBody]
    consent: str = Field(description="The name of the words that are in force.")
    next: str | None = Field(description="`cursor` of the next page; null on the last.")


class StaffPostPage(BaseModel):
    """Posts of the channel, the newest first."""

    posts: list[StaffPostBody]
    waiting: int = Field(description="How many of all its posts wait for a moderator.")
    next: str | None = Field(description="`cursor` of the next page; null on the last.")


def as_draft(body: PostRequest) -> Draft:
    """Return what is wanted."""
    return Draft(body.product, body.text, body.picture, body.consent, body.anonymous)


def public_body(post: Post) -> PostBody:
    """Return a post as everybody reads it."""
    return PostBody.model_validate(as_public(post))


def own_body(post: Post) -> OwnPostBody:
    """Return a post as its author reads it."""
    return OwnPostBody.model_validate(as_own(post))


def staff_body(face: StaffPost) -> StaffPostBody:
    """Return a post as staff read it."""
    return StaffPostBody.model_validate(face)
