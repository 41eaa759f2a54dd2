"""Where providers of sign-ins answer: asked for at their issuer, and kept for some minutes."""

import time
from typing import Final

import httpx
import msgspec

from server.channels.oidc_claims import Discovery, refused
from server.errors import RefusedError
from server.http.outbound import Outbound, read_at_most
from server.protocol.codes import Code

KEPT_SECONDS: Final = 600.0
ANSWER_SECONDS_MAX: Final = 8.0
BYTES_MAX: Final = 64 * 1024
_WELL_KNOWN: Final = "/.well-known/openid-configuration"
_FAILURES: Final = {
    "provider_silent": "no provider of sign-ins answers there",
    "provider_form": "what answers there is no provider of sign-ins",
    "provider_issuer": "the provider there calls itself otherwise",
}
"""What is wrong with an issuer, by the code of the field."""


class Discoveries:
    """One process's part."""

    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound
        self._found: dict[str, tuple[float, Discovery]] = {}

    async def find(self, issuer: str) -> Discovery:
        """Return where a provider answers; raises `unavailable`, and `unauthenticated` for one that calls itself otherwise."""
        now = time.monotonic()
        kept = self._found.get(issuer)
        if kept is not None and now - kept[0] < KEPT_SECONDS:
            return kept[1]
        try:
            found = await self._ask(issuer)
        except (httpx.HTTPError, TimeoutError, ValueError, msgspec.MsgspecError):
            raise RefusedError(
                Code.UNAVAILABLE, "The provider does not answer.", retry_after_ms=2000
            ) from None
        if found.issuer != issuer:
            raise refused("issuer")
        self._found[issuer] = now, found
        return found

    async def test(self, issuer: str) -> Discovery:
        """Return where a provider answers now; raises `invalid`, which says at `body/issuer` what is wrong."""
        await self._outbound.require_fit(issuer)
        try:
            found = await self._ask(issuer)
        except (ValueError, msgspec.MsgspecError):
            raise _wrong("provider_form") from None
        except (httpx.HTTPError, TimeoutError):
            raise _wrong("provider_silent") from None
        if found.issuer != issuer:
            raise _wrong("provider_issuer")
        self._found[issuer] = time.monotonic(), found
        return found

    async def _ask(self, issuer: str) -> Discovery:
        url = issuer.rstrip("/") + _WELL_KNOWN
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        async with self._outbound.client.stream(
            "GET", url, headers=headers, timeout=ANSWER_SECONDS_MAX
        ) as answer:
            if answer.status_code < 500 and not answer.is_success:
                raise ValueError("no such page")
            answer.raise_for_status()
            body = await read_at_most(answer, BYTES_MAX)
        if body is None:
            raise ValueError("too large")
        return msgspec.json.decode(body, type=Discovery)


def _wrong(code: str) -> RefusedError:
    return RefusedError(
        Code.INVALID,
        "No provider of sign-ins answers there.",
        errors=[{"at": "body/issuer", "code": code, "why": _FAILURES[code]}],
    )
