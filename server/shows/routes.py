"""Shows over HTTP: lists, one show, and a new one."""

from typing import Annotated, cast

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, BeforeValidator, Field

from server.access.dependencies import ShowId
from server.access.permission import OptionalPrincipal, permitted
from server.access.principal import Principal, may_know_hidden
from server.access.roles import RUNNERS
from server.audit.trail import acting_by
from server.errors import RefusedError
from server.http.params import Cursor, EntityId, Limit, OneLine, OptionalKey
from server.http.refusals import refusals
from server.http.versions import answer_version
from server.journal.intents import intent_of
from server.protocol.codes import Code
from server.protocol.pushes import HIDDEN, Show, ShowState
from server.shows.bodies import ShowBody, ShowRequest
from server.shows.repository import ShowOrder
from server.shows.rules import TITLE_CHARACTERS_MAX
from server.shows.service import Selection, Shows


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


Archived = Annotated[
    bool, Query(description="Those that were taken out of the lists, and no others; for staff.")
]


class ShowPage(BaseModel):
    """A page of shows, in the order asked for."""

    shows: list[ShowBody]
    next: str | None = Field(description="Send it as `cursor` for the page after this one; null on the last.")


def router() -> APIRouter:
    """Return the routes of shows."""
    api = APIRouter(prefix="/v1", tags=["shows"])
    bearer = (Code.UNAUTHENTICATED, Code.TOKEN_EXPIRED, Code.TOKEN_REVOKED)
    known = (
        *bearer,
        Code.FORBIDDEN,
        Code.NOT_FOUND,
        Code.UNAVAILABLE,
    )
    api.add_api_route(
        "/shows",
        list_shows,
        methods=["GET"],
        summary="The shows of a channel",
        responses=refusals(*bearer, Code.FORBIDDEN, Code.UNAVAILABLE),
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
        responses=refusals(*bearer, Code.NOT_FOUND, Code.UNAVAILABLE),
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
    archived: Archived = False,
    caller: OptionalPrincipal,
) -> ShowPage:
    """The channel's shows, page by page; its staff also get drafts and rehearsals. A channel that does not exist has none.

    Send the same filters with `cursor`.
    """
    shows = cast("Shows", request.app.state.shows)
    staff = may_know_hidden(caller, channel)
    if archived and not staff:
        raise RefusedError(Code.FORBIDDEN, "Only the channel's staff see what is archived.")
    which = Selection(state, search, order, hidden=staff, archived=archived)
    found = await shows.list_of(channel, after=cursor, limit=limit + 1, which=which)
    page = [ShowBody.model_validate(show) for show in found[:limit]]
    return ShowPage(shows=page, next=page[-1].id if len(found) > limit else None)


async def get_show(show: ShowId, request: Request, response: Response, caller: OptionalPrincipal) -> ShowBody:
    """The same object as in the snapshot; needs no token, but for drafts and rehearsals one of the channel's staff."""
    found = await find_visible(request, show, caller)
    answer_version(response, found.version)
    return ShowBody.model_validate(found)


async def find_visible(request: Request, show_id: str, caller: Principal | None) -> Show:
    """Return the show, if the caller may know of it; raises `not_found`."""
    found = await cast("Shows", request.app.state.shows).find(show_id)
    if found.state in HIDDEN and not may_know_hidden(caller, found.channel):
        raise RefusedError(Code.NOT_FOUND)
    return found


async def create_show(
    body: ShowRequest,
    by: Annotated[Principal, permitted(RUNNERS, "shows:write")],
    request: Request,
    response: Response,
    key: OptionalKey = None,
) -> ShowBody:
    """For hosts and admins. `show.start` on its socket makes a scheduled show live. The same key gets it again."""
    plan = body.as_plan()
    intent = intent_of(by.id, key, "POST /v1/shows", by.channel_id, plan)
    show = await cast("Shows", request.app.state.shows).create(
        by.channel_id, acting_by(by), plan, intent=intent
    )
    response.headers["Location"] = f"/v1/shows/{show.id}"
    answer_version(response, show.version)
    return ShowBody.model_validate(show)
