"""Questions over HTTP: the moderation queue for staff, and for everybody what viewers see."""

import re
from typing import Annotated, cast

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from server.access.dependencies import OptionalIdentity, ShowId, entrant_of
from server.access.entry import require_entry
from server.access.roles import is_staff
from server.errors import RefusedError
from server.http.params import ENTITY_ID, Limit
from server.http.refusals import refusals
from server.protocol.codes import Code
from server.protocol.pushes import QuestionState
from server.questions.bodies import QuestionBody, StaffQuestionBody
from server.questions.faces import as_public, as_staff
from server.questions.repository import QuestionOrder, Rank, rank_of
from server.questions.rules import VISIBLE, Question
from server.questions.service import Questions
from server.questions.visible_pages import VisiblePages, Wanted


class QuestionPage(BaseModel):
    """A page of questions as everybody may see them."""

    questions: list[QuestionBody]
    next: str | None = Field(description="Send it as `cursor` for the page after this one; null on the last.")


class StaffQuestionPage(BaseModel):
    """A page of questions as staff see them."""

    questions: list[StaffQuestionBody]
    next: str | None = Field(description="Send it as `cursor` for the page after this one; null on the last.")


QuestionCursor = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=64,
        pattern=ENTITY_ID,
        description="`next` of the page before, of the same order; none for the first page.",
    ),
]


def router() -> APIRouter:
    """Return the routes of questions."""
    api = APIRouter(prefix="/v1", tags=["questions"])
    api.add_api_route(
        "/shows/{show}/questions",
        list_questions,
        methods=["GET"],
        response_model=StaffQuestionPage | QuestionPage,
        summary="The questions of a show",
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


async def list_questions(
    *,
    show: ShowId,
    request: Request,
    response: Response,
    identity: OptionalIdentity,
    state: Annotated[QuestionState | None, Query(description="Only questions in this state.")] = None,
    order: Annotated[
        QuestionOrder, Query(description="`wanted`: open ones before answered ones, then by votes.")
    ] = "newest",
    cursor: QuestionCursor = None,
    limit: Limit = 50,
) -> StaffQuestionPage | QuestionPage:
    """Staff of the show's channel get all states; everybody else gets what viewers see, which may be a second old."""
    questions = cast("Questions", request.app.state.questions)
    response.headers["Vary"] = "Authorization"
    if identity is not None and is_staff(identity.role) and order == "newest":
        await entrant_of(show, request, identity)
        response.headers["Cache-Control"] = "no-store"
        return await _staff_page(questions, show, state, cursor, limit)
    after: str | Rank | None = _as_rank(cursor) if cursor and order == "wanted" else cursor
    if state is not None and state not in VISIBLE:
        raise RefusedError(Code.FORBIDDEN, "Only staff see questions in this state.")
    pages = cast("VisiblePages", request.app.state.visible_questions)
    page = await pages.page(Wanted(show, state, order, after, limit + 1))
    require_entry(identity, page)
    response.headers["Cache-Control"] = f"{'public' if page.guests_allowed else 'private'}, max-age=1"
    found = page.questions[:limit]
    following = _cursor_of(found[-1], order) if len(page.questions) > limit else None
    return QuestionPage(questions=[QuestionBody.model_validate(as_public(q)) for q in found], next=following)


async def _staff_page(
    questions: Questions, show: str, state: QuestionState | None, cursor: str | None, limit: int
) -> StaffQuestionPage:
    found = await questions.list_queue(show, state, after=cursor, limit=limit + 1)
    page = [StaffQuestionBody.model_validate(as_staff(question)) for question in found[:limit]]
    return StaffQuestionPage(questions=page, next=page[-1].id if len(found) > limit else None)


def _cursor_of(question: Question, order: QuestionOrder) -> str:
    if order == "newest":
        return question.id
    rank = rank_of(question)
    return f"{int(rank.open)}-{rank.votes}-{rank.id}"


def _as_rank(cursor: str) -> Rank:
    found = _RANK.fullmatch(cursor)
    if found is None:
        raise RefusedError(Code.INVALID, "This cursor is of another order.")
    return Rank(found[1] == "1", int(found[2]), found[3])


_RANK = re.compile(r"([01])-(\d{1,9})-([A-Za-z0-9_-]{1,40})")
