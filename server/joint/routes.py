"""Holding shows together over HTTP, for the studio and for the shop's own programs."""

from typing import Annotated, cast

from fastapi import APIRouter, Request, Response
from pydantic import Field

from server.access.dependencies import ShowId
from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import RUNNERS
from server.clock import to_wire
from server.http.params import EntityId, Face, Moment, RequestBody
from server.http.refusals import OF_BODIES, TO_PERMITTED, refusals
from server.http.versions import answer_version
from server.joint.service import JointShows
from server.protocol.codes import Code
from server.protocol.pushes import Show
from server.shows.bodies import ShowBody

Runner = Annotated[Principal, permitted(RUNNERS, "shows:write")]
JointCode = Annotated[
    str,
    Field(
        pattern=r"^jc_[A-Za-z0-9_-]+$",
        min_length=8,
        max_length=64,
        description="As the other channel told it.",
    ),
]


class InvitedBody(Face):
    """An invitation to hold a show together. Its code is told this once, and is used once."""

    code: str
    ends_at: Moment


class LookRequest(RequestBody):
    """Which invitation is meant."""

    code: JointCode


class SightBody(Face):
    """What an invitation is to: the show that invites, and what its channel is called."""

    show: ShowBody
    name: str
    ends_at: Moment


class JoinRequest(RequestBody):
    """Which of one's own shows is to be held in the one that invites."""

    code: JointCode
    show: EntityId


def router() -> APIRouter:
    """Return the routes of joint shows."""
    api = APIRouter(prefix="/v1", tags=["shows"])
    known = (*TO_PERMITTED, Code.NOT_FOUND)
    add = api.add_api_route
    add(
        "/shows/{show}/joint/invitations",
        invite,
        methods=["POST"],
        status_code=201,
        summary="Invite another channel to hold a show together",
        responses=refusals(*known, Code.SHOW_NOT_LIVE, Code.CONFLICT),
        operation_id="invite_to_joint_show",
    )
    add(
        "/joint/look",
        look,
        methods=["POST"],
        summary="What an invitation is to",
        responses=refusals(*known, *OF_BODIES),
        operation_id="look_at_joint_invitation",
    )
    add(
        "/joint",
        join,
        methods=["POST"],
        summary="Hold a show in the one that invites",
        responses=refusals(*known, *OF_BODIES, Code.SHOW_NOT_LIVE, Code.CONFLICT, Code.TOO_MANY),
        operation_id="join_joint_show",
    )
    add(
        "/shows/{show}/joint/{other}",
        leave,
        methods=["DELETE"],
        summary="Hold a show together with another one no longer",
        responses=refusals(*known),
        operation_id="leave_joint_show",
    )
    return api


async def invite(show: ShowId, by: Runner, request: Request) -> InvitedBody:
    """For hosts and admins. Who has the code holds one of their shows in this one; it may be used for a week."""
    invited = await _joint(request).invite(show, by)
    return InvitedBody(code=invited.code, ends_at=to_wire(invited.ends_at))


async def look(body: LookRequest, by: Runner, request: Request) -> SightBody:
    """For hosts and admins of whatever channel who were told the code."""
    sight = await _joint(request).look(body.code)
    return SightBody(
        show=ShowBody.model_validate(sight.show), name=sight.name, ends_at=to_wire(sight.ends_at)
    )


async def join(body: JoinRequest, by: Runner, request: Request, response: Response) -> ShowBody:
    """For hosts and admins. The show begins and ends with the one that invites, where everybody talks; it sells its own line-up."""
    return _answer(response, await _joint(request).join(body.code, body.show, by))


async def leave(show: ShowId, other: EntityId, by: Runner, request: Request, response: Response) -> ShowBody:
    """For hosts and admins of either show, at any time. One that has begun goes on by itself."""
    return _answer(response, await _joint(request).leave(show, other, by))


def _joint(request: Request) -> JointShows:
    return cast("JointShows", request.app.state.joint_shows)


def _answer(response: Response, show: Show) -> ShowBody:
    answer_version(response, show.version)
    return ShowBody.model_validate(show)
