"""How the peer of Stripe tells what happens: signed webhooks, in order, twice, in another order, or not at all."""

import asyncio
import json
import random
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx
import stripe

Manner = Literal["once", "never", "twice", "reordered"]


@dataclass
class Endpoint:
    """Where an account's webhooks go, and with what they are signed: all of it, while a secret is rotated."""

    url: str
    secrets: list[str]


@dataclass
class Telling:
    """What was told, and to whom. `manner`: how what happens from now on is told by itself."""

    now: Callable[[], float]
    manner: Manner = "once"
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    """By account."""
    events: list[dict[str, Any]] = field(default_factory=list)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _client: httpx.AsyncClient = field(default_factory=httpx.AsyncClient)

    def tell(self, account: str, kind: str, about: dict[str, Any], *, created: int | None = None) -> None:
        """Note that something happened, and tell it as the manner has it."""
        event = {
            "id": f"evt_{secrets.token_hex(12)}", "object": "event", "type": kind, "account": account,
            "created": int(self.now()) if created is None else created, "data": {"object": about},
        }  # fmt: skip
        self.events.append(event)
        if self.manner == "never" or account not in self.endpoints:
            return
        for _ in range(2 if self.manner == "twice" else 1):
            task = asyncio.create_task(self._send_by_itself(event))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def _send_by_itself(self, event: dict[str, Any]) -> None:
        if self.manner == "reordered":
            await asyncio.sleep(random.uniform(0, 0.3))
        for pause in (0.2, 1.0, 2.0):  # Stripe waits longer
            with suppress(httpx.TransportError):
                if await self.send(event) == httpx.codes.NO_CONTENT:
                    return
            await asyncio.sleep(pause)

    async def send(
        self, event: dict[str, Any], *, late_seconds: float = 0, signed_with: str | None = None
    ) -> int:
        """Send an event, and return the status of the answer."""
        endpoint = self.endpoints[event["account"]]
        headers, body = self.signed(event, signed_with=signed_with, late_seconds=late_seconds)
        return (await self._client.post(endpoint.url, content=body, headers=headers)).status_code

    def signed(
        self, event: dict[str, Any], *, signed_with: str | None = None, late_seconds: float = 0
    ) -> tuple[dict[str, str], bytes]:
        """Return a webhook's headers and body."""
        endpoint = self.endpoints[event["account"]]
        body = json.dumps(event)
        at = int(self.now() - late_seconds)
        signs = stripe.WebhookSignature.generate_signature_header
        made = [signs(body, each, at) for each in ([signed_with] if signed_with else endpoint.secrets)]
        header = ",".join([f"t={at}", *(each.partition(",")[2] for each in made)])
        return {"stripe-signature": header, "content-type": "application/json"}, body.encode()

    async def aclose(self) -> None:
        """Tell nothing more."""
        for task in list(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self._client.aclose()
