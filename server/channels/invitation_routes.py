"""Links that work once, over HTTP: made by admins, looked at and used by who has one."""

from datetime import timedelta
from typing import Annotated, Any, cast

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field

from server import security
from server.access.routes import TokenAnswer
from server.channels.invitations import Invitations
from server.channels.links import INVITATION_LIFETIME, Kind, kind_of
from server.channels.people_routes import own_id
from server.channels.resets import Resets
from server.channels.rules import Language, MemberRole
from server.channels.shapes import (
    OF_PEOPLE,
    WITH_BODY,
    Admin,
    Email,
    LinkCode,
    NewcomerBody,
    NewPassword,
    PersonId,
    address_of,
    identity_of,
    whence,
)
from server.channels.tables import InvitationRow
from server.channels.welcome import NotingFailures, welcome
from server.clock import to_wire
from server.http import pacing
from server.http.params import ENTITY_ID, Cursor, Limit, Moment, OptionalKey, RequestBody
from server.http.refusals import refusals
from server.pace.rates import Act
from server.protocol.codes import Code

HOURS_MAX = 24 * 30
InvitationId = Annotated[str, Path(alias="invitation", pattern=ENTITY_ID, max_length=40)]


class CodeBody(RequestBody):
    """The code of a link."""

    code: LinkCode


class InvitationWish(RequestBody):
    """Whom an admin invites: in which role, for how long; `email` is what the form is filled in with."""

    role: MemberRole
    email: Email | None = None
    hours: Annotated[int, Field(ge=1, le=HOURS_MAX)] = int(INVITATION_LIFETIME.total_seconds()) // 3600


class Acceptance(RequestBody):
    """Who joins by which link."""

    code: LinkCode
    person: NewcomerBody


class Reset(RequestBody):
    """A new password by a link."""

    code: LinkCode
    password: NewPassword


class InvitationBody(BaseModel):
    """A link that can still be used."""

    id: str
    role: MemberRole
    email: str
    created_at: Moment
    ends_at: Moment
    made_by: str = Field(description="The name of who made it; empty for the terminal.")


class NewLink(InvitationBody):
    """A link that was just made."""

    path: str = Field(description="Its address behind the server's name. It is told now and never again.")


class InvitationPage(BaseModel):
    """Some of a channel's open invitations."""

    invitations: list[InvitationBody]
    next: str | None


class LinkSight(BaseModel):
    """What who holds a link may see of it."""

    kind: Kind
    role: MemberRole
    email: str
    ends_at: Moment
    channel: str = Field(description="The channel's name; empty for the owner's link.")
    language: Language | None = Field(description="The channel's; null for the owner's link.")
    name: str = Field(description="Whose password is set anew; else empty.")


def router() -> APIRouter:
    """Return the routes of links."""
    api = APIRouter(prefix="/v1", tags=["people"])
    by_link = (Code.UNAUTHENTICATED, Code.UNAVAILABLE, *WITH_BODY)
    making = (*OF_PEOPLE, *WITH_BODY, Code.KEY_REUSED)
    add = api.add_api_route
    add(
        "/invitations",
        list_invitations,
        methods=["GET"],
        summary="Invitations that can still be used",
        responses=refusals(*OF_PEOPLE),
    )
    add(
        "/invitations",
        invite,
        methods=["POST"],
        status_code=201,
        summary="Invite somebody to the channel",
        responses=refusals(*making),
    )
    add(
        "/invitations/look",
        look,
        methods=["POST"],
        summary="What a link is for, without using it",
        responses=refusals(*by_link),
    )
    add(
        "/invitations/accept",
        accept,
        methods=["POST"],
        status_code=201,
        summary="Join the channel by an invitation",
        responses=refusals(*by_link, Code.KEY_REUSED, Code.EMAIL_TAKEN, Code.BUSY, Code.TOKEN_REVOKED),
    )
    add(
        "/invitations/{invitation}",
        withdraw,
        methods=["DELETE"],
        status_code=204,
        summary="Take an invitation back",
        responses=refusals(*OF_PEOPLE, Code.OUTCOME_UNKNOWN),
    )
    add(
        "/people/{person}/reset",
        make_reset,
        methods=["POST"],
        status_code=201,
        summary="Make a link to a new password for a person",
        responses=refusals(*OF_PEOPLE, Code.OUTCOME_UNKNOWN),
    )
    add(
        "/password/reset",
        reset_password,
        methods=["POST"],
        summary="Set a new password by a link",
        responses=refusals(*by_link, Code.NOT_FOUND, Code.BUSY, Code.TOKEN_REVOKED),
    )
    return api


async def list_invitations(
    by: Admin, request: Request, cursor: Cursor = None, limit: Limit = 50
) -> InvitationPage:
    """For admins, the oldest first."""
    found = await _invitations(request).list_of(by.channel_id, after=cursor, limit=limit + 1)
    page = [InvitationBody(**_fields_of(row)) for row in found[:limit]]
    return InvitationPage(invitations=page, next=page[-1].id if len(found) > limit else None)


async def invite(body: InvitationWish, by: Admin, request: Request, key: OptionalKey = None) -> NewLink:
    """For admins. Whoever opens the link joins in its role, once, until it ends; nobody is sent anything. The same key gets it again."""
    identity = identity_of(by)
    invitations = _invitations(request)
    row = await invitations.invite(
        identity.channel_id,
        body.role,
        email=body.email or "",
        lifetime=timedelta(hours=body.hours),
        by=identity,
        key=key,
    )
    security.note("invited", id=identity.viewer_id, address=address_of(request))
    return NewLink(**_fields_of(row), path=invitations.path_of(row))


async def withdraw(invitation: InvitationId, by: Admin, request: Request) -> None:
    """For admins. The link works no more."""
    identity = identity_of(by)
    await _invitations(request).withdraw(identity, invitation)


async def look(body: CodeBody, request: Request) -> LinkSight:
    """For who holds the link: what the page says before the person decides."""
    await pacing.spend(request, Act.SIGN_IN)
    with NotingFailures(request):
        sight = await _invitations(request).look(body.code)
    return LinkSight(
        kind=kind_of(sight.link),
        role=cast("MemberRole", sight.link.role),
        email=sight.link.email,
        ends_at=to_wire(sight.link.ends_at),
        channel=sight.channel.name if sight.channel else "",
        language=cast("Language", sight.channel.language) if sight.channel else None,
        name=sight.person.name if sight.person else "",
    )


async def accept(body: Acceptance, request: Request, key: OptionalKey = None) -> TokenAnswer:
    """Works once; the same code and key get the same again."""
    await pacing.spend(request, Act.SIGN_IN)
    with NotingFailures(request):
        signed_in = await _invitations(request).accept(
            body.code, body.person.newcomer(), whence(request), key=key
        )
    return welcome(request, signed_in, "joined")


async def make_reset(person: PersonId, by: Admin, request: Request) -> NewLink:
    """For admins, for who has forgotten theirs. The link works once within a day, and takes the place of those before."""
    identity = identity_of(by)
    resets = cast("Resets", request.app.state.resets)
    row = await resets.make_link(identity, own_id(person, identity))
    return NewLink(**_fields_of(row), path=resets.path_of(row))


async def reset_password(body: Reset, request: Request) -> TokenAnswer:
    """Ends all sessions of the person and begins a new one."""
    await pacing.spend(request, Act.SIGN_IN)
    with NotingFailures(request):
        signed_in = await cast("Resets", request.app.state.resets).use_link(
            body.code, body.password, whence(request)
        )
    return welcome(request, signed_in, "password_changed")


def _fields_of(row: InvitationRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "role": row.role,
        "email": row.email,
        "created_at": to_wire(row.created_at),
        "ends_at": to_wire(row.ends_at),
        "made_by": row.made_by_name,
    }


def _invitations(request: Request) -> Invitations:
    return cast("Invitations", request.app.state.invitations)
