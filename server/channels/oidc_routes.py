"""Signing in by the merchant's own provider, over HTTP; and which that is, for admins."""

from http import HTTPStatus
from typing import Annotated, cast

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from server import security
from server.access.routes import TokenAnswer, token_answer
from server.channels.oidc import ATTEMPT_SECONDS, Oidc
from server.channels.oidc_claims import refused
from server.channels.shapes import OF_PEOPLE, WITH_BODY, Admin, address_of, whence
from server.errors import RefusedError
from server.http import pacing
from server.http.outbound import URL_CHARACTERS_MAX
from server.http.params import EntityId, OneLine, RequestBody
from server.http.refusals import refusals
from server.pace.rates import Act
from server.protocol.codes import Code

COOKIE = "showfloor_oidc"
PLACE = "/v1/sign-in/oidc"
_BACK_TO = "/studio"
Parameter = Annotated[str, Query(max_length=4000)]


class ProviderRequest(RequestBody):
    """The merchant's provider, and what this server is called there."""

    issuer: OneLine = Field(min_length=1, max_length=URL_CHARACTERS_MAX, description="Begins with https://.")
    client_id: OneLine = Field(min_length=1, max_length=255)
    client_secret: OneLine = Field(min_length=1, max_length=500)


class ProviderBody(BaseModel):
    """The merchant's provider; its fields are empty where there is none. The secret is never shown."""

    issuer: str
    client_id: str
    redirect_uri: str = Field(description="What the provider has to know as this client's redirect URI.")
    start: str = Field(description="Where the channel's people sign in.")


class CodeRequest(RequestBody):
    """What stands behind `#code=` when the provider has sent the person back."""

    code: Annotated[str, Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]


def router() -> APIRouter:
    """Return the routes of signing in by a provider."""
    api = APIRouter(tags=["identity"])
    api.add_api_route(
        "/v1/oidc",
        get_provider,
        methods=["GET"],
        summary="The provider of sign-ins",
        responses=refusals(*OF_PEOPLE),
    )
    api.add_api_route(
        "/v1/oidc",
        set_provider,
        methods=["PUT"],
        summary="Set the provider of sign-ins",
        responses=refusals(*OF_PEOPLE, *WITH_BODY),
    )
    api.add_api_route(
        "/v1/oidc",
        remove_provider,
        methods=["DELETE"],
        status_code=204,
        summary="Remove the provider of sign-ins",
        responses=refusals(*OF_PEOPLE),
    )
    api.add_api_route(f"{PLACE}/start", start, methods=["GET"], include_in_schema=False, response_model=None)
    api.add_api_route(
        f"{PLACE}/callback", come_back, methods=["GET"], include_in_schema=False, response_model=None
    )
    api.add_api_route(
        PLACE,
        take_up,
        methods=["POST"],
        summary="Exchange the code that a provider's sign-in came back with",
        responses=refusals(Code.UNAUTHENTICATED, Code.INVALID, Code.UNAVAILABLE, *WITH_BODY),
    )
    return api


async def get_provider(by: Admin, request: Request) -> ProviderBody:
    """For admins."""
    try:
        row = await _oidc(request).provider_of(by.channel_id)
    except RefusedError as missing:
        if missing.code is not Code.NOT_FOUND:
            raise
        return _as_body(request, by.channel_id, "", "")
    return _as_body(request, by.channel_id, row.issuer, row.client_id)


async def set_provider(body: ProviderRequest, by: Admin, request: Request) -> ProviderBody:
    """For admins. It is asked where it answers before it is kept; who is known there by a subject is asked anew at another issuer."""
    await _oidc(request).set_provider(by.channel_id, body.issuer, body.client_id, body.client_secret)
    security.note("key_made", id=by.id, address=address_of(request))
    return _as_body(request, by.channel_id, body.issuer, body.client_id)


async def remove_provider(by: Admin, request: Request) -> None:
    """For admins. Nobody signs in by it any more; who is signed in stays."""
    await _oidc(request).remove_provider(by.channel_id)
    security.note("key_revoked", id=by.id, address=address_of(request))


async def start(channel: Annotated[EntityId, Query()], request: Request) -> Response:
    """Sends the browser to the channel's provider."""
    await pacing.spend(request, Act.SIGN_IN)
    begun = await _oidc(request).begin(channel, _redirect_uri(request))
    answer = RedirectResponse(begun.url, HTTPStatus.SEE_OTHER)
    answer.set_cookie(
        COOKIE,
        begun.attempt,
        max_age=ATTEMPT_SECONDS,
        path=PLACE,
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
    return answer


async def come_back(
    request: Request,
    *,
    state: Parameter = "",
    code: Parameter = "",
    iss: Annotated[str | None, Query(max_length=URL_CHARACTERS_MAX)] = None,
) -> Response:
    """Where the provider sends the browser back to: on to the studio, with a code that stands where no server sees it."""
    await pacing.spend(request, Act.SIGN_IN)
    try:
        kept = request.cookies.get(COOKIE)
        if kept is None or not code or not state:
            raise refused("state" if code else "exchange")
        taken = await _oidc(request).finish(
            kept,
            code=code,
            state=state,
            issuer=iss,
            redirect_uri=_redirect_uri(request),
            whence=whence(request),
        )
    except RefusedError as error:
        if error.code is Code.UNAUTHENTICATED:
            security.note("sign_in_failed", address=address_of(request))
        raise
    answer = RedirectResponse(f"{_BACK_TO}#code={taken}", HTTPStatus.SEE_OTHER)
    answer.delete_cookie(COOKIE, path=PLACE)
    return answer


async def take_up(body: CodeRequest, request: Request) -> TokenAnswer:
    """The code is good once, for a minute."""
    await pacing.spend(request, Act.SIGN_IN)
    signed_in = await _oidc(request).take_up(body.code)
    security.note("signed_in", id=signed_in.identity.viewer_id, address=address_of(request))
    return token_answer(request, signed_in.identity, signed_in.token)


def _oidc(request: Request) -> Oidc:
    return cast("Oidc", request.app.state.oidc)


def _redirect_uri(request: Request) -> str:
    return f"{str(request.base_url).rstrip('/')}{PLACE}/callback"


def _as_body(request: Request, channel_id: str, issuer: str, client_id: str) -> ProviderBody:
    base = str(request.base_url).rstrip("/")
    return ProviderBody(
        issuer=issuer,
        client_id=client_id,
        redirect_uri=_redirect_uri(request),
        start=f"{base}{PLACE}/start?channel={channel_id}",
    )
