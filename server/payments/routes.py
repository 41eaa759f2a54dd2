"""Payments over HTTP: for buyers with a token, and for providers with a signature."""

from collections.abc import Callable
from typing import Annotated, Any, cast

from fastapi import APIRouter, Path, Request, Response
from pydantic import Field

from server import security
from server.access.acquaintance import tell_order
from server.access.dependencies import CurrentIdentity, EntrantOfShow, ShowId, entrant_of
from server.errors import RefusedError
from server.http import pacing
from server.http.guard import caller_key
from server.http.params import ENTITY_ID, EntityId, Face, IdempotencyKey, Moment, RequestBody
from server.http.refusals import refusals
from server.pace.rates import Act
from server.payments import metrics
from server.payments.payment import Payment, Wanted
from server.payments.provider import UnsignedError
from server.payments.rules import State
from server.payments.service import Payments
from server.protocol.codes import Code

PaymentId = Annotated[str, Path(pattern=ENTITY_ID, max_length=40)]
ChannelId = Annotated[str, Path(pattern=ENTITY_ID, max_length=40)]
ProviderName = Annotated[str, Path(pattern=r"^[a-z]{1,20}$")]


class PaymentRequest(RequestBody):
    """Which hold is to be paid, and how."""

    hold: EntityId
    method: str = Field(
        default="", max_length=32, pattern=r"^[a-z0-9_]*$", description="In the provider's words."
    )


class PaymentBody(Face):
    """One try to pay for a hold."""

    payment: str
    hold: str
    key: str = Field(description="The key that it was begun under.")
    state: State
    amount: int = Field(description="Minor units of `currency`.")
    currency: str = Field(description="ISO 4217.")
    redirect: str | None = Field(default=None, description="Where the buyer has to go, while they have to.")
    pay_by: Moment | None = Field(
        default=None, description="Until when it may be paid, where that is later than the hold's own end."
    )
    order: str | None = Field(default=None, description="The order that it has become.")
    why: str | None = Field(default=None, description="Why it failed, or why its money goes back.")


class PaymentList(Face):
    """One's own payments in a show, the newest first."""

    payments: list[PaymentBody]


_ASKED = (Code.UNAUTHENTICATED, Code.TOKEN_EXPIRED, Code.NOT_FOUND, Code.UNAVAILABLE)
_STARTED = (
    *_ASKED,
    Code.FORBIDDEN,
    Code.GUESTS_REFUSED,
    Code.CONFLICT,
    Code.SOLD_OUT,
    Code.KEY_REUSED,
    Code.TOO_FAST,
    Code.BAD_JSON,
    Code.TOO_LARGE,
    Code.BUSY,
)


def router() -> APIRouter:
    """Return the routes of payments."""
    api = APIRouter(prefix="/v1", tags=["payments"])
    again = {"model": PaymentBody, "description": "The same key and body as before: the same payment again."}
    api.add_api_route(
        "/payments",
        start_payment,
        methods=["POST"],
        status_code=201,
        summary="Begin to pay for a hold",
        responses={200: again, **refusals(*_STARTED)},
    )
    api.add_api_route(
        "/shows/{show}/payments",
        list_payments,
        methods=["GET"],
        summary="One's own payments in a show",
        responses=refusals(*_ASKED, Code.FORBIDDEN, Code.GUESTS_REFUSED),
    )
    api.add_api_route(
        "/payments/{payment}",
        get_payment,
        methods=["GET"],
        summary="One payment",
        responses=refusals(*_ASKED),
    )
    api.add_api_route(
        "/payments/{payment}/cancel",
        cancel_payment,
        methods=["POST"],
        summary="End a payment that is open",
        responses=refusals(*_ASKED),
    )
    webhooks: dict[str, Callable[..., Any]] = {
        "/payments/{provider}/webhook": take_webhook,
        "/payments/{provider}/{channel}/webhook": take_webhook_of,
    }
    for path, taken_by in webhooks.items():
        api.add_api_route(
            path,
            taken_by,
            methods=["POST"],
            status_code=204,
            include_in_schema=False,
            response_model=None,
        )
    return api


async def start_payment(
    body: PaymentRequest, key: IdempotencyKey, identity: CurrentIdentity, request: Request, response: Response
) -> PaymentBody:
    """Answers how far it is; repeating the request with the same key is safe after any failure."""
    payments = _payments(request)
    await pacing.spend(request, Act.ORDER, viewer=identity.viewer_id)
    show_id = await payments.show_of(body.hold)
    await entrant_of(show_id, request, identity)
    wanted = Wanted(identity.viewer_id, body.hold, key, body.method)
    applied, repeated = await payments.pay(show_id, wanted)
    tell_order(request, response, show_id, identity, repeated=repeated)
    return as_body(applied.payment)


async def list_payments(show: ShowId, identity: EntrantOfShow, request: Request) -> PaymentList:
    """Those under way, and those of the last day that have ended; also those that they began as a guest, before they signed in."""
    found = await _payments(request).list_own(show, identity.viewer_id)
    return PaymentList(payments=[as_body(payment) for payment in found])


async def get_payment(payment: PaymentId, identity: CurrentIdentity, request: Request) -> PaymentBody:
    """For its buyer."""
    return as_body(await _payments(request).find(payment, identity.viewer_id))


async def cancel_payment(payment: PaymentId, identity: CurrentIdentity, request: Request) -> PaymentBody:
    """For its buyer; one that has ended stays as it is."""
    return as_body(await _payments(request).cancel(payment, identity.viewer_id))


async def take_webhook(provider: ProviderName, request: Request) -> Response:
    """For the provider, which signs what it sends; 204 says that it is kept, anything else that it is to be sent again."""
    return await _receive(provider, request)


async def take_webhook_of(provider: ProviderName, channel: ChannelId, request: Request) -> Response:
    """The same, for a provider that signs by the keys of a channel's account."""
    return await _receive(provider, request, channel)


async def _receive(provider: str, request: Request, channel_id: str = "") -> Response:
    try:
        body = await request.body()
        await _payments(request).receive(provider, request.headers, body, channel_id=channel_id)
    except UnsignedError as error:
        metrics.WEBHOOKS.labels(provider, "refused").inc()
        security.note("webhook_refused", address=caller_key(request.scope))
        raise RefusedError(Code.UNAUTHENTICATED, f"The webhook is refused: {error}.") from None
    return Response(status_code=204)


def as_body(payment: Payment) -> PaymentBody:
    """Return the payment as the API shows it."""
    return PaymentBody.model_validate(payment.on_the_wire() | {"key": payment.key})


def _payments(request: Request) -> Payments:
    return cast("Payments", request.app.state.payments)
