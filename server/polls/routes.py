"""Polls over HTTP: prepared in the studio or on the host's page, and listed with their counts for the channel's people."""

from typing import Annotated, cast

from fastapi import APIRouter, Path, Request, Response

from server.access.dependencies import ShowId, member_of_show, reader_of_show
from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import MEMBERS, RUNNERS
from server.audit.trail import acting_by
from server.http.params import ENTITY_ID, OptionalKey
from server.http.refusals import OF_BODIES, TO_PERMITTED, refusals
from server.http.versions import STALE, IfMatch, answer_version
from server.journal.intents import intent_of
from server.polls.bodies import PollBody, PollList, PollRequest, as_body, wanted
from server.polls.service import Polls
from server.protocol.codes import Code

PollId = Annotated[str, Path(pattern=ENTITY_ID, max_length=40, description="The poll's id.")]
Runner = Annotated[Principal, permitted(RUNNERS, "shows:write")]


def router() -> APIRouter:
    """Return the routes of polls."""
    api = APIRouter(prefix="/v1", tags=["polls"])
    known = (*TO_PERMITTED, Code.NOT_FOUND)
    sent = (*known, *OF_BODIES)
    add = api.add_api_route
    add(
        "/shows/{show}/polls",
        list_polls,
        methods=["GET"],
        summary="The polls of a show",
        responses=refusals(*known),
    )
    add(
        "/shows/{show}/polls",
        prepare_poll,
        methods=["POST"],
        status_code=201,
        summary="Prepare a poll",
        responses=refusals(*sent, Code.KEY_REUSED),
    )
    add(
        "/polls/{poll}",
        change_poll,
        methods=["PUT"],
        summary="Change a poll that nobody has voted in",
        responses=refusals(*sent, Code.CONFLICT) | STALE,
    )
    add(
        "/polls/{poll}",
        remove_poll,
        methods=["DELETE"],
        status_code=204,
        response_class=Response,
        summary="Remove a poll that was never open",
        responses=refusals(*known, Code.CONFLICT) | STALE,
    )
    return api


async def list_polls(
    show: ShowId, by: Annotated[Principal, reader_of_show(MEMBERS, "stats:read")], request: Request
) -> PollList:
    """For the channel's staff and analysts. The counts are exact, those of now."""
    return PollList(polls=[as_body(each) for each in await _polls(request).list_of(show, by.channel_id)])


async def prepare_poll(
    *,
    show: ShowId,
    body: PollRequest,
    by: Annotated[Principal, member_of_show(RUNNERS, "shows:write")],
    request: Request,
    response: Response,
    key: OptionalKey = None,
) -> PollBody:
    """For hosts and admins, before and during the show. Nobody else sees it before it is opened."""
    intent = intent_of(by.id, key, "POST /v1/shows/polls", by.channel_id, show, body.model_dump())
    made = await _polls(request).prepare(show, by.channel_id, acting_by(by), wanted(body), intent=intent)
    answer_version(response, made.version)
    return as_body(made)


async def change_poll(
    *, poll: PollId, body: PollRequest, by: Runner, request: Request, response: Response, match: IfMatch
) -> PollBody:
    """For hosts and admins, until the first vote: `conflict` after it, for what was voted in keeps its question."""
    changed = await _polls(request).change(
        poll, by.channel_id, acting_by(by), wanted(body), match=match.shown_by(as_body)
    )
    answer_version(response, changed.version)
    return as_body(changed)


async def remove_poll(poll: PollId, by: Runner, request: Request, match: IfMatch) -> None:
    """For hosts and admins; one that was open stays."""
    await _polls(request).change(poll, by.channel_id, acting_by(by), None, match=match.shown_by(as_body))


def _polls(request: Request) -> Polls:
    return cast("Polls", request.app.state.polls)
