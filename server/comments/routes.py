"""Comments over HTTP: what viewers were shown, for everybody; and all of them, for staff."""

from typing import Annotated, cast

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from server.access.dependencies import OptionalIdentity, ShowId, moderates
from server.access.entry import require_entry
from server.access.roles import is_staff
from server.comments.bodies import CommentBody, StaffCommentBody
from server.comments.faces import as_public, as_staff
from server.comments.service import Comments
from server.errors import RefusedError
from server.http.params import ENTITY_ID, Limit
from server.http.refusals import refusals
from server.protocol.codes import Code
from server.protocol.commented import CommentState


class CommentPage(BaseModel):
    """A page of the comments that viewers were shown, the newest first."""

    comments: list[CommentBody]
    next: str | None = Field(description="Send it as `cursor` for the page after this one; null on the last.")


class StaffCommentPage(BaseModel):
    """A page of all comments, the newest first."""

    comments: list[StaffCommentBody]
    next: str | None = Field(description="Send it as `cursor` for the page after this one; null on the last.")


CommentCursor = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=40,
        pattern=ENTITY_ID,
        description="`next` of the page before; or, for what viewers were shown, any comment's `n`.",
    ),
]


def router() -> APIRouter:
    """Return the routes of comments."""
    api = APIRouter(prefix="/v1", tags=["comments"])
    api.add_api_route(
        "/shows/{show}/comments",
        list_comments,
        methods=["GET"],
        response_model=StaffCommentPage | CommentPage,
        summary="The comments of a show",
        responses=refusals(
            Code.UNAUTHENTICATED,
            Code.TOKEN_EXPIRED,
            Code.FORBIDDEN,
            Code.GUESTS_REFUSED,
            Code.NOT_FOUND,
            Code.UNAVAILABLE,
        ),
    )
    return api


async def list_comments(
    *,
    show: ShowId,
    request: Request,
    response: Response,
    identity: OptionalIdentity,
    state: Annotated[CommentState | None, Query(description="Only comments in this state.")] = None,
    cursor: CommentCursor = None,
    limit: Limit = 50,
) -> StaffCommentPage | CommentPage:
    """Staff of the show's channel get all of them, whatever their state; everybody else those that viewers were shown."""
    comments = cast("Comments", request.app.state.comments)
    response.headers["Vary"] = "Authorization"
    if identity is not None and is_staff(identity.role) and await moderates(show, request, identity):
        response.headers["Cache-Control"] = "no-store"
        return await _staff_page(comments, show, state, cursor, limit)
    if state not in (None, "open"):
        raise RefusedError(Code.FORBIDDEN, "Only staff see comments in this state.")
    before = _as_place(cursor)
    terms = await comments.terms_of(show, identity.viewer_id if identity else None)
    require_entry(identity, terms)
    response.headers["Cache-Control"] = f"{'public' if terms.guests_allowed else 'private'}, max-age=1"
    found = await comments.list_shown(show, before=before, limit=limit + 1)
    page = [CommentBody.model_validate(as_public(comment)) for comment in found[:limit]]
    return CommentPage(comments=page, next=str(page[-1].n) if len(found) > limit else None)


async def _staff_page(
    comments: Comments, show: str, state: CommentState | None, cursor: str | None, limit: int
) -> StaffCommentPage:
    found = await comments.list_all(show, state, after=cursor, limit=limit + 1)
    page = [StaffCommentBody.model_validate(as_staff(comment)) for comment in found[:limit]]
    return StaffCommentPage(comments=page, next=page[-1].id if len(found) > limit else None)


def _as_place(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not cursor.isascii() or not cursor.isdecimal() or len(cursor) > 15:
        raise RefusedError(Code.INVALID, "This cursor is of another list.")
    return int(cursor)
