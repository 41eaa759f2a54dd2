"""Signing in and renewing a token, over HTTP."""

from typing import Annotated, Protocol, cast

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from server import security
from server.access.dependencies import BearerToken, CurrentIdentity
from server.access.permission import require_page
from server.access.revocations import Revocations
from server.access.roles import Role
from server.access.sign_in import SignIn
from server.access.tokens import Identity, Tokens
from server.clock import to_wire
from server.errors import RefusedError
from server.http import pacing
from server.http.params import Moment, OptionalKey, RequestBody
from server.http.refusals import refusals
from server.pace.rates import Act
from server.protocol.codes import Code


class SignInRequest(RequestBody):
    """A code from `showfloor demo` or `showfloor token --code`."""

    code: Annotated[str, Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]


class TokenAnswer(BaseModel):
    """A token, and what it is good for."""

    token: str = Field(description="Send it as `Authorization: Bearer …`, and in `join`.")
    viewer: str = Field(description="The id that the bearer is known by.")
    role: Role
    channel: str = Field(description="The only channel in which the role counts.")
    name: str = Field(description="The name shown beside the bearer's questions.")
    expires_at: Moment


class Renewed(Protocol):
    """Who has a fresh token."""

    @property
    def identity(self) -> Identity: ...
    @property
    def token(self) -> str: ...


class Renewals(Protocol):
    """Who knows what the bearer of a token is now, beyond what it says."""

    async def renew(self, token: str) -> Renewed:
        """Return a fresh token for the bearer of `token`; raises what `Tokens.verify` does."""
        ...


def router() -> APIRouter:
    """Return the routes of signing in."""
    api = APIRouter(prefix="/v1", tags=["identity"])
    api.add_api_route(
        "/sign-in",
        sign_in,
        methods=["POST"],
        summary="Exchange a sign-in code for a token",
        responses=refusals(
            Code.UNAUTHENTICATED,
            Code.BAD_JSON,
            Code.TOO_LARGE,
            Code.KEY_REUSED,
            Code.TOO_FAST,
            Code.UNAVAILABLE,
        ),
    )
    api.add_api_route(
        "/tokens/renew",
        renew_token,
        methods=["POST"],
        summary="Exchange a token for a fresh one with the same rights",
        responses=refusals(Code.UNAUTHENTICATED, Code.TOKEN_EXPIRED, Code.TOKEN_REVOKED, Code.UNAVAILABLE),
    )
    api.add_api_route(
        "/sign-out",
        sign_out,
        methods=["POST"],
        status_code=204,
        summary="End the token, and every other of the same sign-in",
        responses=refusals(
            Code.UNAUTHENTICATED, Code.TOKEN_EXPIRED, Code.TOKEN_REVOKED, Code.BUSY, Code.UNAVAILABLE
        ),
    )
    return api


async def sign_in(body: SignInRequest, request: Request, key: OptionalKey = None) -> TokenAnswer:
    """Codes end after a quarter of an hour and count once, unless they were made for more; the same code and key count once together."""
    state = request.app.state
    await pacing.spend(request, Act.SIGN_IN)
    address = request.client.host if request.client else ""
    try:
        identity = await SignIn(state.database, state.tokens, state.clock).exchange(body.code, key)
    except RefusedError as refused:
        if refused.code is Code.UNAUTHENTICATED:
            security.note("sign_in_failed", address=address)
        raise
    answer = _as_answer(request, identity)
    security.note("signed_in", id=identity.viewer_id, address=address)
    return answer


async def renew_token(token: BearerToken, request: Request) -> TokenAnswer:
    """The old token stays valid until its own end. One of a person of the channel gets the role and the name that they have now."""
    renewals: Renewals | None = getattr(request.app.state, "sessions", None)
    if renewals is not None:
        renewed = await renewals.renew(token)
        request.state.viewer_id = renewed.identity.viewer_id
        return token_answer(request, renewed.identity, renewed.token)
    tokens: Tokens = request.app.state.tokens
    return _as_answer(request, tokens.renew(tokens.verify(token)))


async def sign_out(identity: CurrentIdentity, request: Request) -> None:
    """Whatever was renewed from the same sign-in is refused by every process within a second, and its sockets and streams are closed."""
    await cast("Revocations", request.app.state.revocations).sign_out(identity)
    address = request.client.host if request.client else ""
    security.note("signed_out", id=identity.viewer_id, address=address)


def _as_answer(request: Request, identity: Identity) -> TokenAnswer:
    return token_answer(request, identity, request.app.state.tokens.sign(identity))


def token_answer(request: Request, identity: Identity, token: str) -> TokenAnswer:
    """Return what somebody gets who is signed in now; raises `forbidden` for a page that the channel does not let in."""
    require_page(request, identity.channel_id)
    return TokenAnswer(
        token=token,
        viewer=identity.viewer_id,
        role=identity.role,
        channel=identity.channel_id,
        name=identity.name,
        expires_at=to_wire(identity.expires_at),
    )
