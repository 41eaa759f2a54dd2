"""By what buyers of a show may pay; and the channel's account at a provider, for admins."""

from typing import Annotated, Literal, cast

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from server import security
from server.access.dependencies import EntrantOfShow, ShowId
from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import ADMINS
from server.clock import to_wire
from server.errors import RefusedError
from server.http import pacing
from server.http.guard import caller_key
from server.http.params import Moment, OneLine, RequestBody
from server.http.refusals import OF_BODIES, TO_PERMITTED, refusals
from server.http.versions import STALE, IfMatch, answer_version
from server.pace.rates import Act
from server.payments.account_tables import PaymentAccountRow, PaymentDisputeRow
from server.payments.accounts import Accounts, AccountsView, AccountWish
from server.payments.choosing import ChosenProviders
from server.payments.stripe_clients import SECRET_KEY, WEBHOOK_SECRET, wrong
from server.payments.stripe_provider import METHODS
from server.payments.stripe_webhooks import EVENTS
from server.protocol.codes import Code

Method = Literal["card", "konbini", "paypay"]
Admin = Annotated[Principal, permitted(ADMINS)]
TITLES = {
    "card": ("Card", "カード"),
    "konbini": ("Convenience store", "コンビニ払い"),
    "paypay": ("PayPay", "PayPay"),
}


class Title(BaseModel):
    """Words for a page."""

    en: str
    ja: str


class MethodBody(BaseModel):
    """A way to pay."""

    method: str = Field(description="What `pay` takes as `method`.")
    title: Title
    later: bool = Field(description="May be paid hours later; the units stay set aside so long.")


class MethodsBody(BaseModel):
    """By what buyers may pay, in the order in which they are offered; none: nothing takes payments here."""

    provider: str = Field(description="`stripe`, `fake`, or empty.")
    live: bool = Field(description="Whether it moves money; else it is a trial, and a page SHOULD say so.")
    methods: list[MethodBody]


class AccountRequest(RequestBody):
    """The channel's account at Stripe."""

    secret: OneLine | None = Field(
        default=None,
        min_length=1,
        max_length=255,
        description="A secret or restricted key. Absent: the one of before stays.",
    )
    webhook_secret: OneLine | None = Field(
        default=None,
        min_length=1,
        max_length=255,
        description="With what Stripe signs its webhooks. Absent: the ones of before stay; the last two are good.",
    )
    methods: list[Method] = Field(min_length=1, max_length=len(METHODS))
    shown_as: OneLine = Field(
        min_length=1, max_length=100, description="What is paid for, in the words on Stripe's page."
    )


class EarlierBody(BaseModel):
    """An account of before, by which payments still go on."""

    account: str
    live: bool
    key_ends: str
    unfinished: int


class DisputeBody(BaseModel):
    """A payment that the buyer's bank disputes."""

    dispute: str
    payment_intent: str
    reason: str
    state: str = Field(description="In Stripe's words.")
    amount: int = Field(description="Minor units of `currency`.")
    currency: str
    opened_at: Moment
    due_at: Moment | None = Field(description="Until when Stripe takes evidence.")


class AccountBody(BaseModel):
    """The channel's account at Stripe; `provider` is empty where it has none. No key is ever shown, but for its end."""

    provider: str
    account: str = Field(description="Stripe's name of it; empty where the key may not say.")
    live: bool
    key_ends: str
    webhook_secrets: int = Field(description="How many are good.")
    methods: list[Method]
    shown_as: str
    webhook: str = Field(description="The address that Stripe has to send webhooks to.")
    events: list[str] = Field(description="Which events it has to send.")
    heard_at: Moment | None = Field(description="When the last webhook came.")
    refused_at: Moment | None = Field(description="Since when Stripe refuses the key.")
    returns: bool = Field(description="Whether buyers find back: `SHOWFLOOR_PUBLIC_URL` is set.")
    earlier: list[EarlierBody]
    disputes: list[DisputeBody]
    version: int


_KNOWN = (*TO_PERMITTED, Code.NOT_FOUND)


def router() -> APIRouter:
    """Return the routes of accounts."""
    api = APIRouter(prefix="/v1", tags=["payments"])
    api.add_api_route(
        "/shows/{show}/payment-methods",
        list_methods,
        methods=["GET"],
        summary="By what buyers of a show may pay",
        responses=refusals(
            Code.UNAUTHENTICATED,
            Code.TOKEN_EXPIRED,
            Code.FORBIDDEN,
            Code.GUESTS_REFUSED,
            Code.NOT_FOUND,
            Code.UNAVAILABLE,
        ),
    )
    api.add_api_route(
        "/payment-account",
        get_account,
        methods=["GET"],
        summary="The channel's account at Stripe",
        responses=refusals(*_KNOWN),
    )
    api.add_api_route(
        "/payment-account",
        set_account,
        methods=["PUT"],
        summary="Set the channel's account at Stripe",
        responses=refusals(*_KNOWN, *OF_BODIES, Code.TOO_FAST, Code.OUTCOME_UNKNOWN) | STALE,
    )
    api.add_api_route(
        "/payment-account",
        remove_account,
        methods=["DELETE"],
        status_code=204,
        summary="Begin no payments by the account any more",
        responses=refusals(*_KNOWN, Code.OUTCOME_UNKNOWN) | STALE,
    )
    return api


async def list_methods(show: ShowId, request: Request, identity: EntrantOfShow) -> MethodsBody:
    """For whoever may enter the show. A title is missing in no language; a page may have words of its own for a `method`."""
    offered = await _providers(request).methods_in(show)
    if offered is None:
        raise RefusedError(Code.NOT_FOUND)
    return MethodsBody(
        provider=offered.provider,
        live=offered.live,
        methods=[_method(each, later=each in offered.later) for each in offered.methods],
    )


def _method(name: str, *, later: bool) -> MethodBody:
    en, ja = TITLES.get(name, (name or "at once", name or "即時"))
    return MethodBody(method=name, title=Title(en=en, ja=ja), later=later)


async def get_account(by: Admin, request: Request, response: Response) -> AccountBody:
    """For admins."""
    return _answer(request, response, await _accounts(request).look(by.channel_id))


async def set_account(
    body: AccountRequest, by: Admin, match: IfMatch, request: Request, response: Response
) -> AccountBody:
    """For admins. Stripe is asked what a new key may do before it is kept; payments that began by another account go on there."""
    if body.secret is not None and not SECRET_KEY.fullmatch(body.secret):
        raise wrong("secret", "stripe_key", "it is no secret or restricted key of Stripe's")
    if body.webhook_secret is not None and not WEBHOOK_SECRET.fullmatch(body.webhook_secret):
        raise wrong("webhook_secret", "stripe_webhook", "it is no secret of a webhook of Stripe's")
    if body.secret is not None:
        await pacing.spend(request, Act.SIGN_IN)
    methods = tuple(dict.fromkeys(body.methods))
    wish = AccountWish(body.secret, body.webhook_secret, methods, body.shown_as)
    view = await _accounts(request).set(by, wish, match.shown_by(lambda found: _as_body(request, found)))
    security.note("key_made", id=by.id, address=caller_key(request.scope))
    return _answer(request, response, view)


async def remove_account(by: Admin, match: IfMatch, request: Request) -> None:
    """For admins. Nobody begins to pay by it any more; what has begun goes on, and refunds are made by its key."""
    await _accounts(request).remove(by, match.shown_by(lambda found: _as_body(request, found)))
    security.note("key_revoked", id=by.id, address=caller_key(request.scope))


def _answer(request: Request, response: Response, view: AccountsView) -> AccountBody:
    answer_version(response, view.version)
    return _as_body(request, view)


def _as_body(request: Request, view: AccountsView) -> AccountBody:
    now, public = view.now, _providers(request).public_url
    base = (public or str(request.base_url)).rstrip("/")
    return AccountBody(
        provider=now.provider if now else "",
        account=now.account_ref if now else "",
        live=now.live if now else False,
        key_ends=now.secret_end if now else "",
        webhook_secrets=len(now.webhook_secrets) if now else 0,
        methods=cast("list[Method]", now.methods) if now else [],
        shown_as=now.shown_as if now else "",
        webhook=f"{base}/v1/payments/stripe/{view.channel_id}/webhook",
        events=list(EVENTS),
        heard_at=to_wire(now.heard_at) if now and now.heard_at else None,
        refused_at=to_wire(now.refused_at) if now and now.refused_at else None,
        returns=public is not None,
        earlier=[_earlier(row, unfinished) for row, unfinished in view.earlier],
        disputes=[_dispute(each) for each in view.disputes],
        version=view.version,
    )


def _earlier(row: PaymentAccountRow, unfinished: int) -> EarlierBody:
    return EarlierBody(account=row.account_ref, live=row.live, key_ends=row.secret_end, unfinished=unfinished)


def _dispute(row: PaymentDisputeRow) -> DisputeBody:
    return DisputeBody(
        dispute=row.dispute_ref,
        payment_intent=row.money_ref,
        reason=row.reason,
        state=row.state,
        amount=row.amount_minor,
        currency=row.currency,
        opened_at=to_wire(row.opened_at),
        due_at=to_wire(row.due_at) if row.due_at else None,
    )


def _accounts(request: Request) -> Accounts:
    return cast("Accounts", request.app.state.payment_accounts)


def _providers(request: Request) -> ChosenProviders:
    return cast("ChosenProviders", request.app.state.payment_providers)
