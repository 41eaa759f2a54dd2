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
from server.channels.tables import OidcProviderRow
from server.errors import RefusedError
from server.http import pacing
from server.http.outbound import URL_CHARACTERS_MAX
from server.http.params import EntityId, OneLine, RequestBody
from server.http.refusals import refusals
from server.http.versions import STALE, IfMatch, answer_version
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
    client_secret: OneLine | None = Field(
        default=None,
        min_length=1,
        max_length=500,
        description="Absent: the one of before stays, at the same issuer.",
    )


class ProviderBody(BaseModel):
    """The merchant's provider; its fields are empty where there is none. The secret is never shown."""

    issuer: str
    client_id: str
    redirect_uri: str = Field(description="What the provider has to know as this client's redirect URI.")
    start: str = Field(description="Where the channel's people sign in.")
    version: int


class IssuerRequest(RequestBody):
    """An issuer that may be a provider's."""

    issuer: OneLine = Field(min_length=1, max_length=URL_CHARACTERS_MAX, description="Begins with https://.")


class FoundBody(BaseModel):
    """What answers at an issuer."""

    issuer: str
    authorization_endpoint: str


class WaysBody(BaseModel):
    """How staff may sign in, beside e-mail and password."""

    provider: str = Field(
        description="Where a browser begins to sign in by the provider; empty: there is none."
    )


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
        responses=refusals(*OF_PEOPLE, *WITH_BODY) | STALE,
    )
    api.add_api_route(
        "/v1/oidc/test",
        test_provider,
        methods=["POST"],
        summary="Ask whether a provider answers at an issuer",
        responses=refusals(*OF_PEOPLE, *WITH_BODY),
    )
    api.add_api_route(
        "/v1/oidc",
        remove_provider,
        methods=["DELETE"],
        status_code=204,
        summary="Remove the provider of sign-ins",
        responses=refusals(*OF_PEOPLE) | STALE,
    )
    api.add_api_route(
        "/v1/sign-in/ways",
        list_ways,
        methods=["GET"],
        summary="Whether a channel's people may sign in by a provider",
        responses=refusals(Code.UNAVAILABLE),
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
        responses=refusals(Code.UNAUTHENTICATED, Code.UNAVAILABLE, *WITH_BODY),
    )
    return api


async def get_provider(by: Admin, request: Request, response: Response) -> ProviderBody:
    """For admins."""
    return _answer(request, response, await _oidc(request).providers.look(by.channel_id))


async def set_provider(
    body: ProviderRequest, by: Admin, match: IfMatch, request: Request, response: Response
) -> ProviderBody:
    """For admins. It is asked where it answers before it is kept; who is known there by a subject is asked anew at another issuer."""
    row = await _oidc(request).providers.set(
        by,
        body.issuer,
        body.client_id,
        body.client_secret,
        match.shown_by(lambda found: _as_body(request, found)),
    )
    security.note("key_made", id=by.id, address=address_of(request))
    return _answer(request, response, row)


async def test_provider(body: IssuerRequest, by: Admin, request: Request) -> FoundBody:
    """For admins. Nothing is kept; what is wrong stands at `body/issuer`."""
    await pacing.spend(request, Act.SIGN_IN)
    found = await _oidc(request).discoveries.test(body.issuer)
    return FoundBody(issuer=found.issuer, authorization_endpoint=found.authorization_endpoint)


async def remove_provider(by: Admin, match: IfMatch, request: Request) -> None:
    """For admins. Nobody signs in by it any more; who is signed in stays."""
    shown = match.shown_by(lambda found: _as_body(request, found))
    await _oidc(request).providers.remove(by, shown)
    security.note("key_revoked", id=by.id, address=address_of(request))


async def list_ways(request: Request, channel: Annotated[EntityId | None, Query()] = None) -> WaysBody:
    """Without a channel, of the server's only one. A channel that there is not is one without a provider."""
    found = await _oidc(request).providers.channel_with_provider(channel)
    return WaysBody(provider=f"{PLACE}/start?channel={found}" if found else "")


async def start(channel: Annotated[EntityId, Query()], request: Request) -> Response:
    """Sends the browser to the channel's provider."""
    await pacing.spend(request, Act.SIGN_IN)
    try:
        begun = await _oidc(request).begin(channel, _redirect_uri(request))
    except RefusedError as error:
        return _to_the_door(request, error)
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
        return _to_the_door(request, error)
    answer = RedirectResponse(f"{_BACK_TO}#code={taken}", HTTPStatus.SEE_OTHER)
    answer.delete_cookie(COOKIE, path=PLACE)
    return answer


def _to_the_door(request: Request, error: RefusedError) -> Response:
    """Send a browser back to the door, which says in words what went wrong; raises `error` for who asks for no page."""
    if "text/html" not in request.headers.get("accept", ""):
        raise error
    why = error.data.get("why", error.code.value)
    return RedirectResponse(f"{_BACK_TO}#failed={why}", HTTPStatus.SEE_OTHER)


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


def _answer(request: Request, response: Response, row: OidcProviderRow) -> ProviderBody:
    answer_version(response, row.version)
    return _as_body(request, row)


def _as_body(request: Request, row: OidcProviderRow) -> ProviderBody:
    base = str(request.base_url).rstrip("/")
    return ProviderBody(
        issuer=row.issuer,
        client_id=row.client_id,
        redirect_uri=_redirect_uri(request),
        start=f"{base}{PLACE}/start?channel={row.channel_id}",
        version=row.version,
    )
