"""Questions like a text, over HTTP: for whoever is about to ask, and for moderators who look for twins."""

from typing import Annotated, cast

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from server.access.dependencies import ShowId, TalkerOfShow
from server.access.roles import is_staff
from server.http import pacing
from server.http.params import Face
from server.http.refusals import OF_BODIES, refusals
from server.pace.rates import Act
from server.protocol.codes import Code
from server.questions.bodies import QuestionBody, StaffQuestionBody
from server.questions.faces import as_public, as_staff
from server.questions.rules import TEXT_CHARACTERS_MAX, VISIBLE
from server.questions.similar import FOR_STAFF, SimilarQuestions
from server.text import clean_text

Likeness = Annotated[
    int, Field(ge=68, le=100, description="100: the same but for case, width, kana and punctuation.")
]


class SimilarRequest(BaseModel):
    """What somebody is about to ask, or has asked."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(min_length=1, max_length=2 * TEXT_CHARACTERS_MAX)]
    limit: Annotated[int, Field(ge=1, le=20)] = 5


class SimilarQuestion(Face):
    """A question that is like the text."""

    likeness: Likeness
    question: StaffQuestionBody | QuestionBody


class SimilarBody(BaseModel):
    """The likest first."""

    questions: list[SimilarQuestion]


def router() -> APIRouter:
    """Return the route."""
    api = APIRouter(prefix="/v1", tags=["questions"])
    api.add_api_route(
        "/shows/{show}/questions/similar",
        find_similar,
        methods=["POST"],
        summary="Questions like a text",
        responses=refusals(
            Code.UNAUTHENTICATED,
            Code.TOKEN_EXPIRED,
            Code.FORBIDDEN,
            Code.GUESTS_REFUSED,
            Code.BANNED,
            Code.NOT_FOUND,
            Code.TOO_FAST,
            *OF_BODIES,
        ),
    )
    return api


async def find_similar(
    show: ShowId, body: SimilarRequest, entrant: TalkerOfShow, request: Request, response: Response
) -> SimilarBody:
    """For whoever may enter the show: what viewers see, and for staff what waits as well. The text is kept nowhere."""
    await pacing.spend(request, Act.SIMILAR, viewer=entrant.viewer_id)
    text = clean_text(body.text, characters_max=TEXT_CHARACTERS_MAX)
    similar = cast("SimilarQuestions", request.app.state.similar_questions)
    response.headers["Cache-Control"] = "no-store"
    staff = is_staff(entrant.role)
    found = await similar.like(show, text, states=FOR_STAFF if staff else VISIBLE, limit=body.limit)
    return SimilarBody(
        questions=[
            SimilarQuestion(
                likeness=round(each.likeness),
                question=StaffQuestionBody.model_validate(as_staff(each.question))
                if staff
                else QuestionBody.model_validate(as_public(each.question)),
            )
            for each in found
        ]
    )
