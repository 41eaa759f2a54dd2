"""Shows over HTTP: lists, one show, and a new one."""

from typing import Annotated, cast

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, BeforeValidator, Field

from server.access.dependencies import ShowId
from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import RUNNERS
from server.access.tokens import NAME_CHARACTERS_MAX
from server.audit.trail import acting_by
from server.http.params import (
    Address,
    Cursor,
    EntityId,
    Face,
    GivenMoment,
    Limit,
    Moment,
    OneLine,
    OptionalKey,
    RequestBody,
)
from server.http.refusals import refusals
from server.journal.intents import intent_of
from server.protocol.codes import Code
from server.protocol.pushes import Moderation, ShowState, Video
from server.shows.repository import ShowOrder
from server.shows.rules import TITLE_CHARACTERS_MAX
from server.shows.service import Plan, Selection, Shows


def _split(values: list[str]) -> list[str]:
    return [state for value in values for state in value.split(",")]


States = Annotated[
    list[ShowState],
    BeforeValidator(_split),
    Query(description="Only shows in one of these states; several may also be joined by commas."),
]
Search = Annotated[
    OneLine,
    Query(
        alias="q",
        max_length=TITLE_CHARACTERS_MAX,
        description="Only shows whose title holds each of these words, in any case and width.",
    ),
]
InOrder = Annotated[
    ShowOrder,
    Query(description="`newest`: made last first. `soonest`: by `starts_at`, those without one last."),
]


class VideoBody(Face):
    """Addresses of the show's pictures; empty where there is none."""

    hls: str
    mp4: str
    poster: str


class VideoRequest(RequestBody):
    """Addresses of the show's pictures; empty where there is none."""

    hls: Address = ""
    mp4: Address = ""
    poster: Address = ""


class ShowBody(Face):
    """A show as everybody may see it."""

    id: str
    channel: str
    title: str
    host: str
    state: ShowState
    moderation: Moderation = Field(description="`pre`: questions are seen once somebody approved them.")
    starts_at: Moment | None
    started_at: Moment | None
    ended_at: Moment | None
    video: VideoBody


class ShowPage(BaseModel):
    """A page of shows, in the order asked for."""

    shows: list[ShowBody]
    next: str | None = Field(description="Send it as `cursor` for the page after this one; null on the last.")


class ShowRequest(RequestBody):
    """What a new show is to be. Its channel is the caller's."""

    title: str = Field(
        min_length=1,
        max_length=4 * TITLE_CHARACTERS_MAX,
        description=f"At most {TITLE_CHARACTERS_MAX} characters as it is kept.",
    )
    host: str = Field(
        min_length=1,
        max_length=4 * NAME_CHARACTERS_MAX,
        description=f"The name shown to viewers, at most {NAME_CHARACTERS_MAX} characters as it is kept.",
    )
    moderation: Moderation = "post"
    guests_allowed: bool = True
    starts_at: GivenMoment | None = None
    video: VideoRequest = VideoRequest()


def router() -> APIRouter:
    """Return the routes of shows."""
    api = APIRouter(prefix="/v1", tags=["shows"])
    known = (
        Code.UNAUTHENTICATED,
        Code.TOKEN_EXPIRED,
        Code.FORBIDDEN,
        Code.NOT_FOUND,
        Code.INVALID,
        Code.UNAVAILABLE,
    )
    api.add_api_route(
        "/shows",
        list_shows,
        methods=["GET"],
        summary="The shows of a channel",
        responses=refusals(Code.INVALID, Code.UNAVAILABLE),
    )
    api.add_api_route(
        "/shows",
        create_show,
        methods=["POST"],
        status_code=201,
        summary="A new show of the caller's channel",
        responses=refusals(*known, Code.BAD_JSON, Code.TOO_LARGE, Code.KEY_REUSED),
    )
    api.add_api_route(
        "/shows/{show}",
        get_show,
        methods=["GET"],
        summary="One show",
        responses=refusals(Code.NOT_FOUND, Code.INVALID, Code.UNAVAILABLE),
    )
    return api


async def list_shows(
    request: Request,
    *,
    channel: Annotated[EntityId, Query(description="The channel's id.")],
    cursor: Cursor = None,
    limit: Limit = 20,
    state: States = [],  # noqa: B006 - read only
    search: Search = "",
    order: InOrder = "newest",
) -> ShowPage:
    """Scheduled, live and ended shows, page by page. A channel that does not exist has none.

    Send the same filters with `cursor`.
    """
    shows = cast("Shows", request.app.state.shows)
    which = Selection(state, search, order)
    found = await shows.list_of(channel, after=cursor, limit=limit + 1, which=which)
    page = [ShowBody.model_validate(show) for show in found[:limit]]
    return ShowPage(shows=page, next=page[-1].id if len(found) > limit else None)


async def get_show(show: ShowId, request: Request) -> ShowBody:
    """The same object as in the snapshot; needs no token."""
    return ShowBody.model_validate(await cast("Shows", request.app.state.shows).find(show))


async def create_show(
    body: ShowRequest,
    by: Annotated[Principal, permitted(RUNNERS, "shows:write")],
    request: Request,
    response: Response,
    key: OptionalKey = None,
) -> ShowBody:
    """For hosts and admins. The show begins as `scheduled`; `show.start` on its socket makes it live. The same key gets it again."""
    plan = Plan(
        title=body.title,
        host=body.host,
        moderation=body.moderation,
        guests_allowed=body.guests_allowed,
        starts_at=body.starts_at,
        video=Video(hls=body.video.hls, mp4=body.video.mp4, poster=body.video.poster),
    )
    intent = intent_of(by.id, key, "POST /v1/shows", by.channel_id, plan)
    show = await cast("Shows", request.app.state.shows).create(
        by.channel_id, acting_by(by), plan, intent=intent
    )
    response.headers["Location"] = f"/v1/shows/{show.id}"
    return ShowBody.model_validate(show)
