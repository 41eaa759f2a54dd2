"""What fits a viewer, for themselves; and what is known of those who ask, for the host's side."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from server.access.dependencies import EntrantOfShow, ShowId
from server.access.roles import require_staff
from server.http.made_once import made_once
from server.http.params import EntityId
from server.http.refusals import refusals
from server.personal.cards import QUESTIONS_MAX, AskerCard, Cards
from server.personal.for_you import ForYouBody
from server.personal.service import Personal
from server.protocol.codes import Code

ThePersonal = Annotated[Personal, Depends(made_once("personal", Personal))]
TheCards = Annotated[Cards, Depends(made_once("asker_cards", Cards))]


class AskerCards(BaseModel):
    """The cards that there are."""

    cards: list[AskerCard]


def router() -> APIRouter:
    """Return both routes."""
    api = APIRouter(prefix="/v1/shows/{show}", tags=["shows"])
    refused = refusals(
        Code.UNAUTHENTICATED,
        Code.TOKEN_EXPIRED,
        Code.TOKEN_REVOKED,
        Code.FORBIDDEN,
        Code.NOT_FOUND,
        Code.UNAVAILABLE,
        Code.GUESTS_REFUSED,
    )
    api.add_api_route(
        "/for-you", get_for_you, methods=["GET"], summary="What may fit the viewer", responses=refused
    )
    api.add_api_route(
        "/askers", get_askers, methods=["GET"], summary="What is known of those who asked", responses=refused
    )
    return api


async def get_for_you(show: ShowId, viewer: EntrantOfShow, personal: ThePersonal) -> ForYouBody:
    """For the bearer of the token alone, by what they did in this channel; empty without their consent. Ask some time after joining."""
    return await personal.for_you(show, viewer)


async def get_askers(
    show: ShowId,
    staff: EntrantOfShow,
    cards: TheCards,
    question: Annotated[
        list[EntityId], Query(max_length=QUESTIONS_MAX, description="Ids of questions; up to 50.")
    ] = [],  # noqa: B006 - read only
) -> AskerCards:
    """For moderators, hosts and admins. Nothing is told of guests who did not agree to be recognised, nor of newcomers."""
    require_staff(staff.role)
    return AskerCards(cards=await cards.of_questions(staff.channel_id, show, question))
