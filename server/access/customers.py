"""Customers who are signed in at the shop: its backend says by a JSON Web Token who comes, and that is always the same viewer here.

A process keeps the keys of the channels whose customers come, so that a join by such a token costs no SQL; what has ended is asked for at
each use (decision 32).
"""

import asyncio
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OctKey, RSAKey
from joserfc.jws import deserialize_compact
from msgspec import UNSET

from server.access.claims import id_by_signature
from server.access.customer_claims import (
    CustomerClaims,
    Head,
    ShopClaims,
    purpose_of_pseudonyms,
    purpose_of_secret,
    read_customer_token,
    read_order_token,
    refused,
)
from server.access.customers_repository import read_secrets, read_source
from server.access.jwks import Jwks
from server.access.sealing import Sealing, UnsealError, sealing_for
from server.access.tables import CustomerSecretRow, CustomerSourceRow
from server.access.tokens import NAME_CHARACTERS_MAX, Identity, Revoked
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError, unavailable
from server.http.outbound import Outbound
from server.protocol.codes import Code
from server.settings import Settings
from server.text import clean_line
from server.text.names import default_name

HELD_FOR: Final = timedelta(seconds=60)
READ_AGAIN_AFTER: Final = timedelta(seconds=0.5)
"""A token that no key fits makes the process look whether there are new ones; at most so often for a channel."""
CHANNELS_HELD_MAX: Final = 5_000

log = structlog.get_logger()
_Key = OctKey | RSAKey | ECKey
_KINDS: Final[dict[str, type[OctKey] | type[RSAKey] | type[ECKey]]] = {
    "HS256": OctKey,
    "RS256": RSAKey,
    "ES256": ECKey,
}


@dataclass(frozen=True, slots=True)
class _Held:
    """What a process knows of a channel; without `pseudonym_key` its shop signs nobody in."""

    secrets: Sequence[tuple[str, OctKey]]
    jwks_id: str
    jwks: Jwks | None
    pseudonym_key: bytes
    read_at: datetime


class Customers:
    """One process's part."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        revoked: Revoked,
        sealing: Sealing,
        outbound: Outbound,
    ) -> None:
        self._database = database
        self._clock = clock
        self._revoked = revoked
        self._sealing = sealing
        self._outbound = outbound
        self._held: dict[str, _Held] = {}
        self._reading: dict[str, asyncio.Task[_Held]] = {}

    async def identify(self, token: str) -> Identity:
        """Return whom a shop's token is about: a known viewer of the channel in its `aud`, until the token ends.

        Raises `unauthenticated` with `why`, `token_expired`, `token_revoked` when it was signed out, and `unavailable`.
        """
        head, claims = read_customer_token(token)
        held = await self._verify(token, head, claims)
        identity = _identity_of(token, claims, held.pseudonym_key)
        issued_at = claims.iat if claims.iat is not UNSET else claims.exp - HELD_FOR.total_seconds()
        if self._revoked.holds(identity.sign_in_id, identity.viewer_id, int(issued_at), identity.channel_id):
            raise RefusedError(Code.TOKEN_REVOKED)
        return identity

    async def read_order(self, token: str) -> tuple[str, bytes]:
        """Return what a shop's token says of an order: the channel, and the report as JSON, which is not looked at.

        Raises `unauthenticated` with `why`, `token_expired` and `unavailable`.
        """
        head, claims = read_order_token(token)
        await self._verify(token, head, claims)
        return claims.channel_id, bytes(claims.report)

    async def viewer_named(self, channel_id: str, subject: str) -> str | None:
        """Return the viewer whom the channel's shop calls `subject`, who may never have come; None where it signs nobody in."""
        held = await self._of(channel_id)
        return viewer_of(held.pseudonym_key, channel_id, subject) if held.pseudonym_key else None

    async def _verify(self, token: str, head: Head, claims: ShopClaims) -> _Held:
        """Return what is known of the channel; raises unless its shop has signed the token, and it is good now."""
        held = await self._of(claims.channel_id)
        if not await self._is_signed(token, head, held):
            held = await self._of(claims.channel_id, newer=True)
            await self._require_signed(token, head, held)
        claims.check_times(self._clock.now())
        return held

    async def _is_signed(self, token: str, head: Head, held: _Held) -> bool:
        try:
            await self._require_signed(token, head, held)
        except RefusedError as error:
            if error.code is Code.UNAVAILABLE:
                raise
            return False
        return True

    async def _require_signed(self, token: str, head: Head, held: _Held) -> None:
        if not held.pseudonym_key:
            raise refused("audience")
        keys = await self._keys_for(head, held)
        fitting = [key for key in keys if isinstance(key, _KINDS[head.alg])]
        if not fitting:
            raise refused("algorithm" if keys or self._signs_otherwise(head, held) else "unknown_key")
        if not any(_fits(token, key, head.alg) for key in fitting):
            raise refused("signature")

    async def _keys_for(self, head: Head, held: _Held) -> Sequence[_Key]:
        """Return the keys that may have signed it: the secrets alone for HS256, so that no public key is ever taken for a secret."""
        if head.alg == "HS256":
            return [key for id, key in held.secrets if not self._revoked.holds(id, id, 0)]
        if held.jwks is None or self._revoked.holds(held.jwks_id, held.jwks_id, 0):
            return ()
        found = await held.jwks.find(head.kid)
        if not found and held.jwks.error is not None and not held.jwks.known:
            raise unavailable()
        return found

    def _signs_otherwise(self, head: Head, held: _Held) -> bool:
        """Whether the shop has keys, all of them for the other kind of algorithm."""
        return held.jwks is not None and not held.secrets if head.alg == "HS256" else held.jwks is None

    async def _of(self, channel_id: str, *, newer: bool = False) -> _Held:
        held, now = self._held.get(channel_id), self._clock.now()
        good_for = READ_AGAIN_AFTER if newer else HELD_FOR
        if held is not None and now - held.read_at < good_for:
            return held
        reading = self._reading.get(channel_id)
        if reading is None:
            reading = asyncio.create_task(self._read(channel_id), name="customer keys")
            self._reading[channel_id] = reading
            reading.add_done_callback(lambda _: self._reading.pop(channel_id, None))
        return await asyncio.shield(reading)

    async def _read(self, channel_id: str) -> _Held:
        async with self._database.read_soon() as connection:
            source = await read_source(connection, channel_id)
            rows = [] if source is None else await read_secrets(connection, channel_id)
        before, now = self._held.get(channel_id), self._clock.now()
        if source is None:
            held = _Held((), "", None, b"", now)
        else:
            key = self._pseudonym_key_of(source)
            secrets = [found for row in rows if (found := self._opened(row)) is not None]
            jwks = Jwks(source.jwks_url, self._outbound) if source.jwks_url else None
            if before is not None and before.jwks_id == source.jwks_id:
                jwks = before.jwks
            held = _Held(secrets, source.jwks_id, jwks, key, now)
        if len(self._held) >= CHANNELS_HELD_MAX:
            self._held.clear()
        self._held[channel_id] = held
        return held

    def _opened(self, row: CustomerSecretRow) -> tuple[str, OctKey] | None:
        """Return a secret that can be used; None for one that was sealed by a secret of the server's which is no more."""
        try:
            return row.id, OctKey.import_key(self._sealing.open(row.secret, purpose_of_secret(row.id)))
        except UnsealError:
            log.error("customers.unsealed", channel=row.channel_id, secret=row.id)
            return None

    def _pseudonym_key_of(self, source: CustomerSourceRow) -> bytes:
        try:
            return self._sealing.open(source.pseudonym_key, purpose_of_pseudonyms(source.channel_id))
        except UnsealError:
            log.error("customers.unsealed", channel=source.channel_id)
            raise unavailable() from None


def customers_for(
    settings: Settings, database: Database, clock: Clock, revoked: Revoked, outbound: Outbound
) -> Customers:
    """Return a process's part by the settings."""
    return Customers(database, clock, revoked, sealing_for(settings), outbound)


def viewer_of(pseudonym_key: bytes, channel_id: str, subject: str) -> str:
    """Return the viewer's id: always the same for a customer of a channel, and not to be guessed without the channel's own key."""
    digest = hmac.new(pseudonym_key, f"{channel_id}\0{subject}".encode(), hashlib.sha256).hexdigest()
    return f"v_{digest[:32]}"


def _identity_of(token: str, claims: CustomerClaims, pseudonym_key: bytes) -> Identity:
    viewer_id = viewer_of(pseudonym_key, claims.channel_id, claims.sub)
    token_id = id_by_signature(token)
    return Identity(
        viewer_id=viewer_id,
        role="viewer",
        channel_id=claims.channel_id,
        guest=False,
        remembered=claims.consent is not False,
        name=_name_of(claims, viewer_id),
        expires_at=claims.ends_at,
        token_id=token_id,
        sign_in_id=token_id,
        signed_in_at=None,
    )


def _name_of(claims: CustomerClaims, viewer_id: str) -> str:
    """Return what the customer is called here; what no name can be keeps nobody out."""
    try:
        return clean_line(claims.name or "", characters_max=NAME_CHARACTERS_MAX)
    except RefusedError:
        return default_name(viewer_id)


def _fits(token: str, key: _Key, algorithm: str) -> bool:
    try:
        deserialize_compact(token, key, algorithms=[algorithm])
    except (JoseError, ValueError, TypeError):
        return False
    return True
