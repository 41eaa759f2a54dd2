"""From which channels a channel takes hand-overs, over HTTP."""

from typing import Annotated, cast

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, Field

from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import RUNNERS, STAFF
from server.audit.trail import acting_by
from server.errors import RefusedError
from server.http.params import ENTITY_ID, EntityId, RequestBody
from server.http.refusals import OF_BODIES, TO_PERMITTED, refusals
from server.http.versions import STALE, IfMatch, answer_version
from server.protocol.codes import Code
from server.shows.tables import WelcomeRow
from server.shows.welcome import Welcomes
from server.shows.welcome_rules import CHANNELS_MAX, Whose

ChannelId = Annotated[str, Path(pattern=ENTITY_ID, max_length=40)]


class HandOverRequest(RequestBody):
    """Who may hand an audience over to the channel's shows. Its own shows always may."""

    whose: Whose = Field(
        description="Of no other channel (`nobody`, at first), of the `channels` that are `named`, of `everybody`."
    )
    channels: list[EntityId] = Field(
        default=[],
        max_length=CHANNELS_MAX,
        description="Ids of channels; kept also while `whose` is another word.",
    )


class HandOverBody(BaseModel):
    """The same as it stands."""

    whose: Whose
    channels: list[str]
    version: int


def router() -> APIRouter:
    """Return the routes of the setting."""
    api = APIRouter(prefix="/v1/channels/{channel}/hand-over-settings", tags=["shows"])
    known = (*TO_PERMITTED, Code.NOT_FOUND)
    api.add_api_route(
        "",
        read_hand_over_settings,
        methods=["GET"],
        summary="Who may hand an audience over to the channel",
        responses=refusals(*known),
    )
    api.add_api_route(
        "",
        set_hand_over_settings,
        methods=["PUT"],
        summary="Set who may hand an audience over to the channel",
        responses=refusals(*known, *OF_BODIES) | STALE,
    )
    return api


async def read_hand_over_settings(
    channel: ChannelId, by: Annotated[Principal, permitted(STAFF)], request: Request, response: Response
) -> HandOverBody:
    """For the channel's staff. The `ETag` is its version."""
    _require_own(channel, by)
    return _answer(response, await _welcomes(request).find(channel))


async def set_hand_over_settings(
    *,
    channel: ChannelId,
    body: HandOverRequest,
    by: Annotated[Principal, permitted(RUNNERS, "shows:write")],
    match: IfMatch,
    request: Request,
    response: Response,
) -> HandOverBody:
    """For hosts and admins; it is so for hand-overs from then on. `not_found` names `channels` that there are not."""
    _require_own(channel, by)
    shown = match.shown_by(_body)
    wanted = _welcomes(request).set(channel, acting_by(by), body.whose, body.channels, shown)
    return _answer(response, await wanted)


def _answer(response: Response, row: WelcomeRow) -> HandOverBody:
    answer_version(response, row.version)
    return _body(row)


def _body(row: WelcomeRow) -> HandOverBody:
    return HandOverBody(whose=cast("Whose", row.whose), channels=row.channels, version=row.version)


def _require_own(channel: str, by: Principal) -> None:
    if channel != by.channel_id:
        raise RefusedError(Code.NOT_FOUND)


def _welcomes(request: Request) -> Welcomes:
    return cast("Welcomes", request.app.state.welcomes)
