"""Signing in by e-mail and password, and where people are signed in."""

import hashlib
from typing import Annotated, cast

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field

from server import security
from server.access.roles import require_admin
from server.access.routes import TokenAnswer, token_answer
from server.access.tokens import Identity
from server.channels.people import People
from server.channels.people_routes import own_id
from server.channels.rules import email_key
from server.channels.sessions import Sessions
from server.channels.shapes import (
    OF_PEOPLE,
    WITH_BODY,
    Member,
    TypedEmail,
    TypedPassword,
    address_of,
    identity_of,
    whence,
)
from server.clock import to_wire
from server.errors import RefusedError
from server.http import pacing
from server.http.params import ENTITY_ID, EntityId, Moment, RequestBody
from server.http.refusals import refusals
from server.pace.rates import Act
from server.protocol.codes import Code

Whose = Annotated[
    str, Query(alias="person", max_length=40, pattern=ENTITY_ID, description="A person's id, or `me`.")
]
SessionId = Annotated[str, Path(alias="session", pattern=ENTITY_ID, max_length=40)]
_KEY_CHARACTERS = 32


class PasswordSignIn(RequestBody):
    """Who signs in; `channel` only for who has the same address and password in several."""

    email: TypedEmail
    password: TypedPassword
    channel: EntityId | None = None


class SessionBody(BaseModel):
    """One sign-in that goes on."""

    id: str
    current: bool = Field(description="Whether it is the one that asks.")
    device: str = Field(description="Browser and system; empty where nothing was said.")
    address: str = Field(description="The network that the person signed in from.")
    created_at: Moment
    seen_at: Moment
    ends_at: Moment


class SessionList(BaseModel):
    """Where a person is signed in, the newest first."""

    sessions: list[SessionBody]


def router() -> APIRouter:
    """Return the routes of sessions."""
    api = APIRouter(prefix="/v1", tags=["identity"])
    api.add_api_route(
        "/sign-in/password",
        sign_in,
        methods=["POST"],
        summary="Sign in by e-mail address and password",
        responses=refusals(Code.UNAUTHENTICATED, Code.CONFLICT, Code.BUSY, Code.UNAVAILABLE, *WITH_BODY),
    )
    api.add_api_route(
        "/sessions",
        list_sessions,
        methods=["GET"],
        summary="Where a person is signed in",
        responses=refusals(*OF_PEOPLE),
    )
    api.add_api_route(
        "/sessions/{session}",
        end_session,
        methods=["DELETE"],
        status_code=204,
        summary="End one session",
        responses=refusals(*OF_PEOPLE, Code.OUTCOME_UNKNOWN),
    )
    return api


async def sign_in(body: PasswordSignIn, request: Request) -> TokenAnswer:
    """The same answer, after the same time, whether the address is unknown or the password wrong.

    `conflict` with `channels` when both are right in several channels: send one of them as `channel`.
    """
    whose = hashlib.sha256(email_key(body.email).encode()).hexdigest()[:_KEY_CHARACTERS]
    await pacing.spend(request, Act.PASSWORD, viewer=whose)
    sessions = _sessions(request)
    try:
        signed_in = await sessions.sign_in(body.email, body.password, body.channel, whence(request))
    except RefusedError as refused:
        if refused.code is Code.UNAUTHENTICATED:
            security.note("sign_in_failed", address=address_of(request))
        raise
    pacing.give_back(request, Act.PASSWORD, viewer=whose)
    security.note("signed_in", id=signed_in.identity.viewer_id, address=address_of(request))
    return token_answer(request, signed_in.identity, signed_in.token)


async def list_sessions(by: Member, request: Request, person: Whose = "me") -> SessionList:
    """One's own; an admin's of anybody in the channel."""
    identity = identity_of(by)
    id = await _whose(person, identity, request)
    found = await _sessions(request).list_of(id)
    return SessionList(
        sessions=[
            SessionBody(
                id=row.id,
                current=row.id == identity.sign_in_id,
                device=row.device,
                address=row.address,
                created_at=to_wire(row.created_at),
                seen_at=to_wire(row.seen_at),
                ends_at=to_wire(row.ends_at),
            )
            for row in found
        ]
    )


async def end_session(session: SessionId, by: Member, request: Request, person: Whose = "me") -> None:
    """One's own, or as an admin anybody's in the channel: its tokens are refused by every process within a second, its sockets closed."""
    identity = identity_of(by)
    id = await _whose(person, identity, request)
    await _sessions(request).end(id, session)
    security.note("session_ended", id=id, address=address_of(request))


async def _whose(person: str, identity: Identity, request: Request) -> str:
    """Return the person whose sessions are meant; raises `forbidden` and `not_found`."""
    id = own_id(person, identity)
    if id != identity.viewer_id:
        require_admin(identity.role)
        await cast("People", request.app.state.people).find(identity.channel_id, id)
    return id


def _sessions(request: Request) -> Sessions:
    return cast("Sessions", request.app.state.sessions)
