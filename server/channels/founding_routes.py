"""The first channel over HTTP."""

from typing import cast

from fastapi import APIRouter, Request

from server.access.routes import TokenAnswer
from server.channels.founding import Founding
from server.channels.rules import Language, Plan
from server.channels.shapes import (
    WITH_BODY,
    ChannelName,
    Currency,
    LinkCode,
    NewcomerBody,
    TimeZone,
    whence,
)
from server.channels.welcome import NotingFailures, welcome
from server.http import pacing
from server.http.params import OptionalKey, RequestBody
from server.http.refusals import refusals
from server.pace.rates import Act
from server.protocol.codes import Code


class FoundingWish(RequestBody):
    """The first channel and its admin, by the owner's link."""

    code: LinkCode
    name: ChannelName
    currency: Currency
    time_zone: TimeZone
    language: Language
    person: NewcomerBody


def router() -> APIRouter:
    """Return the route by which the first channel begins."""
    api = APIRouter(prefix="/v1", tags=["channel"])
    by_link = (Code.UNAUTHENTICATED, Code.UNAVAILABLE, *WITH_BODY)
    api.add_api_route(
        "/channels",
        found_channel,
        methods=["POST"],
        status_code=201,
        summary="Make the first channel, by the owner's link",
        responses=refusals(*by_link, Code.KEY_REUSED, Code.BUSY, Code.TOKEN_REVOKED),
    )
    return api


async def found_channel(body: FoundingWish, request: Request, key: OptionalKey = None) -> TokenAnswer:
    """Works once, and only where there is no channel yet. The same code and key get the same again."""
    await pacing.spend(request, Act.SIGN_IN)
    plan = Plan(body.name, body.currency, body.time_zone, body.language)
    founding = cast("Founding", request.app.state.founding)
    with NotingFailures(request):
        signed_in = await founding.found(body.code, plan, body.person.newcomer(), whence(request), key=key)
    return welcome(request, signed_in, "joined")
