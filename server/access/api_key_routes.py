"""API keys over HTTP: for the channel's admins alone."""

from typing import Annotated, cast

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, Field

from server import security
from server.access.api_keys import API_KEY_NAME_CHARACTERS_MAX, ApiKey, ApiKeys, Made
from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import ADMINS, SCOPES, Scope
from server.clock import to_wire
from server.http.params import (
    ENTITY_ID,
    Cursor,
    Limit,
    Moment,
    OneLine,
    OptionalKey,
    RequestBody,
)
from server.http.refusals import OF_BODIES, TO_PERMITTED, refusals
from server.http.versions import STALE, IfMatch, answer_version
from server.journal.intents import intent_of
from server.protocol.codes import Code

Admin = Annotated[Principal, permitted(ADMINS)]
KeyId = Annotated[str, Path(pattern=ENTITY_ID, max_length=40, description="The key's id.")]
Name = Annotated[
    OneLine,
    Field(
        min_length=1,
        max_length=4 * API_KEY_NAME_CHARACTERS_MAX,
        description=f"What the key is for; at most {API_KEY_NAME_CHARACTERS_MAX} characters as it is kept.",
    ),
]


class KeyRequest(RequestBody):
    """What a new key is for."""

    name: Name
    scopes: list[Scope] = Field(
        min_length=1, max_length=len(SCOPES), description="`catalogue:write` includes `catalogue:read`."
    )


class KeyChange(RequestBody):
    """What of a key can change."""

    name: Name


class KeyBody(BaseModel):
    """A key of the channel, without its secret."""

    id: str
    name: str
    scopes: list[Scope]
    hint: str = Field(description="The last characters of the secret.")
    created_at: Moment
    created_by: str = Field(description="The name of who made it.")
    last_used_at: Moment | None = Field(description="To the minute; null: never.")
    revoked_at: Moment | None
    version: int


class NewKeyBody(KeyBody):
    """A key that was just made."""

    secret: str = Field(
        description="`sk_…`: shown now and never again. Send it as `Authorization: Bearer sk_…`."
    )


class KeyPage(BaseModel):
    """A page of keys, the newest first."""

    keys: list[KeyBody]
    next: str | None = Field(description="Send it as `cursor` for the page after this one; null on the last.")


def router() -> APIRouter:
    """Return the routes of API keys."""
    api = APIRouter(prefix="/v1/keys", tags=["keys"])
    written = refusals(*TO_PERMITTED, *OF_BODIES, Code.KEY_REUSED)
    one = refusals(*TO_PERMITTED, Code.NOT_FOUND)
    api.add_api_route(
        "", list_keys, methods=["GET"], summary="The channel's API keys", responses=refusals(*TO_PERMITTED)
    )
    api.add_api_route(
        "", make_key, methods=["POST"], status_code=201, summary="A new API key", responses=written
    )
    api.add_api_route("/{key}", get_key, methods=["GET"], summary="One API key", responses=one)
    api.add_api_route(
        "/{key}",
        rename_key,
        methods=["PATCH"],
        summary="Call an API key otherwise",
        responses=one | refusals(*OF_BODIES) | STALE,
    )
    api.add_api_route("/{key}/revoke", revoke_key, methods=["POST"], summary="End an API key", responses=one)
    return api


async def list_keys(by: Admin, request: Request, cursor: Cursor = None, limit: Limit = 20) -> KeyPage:
    """Revoked keys stay in the list."""
    found = await _keys_of(request).list_of(by.channel_id, after=cursor, limit=limit + 1)
    page = [_as_body(each) for each in found[:limit]]
    return KeyPage(keys=page, next=page[-1].id if len(found) > limit else None)


async def make_key(
    body: KeyRequest, by: Admin, request: Request, response: Response, key: OptionalKey = None
) -> NewKeyBody:
    """Only this answer has the secret: we keep its hash. The same `Idempotency-Key` gets it again."""
    intent = intent_of(by.id, key, "POST /v1/keys", by.channel_id, body.name, sorted(body.scopes))
    made: Made = await _keys_of(request).make(by, body.name, body.scopes, intent=intent)
    _note(request, "key_made", by)
    response.headers["Location"] = f"/v1/keys/{made.api_key.id}"
    answer_version(response, made.api_key.version)
    return NewKeyBody(secret=made.secret, **_as_body(made.api_key).model_dump())


async def get_key(key: KeyId, by: Admin, request: Request, response: Response) -> KeyBody:
    """Without its secret."""
    return _answer(response, await _keys_of(request).find(by.channel_id, key))


async def rename_key(
    key: KeyId, body: KeyChange, by: Admin, match: IfMatch, *, request: Request, response: Response
) -> KeyBody:
    """Its scopes and its secret stay: make another key for others."""
    renamed = await _keys_of(request).rename(by, key, body.name, match.shown_by(_as_body))
    return _answer(response, renamed)


async def revoke_key(key: KeyId, by: Admin, request: Request, response: Response) -> KeyBody:
    """Every process refuses it within a second. It stays ended, and stays in the list."""
    revoked = await _keys_of(request).revoke(by, key)
    _note(request, "key_revoked", by)
    return _answer(response, revoked)


def _keys_of(request: Request) -> ApiKeys:
    return cast("ApiKeys", request.app.state.api_keys)


def _note(request: Request, rule: str, by: Principal) -> None:
    security.note(rule, id=by.id, address=request.client.host if request.client else "")


def _answer(response: Response, api_key: ApiKey) -> KeyBody:
    answer_version(response, api_key.version)
    return _as_body(api_key)


def _as_body(api_key: ApiKey) -> KeyBody:
    used, revoked = api_key.last_used_at, api_key.revoked_at
    return KeyBody(
        id=api_key.id,
        name=api_key.name,
        scopes=cast("list[Scope]", api_key.scopes),
        hint=api_key.hint,
        created_at=to_wire(api_key.created_at),
        created_by=api_key.created_by_name,
        last_used_at=to_wire(used) if used else None,
        revoked_at=to_wire(revoked) if revoked else None,
        version=api_key.version,
    )
