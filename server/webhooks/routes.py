"""A channel's webhooks over HTTP, for its admins."""

from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter, Query, Request, Response

from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import ADMINS
from server.audit.trail import acting_by
from server.http.params import Cursor, Limit, OptionalKey
from server.http.refusals import OF_BODIES, TO_PERMITTED, refusals
from server.http.versions import STALE, IfMatch, answer_version
from server.journal.intents import intent_of
from server.protocol.codes import Code
from server.webhooks.bodies import (
    DeliveryPage,
    EventBody,
    EventId,
    NewWebhookBody,
    SecretsBody,
    WebhookBody,
    WebhookChanges,
    WebhookId,
    WebhookPage,
    WebhookRequest,
    as_body,
    as_delivery_body,
)
from server.webhooks.rules import DeliveryState, EventType
from server.webhooks.service import Webhooks, Wish
from server.webhooks.tables import WebhookEndpointRow

Admin = Annotated[Principal, permitted(ADMINS)]
_KNOWN = (*TO_PERMITTED, Code.NOT_FOUND)
_WRITTEN = (*_KNOWN, *OF_BODIES)


def router() -> APIRouter:
    """Return the routes of webhooks."""
    api = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])
    _add_webhooks(api)
    _add_what_is_sent(api)
    return api


def _add_webhooks(api: APIRouter) -> None:
    one = "/{webhook}"
    api.add_api_route(
        "", list_webhooks, methods=["GET"], summary="The channel's webhooks", responses=refusals(*_KNOWN)
    )
    api.add_api_route(
        "",
        create_webhook,
        methods=["POST"],
        status_code=201,
        summary="A new webhook",
        responses=refusals(*_WRITTEN, Code.TOO_MANY, Code.KEY_REUSED),
    )
    api.add_api_route(one, get_webhook, methods=["GET"], summary="One webhook", responses=refusals(*_KNOWN))
    api.add_api_route(
        one,
        change_webhook,
        methods=["PATCH"],
        summary="Change a webhook, switch it off or on",
        responses=refusals(*_WRITTEN) | STALE,
    )
    api.add_api_route(
        one,
        remove_webhook,
        methods=["DELETE"],
        status_code=204,
        summary="Remove a webhook with its log",
        responses=refusals(*_KNOWN),
    )


def _add_what_is_sent(api: APIRouter) -> None:
    one, log = "/{webhook}", "/{webhook}/deliveries"
    api.add_api_route(
        f"{one}/secret",
        get_secrets,
        methods=["GET"],
        summary="A webhook's secrets",
        responses=refusals(*_KNOWN),
    )
    api.add_api_route(
        f"{one}/secret",
        rotate_secret,
        methods=["POST"],
        summary="A new secret for a webhook",
        responses=refusals(*_KNOWN, Code.KEY_REUSED),
    )
    api.add_api_route(
        f"{one}/test",
        send_test,
        methods=["POST"],
        status_code=202,
        summary="Send a test event",
        responses=refusals(*_KNOWN, Code.CONFLICT, Code.KEY_REUSED),
    )
    api.add_api_route(
        log,
        list_deliveries,
        methods=["GET"],
        summary="What was sent to a webhook",
        responses=refusals(*_KNOWN),
    )
    api.add_api_route(
        f"{log}/{{event}}",
        send_again,
        methods=["POST"],
        status_code=202,
        summary="Send an event again",
        responses=refusals(*_KNOWN, Code.CONFLICT),
    )


async def list_webhooks(by: Admin, request: Request, cursor: Cursor = None, limit: Limit = 20) -> WebhookPage:
    """For admins."""
    found = await _webhooks(request).list_of(by.channel_id, after=cursor, limit=limit + 1)
    page = [as_body(row) for row in found[:limit]]
    return WebhookPage(webhooks=page, next=page[-1].id if len(found) > limit else None)


async def create_webhook(
    body: WebhookRequest,
    by: Admin,
    request: Request,
    response: Response,
    key: OptionalKey = None,
) -> NewWebhookBody:
    """For admins; a channel has at most 20. It is on at once. The same key gets it again."""
    wish = Wish(body.url, list(dict.fromkeys(body.events)), body.description)
    intent = intent_of(by.id, key, "POST /v1/webhooks", by.channel_id, wish)
    row, secrets = await _webhooks(request).create(by.channel_id, acting_by(by), wish, intent=intent)
    response.headers["Location"] = f"/v1/webhooks/{row.id}"
    return NewWebhookBody(**_tell(response, row).model_dump(), secret=secrets.keys[0])


async def get_webhook(webhook: WebhookId, by: Admin, request: Request, response: Response) -> WebhookBody:
    """For admins. The `ETag` is its version."""
    return _tell(response, await _webhooks(request).find(by.channel_id, webhook))


async def change_webhook(
    webhook: WebhookId,
    body: WebhookChanges,
    *,
    by: Admin,
    match: IfMatch,
    request: Request,
    response: Response,
) -> WebhookBody:
    """For admins. Switched on again, what still waits is sent, and three days count anew."""
    changes: dict[str, Any] = body.model_dump(exclude_none=True)
    row = await _webhooks(request).change(
        by.channel_id, acting_by(by), webhook, changes, match.shown_by(as_body)
    )
    return _tell(response, row)


async def remove_webhook(webhook: WebhookId, by: Admin, request: Request) -> None:
    """For admins. What waits is not sent any more."""
    await _webhooks(request).remove(by.channel_id, acting_by(by), webhook)


async def get_secrets(webhook: WebhookId, by: Admin, request: Request) -> SecretsBody:
    """For admins."""
    return SecretsBody(secrets=(await _webhooks(request).secrets(by.channel_id, webhook)).keys)


async def rotate_secret(
    webhook: WebhookId, by: Admin, request: Request, key: OptionalKey = None
) -> SecretsBody:
    """For admins. For a day events carry two signatures, by the new secret and by the one before."""
    intent = intent_of(by.id, key, "POST /v1/webhooks/secret", webhook)
    secrets = await _webhooks(request).rotate(by.channel_id, acting_by(by), webhook, intent=intent)
    return SecretsBody(secrets=secrets.keys)


async def send_test(webhook: WebhookId, by: Admin, request: Request, key: OptionalKey = None) -> EventBody:
    """For admins. An event of type `webhook.test`, which no webhook needs to ask for."""
    intent = intent_of(by.id, key, "POST /v1/webhooks/test", webhook)
    return EventBody(event=await _webhooks(request).send_test(by.channel_id, webhook, intent=intent))


async def list_deliveries(
    webhook: WebhookId,
    by: Admin,
    request: Request,
    *,
    cursor: Cursor = None,
    limit: Limit = 20,
    state: Annotated[DeliveryState | None, Query(description="Only those in this state.")] = None,
    type: Annotated[
        EventType | Literal["webhook.test"] | None, Query(description="Only events of this type.")
    ] = None,
) -> DeliveryPage:
    """For admins. Send the same filters with `cursor`."""
    found = await _webhooks(request).list_deliveries(
        by.channel_id, webhook, state=state, type=type, after=cursor, limit=limit + 1
    )
    page = [as_delivery_body(delivery) for delivery in found[:limit]]
    return DeliveryPage(deliveries=page, next=page[-1].event if len(found) > limit else None)


async def send_again(webhook: WebhookId, event: EventId, by: Admin, request: Request) -> EventBody:
    """For admins. It is sent with the same `webhook-id`, at once, and tried for three days anew."""
    await _webhooks(request).send_again(by.channel_id, webhook, event)
    return EventBody(event=event)


def _webhooks(request: Request) -> Webhooks:
    return cast("Webhooks", request.app.state.webhooks)


def _tell(response: Response, row: WebhookEndpointRow) -> WebhookBody:
    answer_version(response, row.version)
    return as_body(row)
