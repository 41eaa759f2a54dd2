"""The keys by which a shop signs its customers in, over HTTP: for the channel's admins alone."""

from typing import Annotated, cast

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, Field

from server import security
from server.access.customer_claims import ALGORITHMS
from server.access.customer_keys import CustomerKeys, CustomerSource
from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import ADMINS
from server.clock import to_wire
from server.http.outbound import URL_CHARACTERS_MAX
from server.http.params import ENTITY_ID, Moment, OneLine, OptionalKey, RequestBody
from server.http.refusals import OF_BODIES, TO_PERMITTED, refusals
from server.http.versions import STALE, IfMatch, answer_version
from server.journal.intents import intent_of
from server.protocol.codes import Code

Admin = Annotated[Principal, permitted(ADMINS)]
SecretId = Annotated[str, Path(pattern=ENTITY_ID, max_length=40, description="The secret's id.")]


class SecretBody(BaseModel):
    """A secret that is shared with the shop, without itself."""

    id: str
    hint: str = Field(description="Its last characters.")
    created_at: Moment
    created_by: str = Field(description="The name of who made it.")


class NewSecretBody(BaseModel):
    """A secret that was just made."""

    id: str
    secret: str = Field(description="`cs_…`, the key of HS256 as it stands: shown now and never again.")


class CustomerKeysBody(BaseModel):
    """With what the channel's shop signs its customers in."""

    audience: str = Field(description="What `aud` has to be: the channel's id.")
    algorithms: list[str] = list(ALGORITHMS)
    secrets: list[SecretBody] = Field(description="Those that are good, at most two, the newest first.")
    jwks_url: str = Field(description="Where the shop publishes its public keys; empty: nowhere.")
    version: int


class CustomerKeysChange(RequestBody):
    """Another address of public keys."""

    jwks_url: OneLine = Field(
        max_length=URL_CHARACTERS_MAX, description="Begins with https://; empty for none."
    )


def router() -> APIRouter:
    """Return the routes of customers' keys."""
    api = APIRouter(prefix="/v1/customer-keys", tags=["customers"])
    api.add_api_route(
        "",
        get_customer_keys,
        methods=["GET"],
        summary="What the shop signs its customers in with",
        responses=refusals(*TO_PERMITTED),
    )
    api.add_api_route(
        "",
        change_customer_keys,
        methods=["PATCH"],
        summary="Set where the shop publishes its public keys",
        responses=refusals(*TO_PERMITTED, *OF_BODIES) | STALE,
    )
    api.add_api_route(
        "/secrets",
        make_secret,
        methods=["POST"],
        status_code=201,
        summary="A new secret for the shop",
        responses=refusals(*TO_PERMITTED, Code.TOO_MANY, Code.KEY_REUSED),
    )
    api.add_api_route(
        "/secrets/{secret}/revoke",
        revoke_secret,
        methods=["POST"],
        summary="End a secret",
        responses=refusals(*TO_PERMITTED, Code.NOT_FOUND),
    )
    return api


async def get_customer_keys(by: Admin, request: Request, response: Response) -> CustomerKeysBody:
    """Secrets themselves are never shown again."""
    return _answer(response, by, await _keys_of(request).find(by.channel_id))


async def change_customer_keys(
    body: CustomerKeysChange, by: Admin, match: IfMatch, request: Request, response: Response
) -> CustomerKeysBody:
    """What keys of the address before have signed is refused by every process within a second."""
    shown = match.shown_by(lambda source: _as_body(by, source))
    changed = await _keys_of(request).set_address(by, body.jwks_url, shown)
    _note(request, "key_made", by)
    return _answer(response, by, changed)


async def make_secret(by: Admin, request: Request, key: OptionalKey = None) -> NewSecretBody:
    """Good at once, beside the one before, so that the shop can change over. The same `Idempotency-Key` gets it again."""
    intent = intent_of(by.id, key, "POST /v1/customer-keys/secrets", by.channel_id)
    made = await _keys_of(request).add_secret(by, intent=intent)
    _note(request, "key_made", by)
    return NewSecretBody(id=made.id, secret=made.secret)


async def revoke_secret(
    secret: SecretId, by: Admin, request: Request, response: Response
) -> CustomerKeysBody:
    """What it has signed is refused by every process within a second; who has joined by it stays."""
    await _keys_of(request).end_secret(by, secret)
    _note(request, "key_revoked", by)
    return _answer(response, by, await _keys_of(request).find(by.channel_id))


def _keys_of(request: Request) -> CustomerKeys:
    return cast("CustomerKeys", request.app.state.customer_keys)


def _note(request: Request, rule: str, by: Principal) -> None:
    security.note(rule, id=by.id, address=request.client.host if request.client else "")


def _answer(response: Response, by: Principal, source: CustomerSource) -> CustomerKeysBody:
    answer_version(response, source.version)
    return _as_body(by, source)


def _as_body(by: Principal, source: CustomerSource) -> CustomerKeysBody:
    return CustomerKeysBody(
        audience=by.channel_id,
        secrets=[
            SecretBody(
                id=each.id,
                hint=each.hint,
                created_at=to_wire(each.created_at),
                created_by=each.created_by_name,
            )
            for each in source.secrets
        ],
        jwks_url=source.jwks_url,
        version=source.version,
    )
