"""A channel's people over HTTP."""

from typing import Annotated, Any, cast

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from server import security
from server.access.roles import require_admin
from server.access.tokens import Identity
from server.channels.people import People
from server.channels.rules import NAME_CHARACTERS_MAX, MemberRole, email_key
from server.channels.sessions import Sessions, is_person
from server.channels.shapes import (
    OF_PEOPLE,
    WITH_BODY,
    Admin,
    Email,
    Member,
    NewPassword,
    PersonBody,
    PersonId,
    PersonName,
    TypedPassword,
    address_of,
    identity_of,
    person_body,
)
from server.channels.tables import PersonRow
from server.errors import RefusedError
from server.http import pacing
from server.http.params import Cursor, Limit, OneLine, RequestBody
from server.http.refusals import refusals
from server.http.versions import STALE, IfMatch, answer_version
from server.pace.rates import Act
from server.protocol.codes import Code

Search = Annotated[
    OneLine,
    Query(
        alias="q",
        max_length=NAME_CHARACTERS_MAX,
        description="Only people with each of these words in their name or address.",
    ),
]


class PersonChanges(RequestBody):
    """What is to change; what is left out, or null, stays."""

    role: MemberRole | None = None
    name: PersonName | None = None
    email: Email | None = None


class PasswordChange(RequestBody):
    """The password that is, and the one that is to be."""

    current: TypedPassword
    password: NewPassword


class PeoplePage(BaseModel):
    """Some of a channel's people."""

    people: list[PersonBody]
    next: str | None


def router() -> APIRouter:
    """Return the routes of people."""
    api = APIRouter(prefix="/v1", tags=["people"])
    changing = (*OF_PEOPLE, *WITH_BODY, Code.CONFLICT, Code.LAST_ADMIN, Code.EMAIL_TAKEN)
    api.add_api_route(
        "/people",
        list_people,
        methods=["GET"],
        summary="The channel's people",
        responses=refusals(*OF_PEOPLE),
    )
    api.add_api_route(
        "/people/{person}",
        get_person,
        methods=["GET"],
        summary="One of the channel's people",
        responses=refusals(*OF_PEOPLE),
    )
    api.add_api_route(
        "/people/{person}",
        change_person,
        methods=["PATCH"],
        summary="Change a person's role, name or address",
        responses=refusals(*changing) | STALE,
    )
    api.add_api_route(
        "/people/{person}",
        remove_person,
        methods=["DELETE"],
        status_code=204,
        summary="End a person's membership",
        responses=refusals(*OF_PEOPLE, Code.LAST_ADMIN, Code.OUTCOME_UNKNOWN),
    )
    api.add_api_route(
        "/people/me/password",
        change_password,
        methods=["POST"],
        status_code=204,
        summary="Change one's own password",
        responses=refusals(*OF_PEOPLE, *WITH_BODY, Code.CONFLICT, Code.BUSY),
    )
    return api


async def list_people(
    by: Member, request: Request, cursor: Cursor = None, limit: Limit = 50, search: Search = ""
) -> PeoplePage:
    """For the channel's own people, who came first first. Only admins see addresses."""
    identity = identity_of(by)
    found = await _people(request).list_of(
        identity.channel_id, after=cursor, limit=limit + 1, words=search.split()
    )
    page = [person_body(row, identity) for row in found[:limit]]
    return PeoplePage(people=page, next=page[-1].id if len(found) > limit else None)


async def get_person(person: PersonId, by: Member, request: Request, response: Response) -> PersonBody:
    """For the channel's own people. `me` is whose token it is, and counts as a sign of life of the session."""
    identity = identity_of(by)
    row = await _people(request).find(identity.channel_id, own_id(person, identity))
    if person == "me":
        await cast("Sessions", request.app.state.sessions).touch(identity.sign_in_id)
    return _answer(response, row, identity)


async def change_person(
    *,
    person: PersonId,
    body: PersonChanges,
    by: Member,
    match: IfMatch,
    request: Request,
    response: Response,
) -> PersonBody:
    """For admins; a person changes their own name. With another role every token that they hold ends, and is renewed with the new role."""
    identity = identity_of(by)
    id = own_id(person, identity)
    changes: dict[str, Any] = body.model_dump(exclude_none=True)
    if id != identity.viewer_id or not changes.keys() <= {"name"}:
        require_admin(identity.role)
    if body.email is not None:
        changes["email_key"] = email_key(body.email)
    shown = match.shown_by(lambda row: person_body(row, identity))
    row = await _people(request).change(identity, id, changes, shown)
    if "role" in changes:
        security.note("role_changed", id=id, address=address_of(request))
    return _answer(response, row, identity)


async def remove_person(person: PersonId, by: Admin, request: Request) -> None:
    """For admins. Every token of theirs ends on every process within a second, and what they are signed in by is closed."""
    identity = identity_of(by)
    id = own_id(person, identity)
    await _people(request).remove(identity, id)
    security.note("person_removed", id=id, address=address_of(request))


async def change_password(body: PasswordChange, by: Member, request: Request) -> None:
    """All other sessions of the person end; this one goes on."""
    identity = identity_of(by)
    id = own_id("me", identity)
    await pacing.spend(request, Act.PASSWORD, viewer=id)
    await _people(request).change_password(identity, body.current, body.password)
    pacing.give_back(request, Act.PASSWORD, viewer=id)
    security.note("password_changed", id=id, address=address_of(request))


def own_id(person: str, identity: Identity) -> str:
    """Return the id that is meant; raises `not_found` for `me` where the token is of nobody who is kept."""
    if person != "me":
        return person
    if not is_person(identity.viewer_id):
        raise RefusedError(Code.NOT_FOUND, "This token is of nobody who has an account.")
    return identity.viewer_id


def _people(request: Request) -> People:
    return cast("People", request.app.state.people)


def _answer(response: Response, row: PersonRow, reader: Identity) -> PersonBody:
    answer_version(response, row.version)
    return person_body(row, reader)
