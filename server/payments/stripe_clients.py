"""Stripe's official library, set up: one HTTP client for a process, which waits for nobody for long, and what a key may do."""

import asyncio
import re
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, Final

import stripe

from server.errors import RefusedError
from server.protocol.codes import Code

STRIPE_URL: Final = "https://api.stripe.com"
TRY_SECONDS: Final = 4.0
"""How long one try may take; there are two, within what a payment waits for its provider."""
SECRET_KEY: Final = re.compile(r"(sk|rk)_(live|test)_[A-Za-z0-9_]{8,240}")
WEBHOOK_SECRET: Final = re.compile(r"whsec_[A-Za-z0-9+/=_-]{8,240}")
_NO_SESSION: Final = "cs_showfloor_asks"
_NO_INTENT: Final = "pi_showfloor_asks"


class StripeClients:
    """One process's way to Stripe. `url`: where its API is, which another one has in tests alone."""

    def __init__(self, url: str) -> None:
        # Nothing about this machine, and no file of the library's own.
        stripe.enable_telemetry = False
        self._url = url
        self._http: stripe.HTTPXClient | None = None

    def by(self, secret: str) -> stripe.StripeClient:
        """Return a client with a key."""
        if self._http is None:
            self._http = stripe.HTTPXClient(timeout=TRY_SECONDS)
        return stripe.StripeClient(
            secret, http_client=self._http, max_network_retries=1, base_addresses={"api": self._url}
        )

    async def close(self) -> None:
        """Hang up."""
        if self._http is not None:
            await self._http.close_async()  # type: ignore[no-untyped-call]
            self._http = None


@dataclass(frozen=True, slots=True)
class Examined:
    """What a key opens: the account, as far as it may say so, and whether it moves money."""

    account_ref: str
    live: bool


async def examine(client: stripe.StripeClient, secret: str) -> Examined:
    """Ask Stripe what a key may do, which changes nothing there: what is asked for does not exist.

    Raises `invalid` for a key that is refused or may not do what payments need, and `unavailable` where Stripe does not answer.
    """
    api = client.v1
    account, *parts = await asyncio.gather(
        _tried(api.accounts.retrieve_current_async()),
        _tried(api.checkout.sessions.expire_async(_NO_SESSION)),
        _tried(api.payment_intents.cancel_async(_NO_INTENT)),
        _tried(api.refunds.create_async({"payment_intent": _NO_INTENT})),
    )
    answers = [account, *parts]
    if any(isinstance(each, stripe.AuthenticationError) for each in answers):
        raise wrong("secret", "stripe_refused", "Stripe does not know this key")
    names = ("Checkout Sessions", "PaymentIntents", "Charges and Refunds")
    lacks = [
        name for name, each in zip(names, parts, strict=True) if isinstance(each, stripe.PermissionError)
    ]
    if lacks:
        raise wrong("secret", "stripe_lacks", f"the key may not write: {', '.join(lacks)}")
    # A restricted key need not say whose it is.
    known = isinstance(account, stripe.Account | stripe.PermissionError)
    if not known or not all(isinstance(each, stripe.InvalidRequestError) for each in parts):
        raise RefusedError(Code.UNAVAILABLE, "Stripe does not answer.", retry_after_ms=2000)
    return Examined(account.id if isinstance(account, stripe.Account) else "", live="_live_" in secret[:8])


async def finds(client: stripe.StripeClient, session_ref: str) -> bool:
    """Whether a key opens the account in which a session was made."""
    return isinstance(
        await _tried(client.v1.checkout.sessions.retrieve_async(session_ref)), stripe.StripeObject
    )


def wrong(field: str, code: str, why: str) -> RefusedError:
    """Return the refusal of a field of the body's."""
    return RefusedError(Code.INVALID, f"{why}.", errors=[{"at": f"body/{field}", "code": code, "why": why}])


async def _tried(call: Awaitable[Any]) -> Any:
    try:
        return await call
    except stripe.StripeError as error:
        return error
