"""What one viewer did in a show, over HTTP: put together from what the features know of them."""

from typing import cast

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from server.access.dependencies import EntrantOfShow, ShowId
from server.comments.bodies import OwnCommentBody
from server.comments.faces import as_own as as_own_comment
from server.comments.service import Comments
from server.giveaways.bodies import OwnEntryBody, as_own_entry
from server.giveaways.service import Giveaways
from server.http.refusals import refusals
from server.polls.bodies import OwnVoteBody, as_own_vote
from server.polls.service import Polls
from server.protocol.codes import Code
from server.questions.bodies import FateBody, QuestionBody
from server.questions.faces import as_own
from server.questions.rules import Question
from server.questions.service import Questions
from server.sanctions.bodies import OwnSanctionBody, own_body
from server.sanctions.faces import as_own as as_own_sanction
from server.sanctions.service import Sanctions
from server.shop.routes import OrderBody, as_body
from server.shop.rules import Order
from server.shop.service import Shop
from server.surveys.service import Surveys
from server.viewers.aliases import Aliases


class OwnQuestionBody(FateBody):
    """A question as its author sees it."""

    into: FateBody | None = Field(
        default=None,
        exclude_if=lambda into: into is None,
        description="The question that stands for it while it is merged.",
    )


class OwnBody(BaseModel):
    """What the viewer did in a show, newest first."""

    questions: list[OwnQuestionBody]
    votes: list[str] = Field(description="Ids of the questions voted for.")
    orders: list[OrderBody]
    told: list[QuestionBody] = Field(
        description="Questions voted for whose answer is for those alone who asked or voted."
    )
    surveys: list[str] = Field(description="Ids of the surveys whose card was shown, or that were answered.")
    comments: list[OwnCommentBody] = Field(description="The newest 100.")
    reacted: dict[str, list[str]] = Field(
        description="By comment the kinds of the viewer's reactions; of the newest 100."
    )
    polls: list[OwnVoteBody]
    sanctions: list[OwnSanctionBody] = Field(
        description="What staff have laid on the viewer and holds now, as far as they are told."
    )
    giveaways: list[OwnEntryBody]


def router() -> APIRouter:
    """Return the routes of a viewer's own part."""
    api = APIRouter(prefix="/v1", tags=["shows"])
    api.add_api_route(
        "/shows/{show}/me",
        get_own,
        methods=["GET"],
        summary="The viewer's own questions, votes and orders",
        responses=refusals(
            Code.UNAUTHENTICATED,
            Code.TOKEN_EXPIRED,
            Code.FORBIDDEN,
            Code.NOT_FOUND,
            Code.UNAVAILABLE,
            Code.GUESTS_REFUSED,
        ),
    )
    return api


async def get_own(show: ShowId, viewer: EntrantOfShow, request: Request) -> OwnBody:
    """For the bearer of the token alone; a new device with the same token finds everything here.

    What they did in the show as a guest, before they signed in, is theirs.
    """
    aliases = cast("Aliases", request.app.state.aliases)
    asked: list[Question] = []
    votes: list[str] = []
    told: dict[str, Question] = {}
    roots: dict[str, Question] = {}
    bought: list[Order] = []
    every = [viewer.viewer_id, *await aliases.guests_of(show, viewer)]
    for viewer_id in every:
        own = await cast("Questions", request.app.state.questions).list_own(show, viewer_id)
        asked += own.asked
        votes += [question for question in own.voted if question not in votes]
        told |= {question.id: question for question in own.told}
        roots |= own.roots
        bought += await cast("Shop", request.app.state.shop).list_own(show, viewer_id)
    seen = await cast("Surveys", request.app.state.surveys).seen_by(show, every)
    commented, reactions = await cast("Comments", request.app.state.comments).list_own(show, every)
    reacted: dict[str, list[str]] = {}
    for reaction in reactions:
        reacted.setdefault(reaction.comment_id, []).append(reaction.kind)
    polled = await cast("Polls", request.app.state.polls).own(show, every)
    sanctions = cast("Sanctions", request.app.state.sanctions)
    holding = await sanctions.holding(show, viewer.channel_id, every)
    entered = await cast("Giveaways", request.app.state.giveaways).own(show, every)
    # Ids sort by age.
    asked.sort(key=lambda question: question.id, reverse=True)
    bought.sort(key=lambda order: order.id, reverse=True)
    return OwnBody(
        questions=[_own_body(question, roots.get(question.merged_into or "")) for question in asked],
        votes=votes,
        told=[QuestionBody.model_validate(as_own(question)) for question in told.values()],
        orders=[as_body(order) for order in bought],
        surveys=seen,
        comments=[OwnCommentBody.model_validate(as_own_comment(comment)) for comment in commented],
        reacted=reacted,
        polls=[as_own_vote(each) for each in polled],
        sanctions=[own_body(as_own_sanction(row)) for row in holding],
        giveaways=[as_own_entry(each) for each in entered],
    )


def _own_body(question: Question, root: Question | None) -> OwnQuestionBody:
    body = OwnQuestionBody.model_validate(as_own(question))
    return body if root is None else body.model_copy(update={"into": FateBody.model_validate(as_own(root))})
