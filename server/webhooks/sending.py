"""One webhook to one endpoint: signed, sent once, its answer judged by the status alone."""

import asyncio
import time
from datetime import timedelta

import httpx

from server.access.sealing import Sealing
from server.clock import Clock
from server.http.outbound import AddressRefusedError, read_at_most
from server.webhooks.delivery_repository import Claim
from server.webhooks.rules import Failure, Outcome, failure_of
from server.webhooks.signing import headers_of

SECONDS_MAX = 10.0
"""For everything: name, connection, TLS, the whole answer."""
ANSWER_BYTES_MAX = 64 * 1024
"""A longer answer is not read; its connection is closed."""
RETRY_AFTER_MAX = timedelta(hours=24)
USER_AGENT = "Showfloor-Webhooks/1"


class Sending:
    """Sends claims by `client`, which must follow no redirects and go to no private address by itself."""

    def __init__(self, client: httpx.AsyncClient, sealing: Sealing, clock: Clock) -> None:
        self._client = client
        self._sealing = sealing
        self._clock = clock

    async def send(self, claim: Claim) -> Outcome:
        """Send once and return how it ended; raises `UnsealError` when this process cannot open the endpoint's secrets."""
        body = claim.payload.encode()
        headers = self._headers(claim, body)
        began = time.monotonic()
        try:
            async with asyncio.timeout(SECONDS_MAX):
                response = await self._post(claim.url, headers, body)
        except (TimeoutError, httpx.HTTPError, httpx.InvalidURL) as error:
            return Outcome(None, _class_of(error), _ms_since(began))
        status, after = response.status_code, _retry_after(response)
        return Outcome(status, failure_of(status), _ms_since(began), after)

    async def _post(self, url: str, headers: dict[str, str], body: bytes) -> httpx.Response:
        async with self._client.stream("POST", url, headers=headers, content=body) as response:
            await read_at_most(response, ANSWER_BYTES_MAX)
        return response

    def _headers(self, claim: Claim, body: bytes) -> dict[str, str]:
        sealed = [claim.secret] if claim.secret_old is None else [claim.secret, claim.secret_old]
        keys = [self._sealing.open(each, claim.endpoint_id) for each in sealed]
        return {
            "content-type": "application/json",
            "accept-encoding": "identity",
            "user-agent": USER_AGENT,
            **headers_of(claim.event_id, int(self._clock.now().timestamp()), body, keys),
        }


def _class_of(error: Exception) -> Failure:
    """Return the class of what went wrong before there was a whole answer."""
    if isinstance(error, AddressRefusedError):
        return "address"
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return "timeout"
    if isinstance(error, httpx.ConnectError):
        return "tls" if "SSL" in str(error) or "certificate" in str(error).lower() else "connect"
    return "connect" if isinstance(error, httpx.NetworkError) else "protocol"


def _retry_after(response: httpx.Response) -> timedelta | None:
    """Return what the answer asks for in seconds, at most a day."""
    told = response.headers.get("retry-after", "")
    if not told.isascii() or not told.isdecimal():
        return None
    return min(timedelta(seconds=min(int(told[:9]), 10**6)), RETRY_AFTER_MAX)


def _ms_since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
