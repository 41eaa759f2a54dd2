"""How a channel screens what viewers write, over HTTP, for its own people."""

from typing import Annotated, cast

from fastapi import APIRouter, Request, Response

from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import ADMINS, MEMBERS, STAFF
from server.http.refusals import OF_BODIES, TO_PERMITTED, refusals
from server.http.versions import STALE, IfMatch, answer_version
from server.protocol.codes import Code
from server.screening.bodies import (
    TRIED_CHARACTERS_MAX,
    ScreeningBody,
    ScreeningRequest,
    SecretBody,
    TriedBody,
    TryRequest,
    as_body,
    as_tried,
)
from server.screening.screener import Screener
from server.screening.service import ChannelScreening
from server.screening.settings import ScreeningSettings, Wish
from server.screening.tables import ScreeningSettingsRow
from server.text import clean_text


def router() -> APIRouter:
    """Return the routes of a channel's screening."""
    api = APIRouter(prefix="/v1/channel/screening", tags=["channel"])
    known = refusals(*TO_PERMITTED)
    api.add_api_route(
        "",
        get_settings,
        methods=["GET"],
        summary="How the channel screens what viewers write",
        responses=known,
    )
    api.add_api_route(
        "",
        put_settings,
        methods=["PUT"],
        summary="Set how the channel screens what viewers write",
        responses=refusals(*TO_PERMITTED, *OF_BODIES) | STALE,
    )
    api.add_api_route(
        "/try",
        try_text,
        methods=["POST"],
        summary="What would become of a text",
        responses=refusals(*TO_PERMITTED, *OF_BODIES),
    )
    secret = refusals(*TO_PERMITTED, Code.NOT_FOUND)
    api.add_api_route(
        "/secret",
        get_secret,
        methods=["GET"],
        summary="The secret of the channel's reviewer",
        responses=secret,
    )
    api.add_api_route(
        "/secret",
        renew_secret,
        methods=["POST"],
        summary="Make the reviewer another secret",
        responses=secret,
    )
    return api


async def get_settings(
    by: Annotated[Principal, permitted(MEMBERS)], request: Request, response: Response
) -> ScreeningBody:
    """For the channel's own people. The `ETag` is its version."""
    return _answer(response, await _settings(request).find(by.channel_id))


async def put_settings(
    body: ScreeningRequest,
    by: Annotated[Principal, permitted(ADMINS)],
    match: IfMatch,
    request: Request,
    response: Response,
) -> ScreeningBody:
    """For admins. It holds on every process within a second, for what is written from then on."""
    reviewer = body.reviewer
    wish = Wish(
        body.as_settings(),
        None if reviewer is None else reviewer.url,
        "allow" if reviewer is None else reviewer.fallback,
    )
    return _answer(response, await _settings(request).set(by, wish, match.shown_by(as_body)))


async def try_text(
    body: TryRequest,
    by: Annotated[Principal, permitted(STAFF, "shows:write")],
    request: Request,
    response: Response,
) -> TriedBody:
    """For hosts, moderators and admins: as if a viewer wrote it who has written before, in a show without pre-moderation."""
    response.headers["Cache-Control"] = "no-store"
    text = clean_text(body.text, characters_max=TRIED_CHARACTERS_MAX)
    if body.settings is not None:
        return as_tried(Screener(body.settings.as_settings()).look(text))
    screening = cast("ChannelScreening", request.app.state.screening)
    return as_tried(await screening.judge(by.channel_id, None, text))


async def get_secret(
    by: Annotated[Principal, permitted(ADMINS)], request: Request, response: Response
) -> SecretBody:
    """For admins."""
    response.headers["Cache-Control"] = "no-store"
    return SecretBody(secret=await _settings(request).secret(by.channel_id))


async def renew_secret(
    by: Annotated[Principal, permitted(ADMINS)], request: Request, response: Response
) -> SecretBody:
    """For admins. The one before is good no more, within a second."""
    response.headers["Cache-Control"] = "no-store"
    return SecretBody(secret=await _settings(request).renew_secret(by))


def _settings(request: Request) -> ScreeningSettings:
    return cast("ScreeningSettings", request.app.state.screening_settings)


def _answer(response: Response, row: ScreeningSettingsRow) -> ScreeningBody:
    answer_version(response, row.version)
    return as_body(row)
