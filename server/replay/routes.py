"""Replays over HTTP: what was said and done in an ended show, along the clock of its recording."""

from typing import Annotated, Any, cast

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from server.access.dependencies import OptionalIdentity, ShowId
from server.comments.bodies import CommentBody
from server.comments.faces import as_public
from server.http.documents import UNCHANGED, IfNoneMatch, answer_document
from server.http.refusals import refusals
from server.protocol.codes import Code
from server.protocol.replayed import RECORDING_MS_MAX
from server.replay.service import Replays, Watched
from server.shows.bodies import ReplayBody

MOMENTS_MAX = 500
COMMENTS_MAX = 200
KEPT_SECONDS = 10
"""How long an answer may be kept: what is moderated meanwhile is there for so long."""

After = Annotated[
    int, Query(ge=0, le=2**53 - 1, description="`next` of the page before; none for the first page.")
]
UntilMs = Annotated[
    int | None,
    Query(
        ge=-RECORDING_MS_MAX,
        le=RECORDING_MS_MAX,
        description="Only the last ones until that place of the show; without `after`.",
    ),
]


class MomentBody(BaseModel):
    """Something that everybody was told."""

    show_ms: int = Field(
        description="When, in milliseconds since the show's start; what came before it is negative."
    )
    push: dict[str, Any] = Field(description="As it came on the live socket.")


class MomentsBody(BaseModel):
    """A page of what was said and done in the show, in its order."""

    replay: ReplayBody
    ends_ms: int = Field(description="Which place of the show the recording ends at.")
    moments: list[MomentBody]
    next: int | None = Field(description="Send it as `after` for the page after this one; null on the last.")


class PlacedComment(CommentBody):
    """A comment, and when it was written."""

    show_ms: int = Field(description="In milliseconds since the show's start.")


class CommentsBody(BaseModel):
    """A page of the comments that viewers were shown, the oldest first."""

    comments: list[PlacedComment]
    next: int | None = Field(description="Send it as `after` for the page after this one; null on the last.")


def router() -> APIRouter:
    """Return the routes of replays."""
    api = APIRouter(prefix="/v1/shows/{show}/replay", tags=["shows"])
    known = refusals(
        Code.UNAUTHENTICATED,
        Code.TOKEN_EXPIRED,
        Code.FORBIDDEN,
        Code.BANNED,
        Code.GUESTS_REFUSED,
        Code.NOT_FOUND,
        Code.NO_REPLAY,
        Code.INVALID,
        Code.UNAVAILABLE,
    )
    api.add_api_route(
        "",
        list_moments,
        methods=["GET"],
        summary="What was said and done in a show, for its replay",
        response_model=MomentsBody,
        responses=known | UNCHANGED,
    )
    api.add_api_route(
        "/comments",
        list_comments,
        methods=["GET"],
        summary="The comments of a show, for its replay",
        response_model=CommentsBody,
        responses=known | UNCHANGED,
    )
    return api


async def list_moments(
    show: ShowId,
    request: Request,
    identity: OptionalIdentity,
    *,
    after: After = 0,
    limit: Annotated[int, Query(ge=1, le=MOMENTS_MAX, description="How many at most.")] = MOMENTS_MAX,
    known: IfNoneMatch = None,
) -> Response:
    """For whoever may enter the show. What was moderated away or taken back since is not in it.

    A page may hold fewer than `limit`, and none, and still have a next one.
    """
    page = await _replays(request).moments(show, identity, after=after, limit=limit)
    body = MomentsBody(
        replay=ReplayBody.model_validate(page.watched.replay),
        ends_ms=page.watched.ends_ms,
        moments=[MomentBody(show_ms=each.show_ms, push=each.push) for each in page.moments],
        next=page.next,
    )
    return answer_document(body, known, **_kept(page.watched))


async def list_comments(
    show: ShowId,
    request: Request,
    identity: OptionalIdentity,
    *,
    after: After | None = None,
    until_ms: UntilMs = None,
    limit: Annotated[int, Query(ge=1, le=COMMENTS_MAX, description="How many at most.")] = COMMENTS_MAX,
    known: IfNoneMatch = None,
) -> Response:
    """For whoever may enter the show: those that viewers were shown then and may still see."""
    page = await _replays(request).comments(show, identity, after=after, until_ms=until_ms, limit=limit)
    body = CommentsBody(comments=[_as_placed(*placed) for placed in page.comments], next=page.next)
    return answer_document(body, known, **_kept(page.watched))


def _as_placed(show_ms: int, comment: Any) -> PlacedComment:
    shown = CommentBody.model_validate(as_public(comment))
    return PlacedComment(**shown.model_dump(), show_ms=show_ms)


def _replays(request: Request) -> Replays:
    return cast("Replays", request.app.state.replays)


def _kept(watched: Watched) -> dict[str, str]:
    whose = "public" if watched.open_to_all else "private"
    return {"Vary": "Authorization", "Cache-Control": f"{whose}, max-age={KEPT_SECONDS}"}
