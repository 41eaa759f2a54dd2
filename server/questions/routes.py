"""Questions over HTTP: the moderation queue."""

from typing import Annotated, cast

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from server.access.dependencies import ShowId, StaffOfShow
from server.http.params import Cursor, Face, Limit, Moment
from server.http.refusals import refusals
from server.protocol.codes import Code
from server.protocol.pushes import QuestionState
from server.questions.faces import as_staff
from server.questions.service import Questions


class AnswerBody(Face):
    """The host's answer."""

    text: str | None = Field(description="None when it was given live in the video.")
    live: bool
    at: Moment


class QuestionBody(Face):
    """A question as everybody may see it."""

    id: str
    text: str
    author: str
    state: QuestionState
    votes: int
    version: int = Field(description="Grows by 1 with each change of state.")
    asked_at: Moment
    answer: AnswerBody | None


class StaffQuestionBody(QuestionBody):
    """A question as staff see it."""

    dismissed_reason: str | None
    moderated_by: str | None = Field(description="The name of who moved it last.")


class QuestionPage(BaseModel):
    """A page of questions, newest first."""

    questions: list[StaffQuestionBody]
    next: str | None = Field(description="Send it as `cursor` for the page after this one; null on the last.")


def router() -> APIRouter:
    """Return the routes of questions."""
    api = APIRouter(prefix="/v1", tags=["questions"])
    api.add_api_route(
        "/shows/{show}/questions",
        list_questions,
        methods=["GET"],
        summary="The moderation queue",
        responses=refusals(
            Code.UNAUTHENTICATED,
            Code.TOKEN_EXPIRED,
            Code.FORBIDDEN,
            Code.NOT_FOUND,
            Code.INVALID,
            Code.UNAVAILABLE,
        ),
    )
    return api


async def list_questions(
    *,
    show: ShowId,
    request: Request,
    staff: StaffOfShow,
    state: Annotated[QuestionState | None, Query(description="Only questions in this state.")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> QuestionPage:
    """For moderators, hosts and admins of the show's channel."""
    questions = cast("Questions", request.app.state.questions)
    found = await questions.list_queue(show, state, after=cursor, limit=limit + 1)
    page = [StaffQuestionBody.model_validate(as_staff(question)) for question in found[:limit]]
    return QuestionPage(questions=page, next=page[-1].id if len(found) > limit else None)
