"""A shop's public keys, from the address where it publishes them (RFC 7517): kept, read again, and used on while the address is away."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final

import httpx
import msgspec
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from server.http.outbound import Outbound, read_at_most

PublicKey = RSAKey | ECKey
KEPT_SECONDS: Final = 600.0
"""Keys are read again so long after the last time, at the next use, while whoever comes goes on with those that are here."""
REFETCH_SECONDS: Final = 20.0
"""A key id that nobody knows makes the server read the address again; at most so often, since anybody can make one up."""
ANSWER_SECONDS_MAX: Final = 5.0
BYTES_MAX: Final = 64 * 1024
KEYS_MAX: Final = 50
RSA_BITS_MIN: Final = 2048

log = structlog.get_logger()


class _KeySet(msgspec.Struct):
    keys: list[dict[str, Any]]


_key_set = msgspec.json.Decoder(_KeySet)


class Jwks:
    """The keys at one address, as one process knows them."""

    def __init__(
        self, url: str, outbound: Outbound, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._url = url
        self._outbound = outbound
        self._monotonic = monotonic
        self._keys: list[tuple[str | None, PublicKey]] = []
        self._asked_at = float("-inf")
        self._reading: asyncio.Task[None] | None = None
        self.error: str | None = None
        """Why the address could not be read the last time; None when it could."""

    @property
    def known(self) -> int:
        """How many keys are here."""
        return len(self._keys)

    async def find(self, kid: str | None) -> list[PublicKey]:
        """Return the keys with this id, all for None; none where the address has no such key, as far as it can be read."""
        age = self._monotonic() - self._asked_at
        found = self._with(kid)
        if not found and age >= REFETCH_SECONDS:
            await self.read()
            return self._with(kid)
        if self._reading is not None and not found:
            await self.read()
            return self._with(kid)
        if age >= KEPT_SECONDS:
            self._begin()
        return found

    async def read(self) -> None:
        """Read the address; those who ask meanwhile share one request. What was known stays if that fails."""
        await asyncio.shield(self._begin())

    def _with(self, kid: str | None) -> list[PublicKey]:
        return [key for name, key in self._keys if kid is None or name == kid]

    def _begin(self) -> "asyncio.Task[None]":
        if self._reading is None:
            self._asked_at = self._monotonic()
            self._reading = asyncio.create_task(self._read(), name="jwks")
        return self._reading

    async def _read(self) -> None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX):
                self._keys = await self._ask()
            self.error = None
        except (httpx.HTTPError, TimeoutError, ValueError, msgspec.MsgspecError) as error:
            self.error = type(error).__name__
            log.warning("jwks.unread", error=self.error)
        finally:
            self._reading = None

    async def _ask(self) -> list[tuple[str | None, PublicKey]]:
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        async with self._outbound.client.stream("GET", self._url, headers=headers) as answer:
            if answer.status_code != httpx.codes.OK:
                raise ValueError("not 200")
            body = await read_at_most(answer, BYTES_MAX)
        if body is None:
            raise ValueError("too large")
        read = [(given.get("kid"), key_of(given)) for given in _key_set.decode(body).keys[:KEYS_MAX]]
        return [(kid if isinstance(kid, str) else None, key) for kid, key in read if key is not None]


def key_of(given: dict[str, Any]) -> PublicKey | None:
    """Return a key that signatures can be verified with; None for one of another kind, or too weak."""
    if given.get("use", "sig") != "sig":
        return None
    try:
        if given.get("kty") == "RSA":
            rsa = RSAKey.import_key(given)
            return rsa if rsa.public_key.key_size >= RSA_BITS_MIN else None
        if given.get("kty") == "EC" and given.get("crv") == "P-256":
            return ECKey.import_key(given)
    except (JoseError, ValueError, TypeError, KeyError):
        pass
    return None
