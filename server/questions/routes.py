"""Questions over HTTP: the moderation queue for staff, and for everybody what viewers see."""

from dataclasses import replace
from typing import Annotated, cast

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from server.access.dependencies import OptionalIdentity, ShowId, moderates
from server.access.entry import require_entry
from server.access.roles import is_staff
from server.errors import RefusedError
from server.http import pacing
from server.http.params import ENTITY_ID, Limit
from server.http.refusals import refusals
from server.pace.rates import Act
from server.protocol.codes import Code
from server.protocol.pushes import QuestionState
from server.questions.bodies import ListedQuestionBody, QuestionBody
from server.questions.browsing import Browsing
from server.questions.choice import Choice, Page, QuestionOrder
from server.questions.faces import as_public, as_staff
from server.questions.rules import VISIBLE
from server.questions.visible_pages import VisiblePages, Wanted


class QuestionPage(BaseModel):
    """A page of questions as everybody may see them."""

    questions: list[QuestionBody]
    next: str | None = Field(description="Send it as `cursor` for the page after this one; null on the last.")


class StaffQuestionPage(BaseModel):
    """A page of questions as staff see them."""

    questions: list[ListedQuestionBody]
    next: str | None = Field(description="Send it as `cursor` for the page after this one; null on the last.")


QuestionCursor = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=64,
        pattern=ENTITY_ID,
        description="`next` of the page before, sent with the same filters and order; none for the first page.",
    ),
]
Words = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=120,
        description="Only questions that hold each of these words, in any case, width and kind of kana; by `newest` alone.",
    ),
]
Label = Annotated[
    str | None,
    Query(min_length=1, max_length=4 * 24, description="For staff: only questions with this label."),
]
Product = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=40,
        pattern=ENTITY_ID,
        description="Only questions about this product or a variant of it.",
    ),
]
Order = Annotated[
    QuestionOrder,
    Query(
        description="`wanted`: open ones first, then by votes, then the newest. `oldest`: unanswered ones first, then the oldest. "
        "`product`: in the order of the line-up, then by `wanted`. `repeat_buyers`, for staff: what they asked first, then by `wanted`."
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
            Code.TOO_FAST,
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
    order: Order = "newest",
    product: Product = None,
    label: Label = None,
    q: Words = None,
    cursor: QuestionCursor = None,
    limit: Limit = 50,
) -> StaffQuestionPage | QuestionPage:
    """Staff of the show's channel get all states; everybody else gets what viewers see, which may be a second old."""
    response.headers["Vary"] = "Authorization"
    states = None if state is None else (state,)
    choice = Choice(show, states, order, product, label, q)
    if identity is not None and is_staff(identity.role) and await moderates(show, request, identity):
        response.headers["Cache-Control"] = "no-store"
        browsing = cast("Browsing", request.app.state.browsing_questions)
        return _as_staff_page(await browsing.page(choice, cursor, limit))
    if (state is not None and state not in VISIBLE) or label is not None or order == "repeat_buyers":
        raise RefusedError(Code.FORBIDDEN, "Only staff see this.")
    if q is not None:
        await pacing.spend(request, Act.SIMILAR, viewer=identity.viewer_id if identity else None)
    pages = cast("VisiblePages", request.app.state.visible_questions)
    seen = replace(choice, states=states or tuple(sorted(VISIBLE)))
    found = await pages.page(Wanted(seen, cursor, limit))
    require_entry(identity, found.door)
    response.headers["Cache-Control"] = f"{'public' if found.door.guests_allowed else 'private'}, max-age=1"
    questions = [QuestionBody.model_validate(as_public(question)) for question in found.page.questions]
    return QuestionPage(questions=questions, next=found.page.next)


def _as_staff_page(page: Page) -> StaffQuestionPage:
    questions = [
        ListedQuestionBody.model_validate(as_staff(question)).model_copy(
            update={"repeat_buyer": question.id in page.repeat_buyers}
        )
        for question in page.questions
    ]
    return StaffQuestionPage(questions=questions, next=page.next)
