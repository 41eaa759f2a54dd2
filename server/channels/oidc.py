"""Signing in by the merchant's own provider: OpenID Connect with discovery, PKCE, state and nonce, by authlib.

Nobody becomes one of the channel's people by it whom no admin let in: who comes is known by the subject, or, the first time, by an address
that the provider has verified, as a person or by an open invitation.
"""

import hashlib
import hmac
import json
import secrets
import time
import warnings
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import httpx
import msgspec
from authlib.common.errors import AuthlibBaseError
from authlib.deprecate import AuthlibDeprecationWarning
from joserfc.errors import JoseError
from joserfc.jws import deserialize_compact

from server.access.customer_claims import read_head
from server.access.jwks import Jwks
from server.access.sealing import Sealing, UnsealError
from server.channels.oidc_claims import (
    ALGORITHMS,
    Discovery,
    IdToken,
    check_id_token,
    refused,
)
from server.channels.oidc_discovery import ANSWER_SECONDS_MAX, Discoveries
from server.channels.oidc_people import person_of
from server.channels.oidc_providers import OidcProviders
from server.channels.oidc_repository import insert_code, take_code
from server.channels.sessions import Sessions, SignedIn, Whence
from server.channels.tables import OidcCodeRow, OidcProviderRow
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.http.outbound import Outbound
from server.protocol.codes import Code

with warnings.catch_warnings():
    # It asks for a successor of httpx that nothing else here needs, at each start, on standard error.
    warnings.simplefilter("ignore", AuthlibDeprecationWarning)
    from authlib.integrations.httpx_client import AsyncOAuth2Client

ATTEMPT_SECONDS: Final = 600
"""How long somebody may take at the provider."""
CODE_LIFETIME: Final = timedelta(minutes=1)
CODE_PREFIX: Final = "oc_"
_SCOPE: Final = "openid email profile"


@dataclass(frozen=True, slots=True)
class Begun:
    """Where the browser goes, and what it keeps meanwhile, sealed."""

    url: str
    attempt: str


class _Attempt(msgspec.Struct, frozen=True):
    channel_id: str
    issuer: str
    state: str
    nonce: str
    verifier: str
    ends_at: float


class Oidc:
    """One process's part."""

    def __init__(
        self, database: Database, clock: Clock, *, sealing: Sealing, outbound: Outbound, sessions: Sessions
    ) -> None:
        self._database = database
        self._clock = clock
        self._sealing = sealing
        self._outbound = outbound
        self._sessions = sessions
        self.discoveries = Discoveries(outbound)
        self.providers = OidcProviders(database, clock, sealing=sealing, discoveries=self.discoveries)
        self._keys: dict[str, Jwks] = {}

    async def begin(self, channel_id: str, redirect_uri: str) -> Begun:
        """Return where a browser goes to sign in; raises `not_found`, and `unavailable` when the provider does not answer."""
        row = await self.providers.find(channel_id)
        found = await self.discoveries.find(row.issuer)
        attempt = _Attempt(
            channel_id,
            row.issuer,
            secrets.token_urlsafe(24),
            secrets.token_urlsafe(24),
            secrets.token_urlsafe(48),
            time.time() + ATTEMPT_SECONDS,
        )
        url, _ = self._client(row, found, redirect_uri).create_authorization_url(
            found.authorization_endpoint,
            state=attempt.state,
            nonce=attempt.nonce,
            code_verifier=attempt.verifier,
        )
        return Begun(str(url), self._sealing.seal(msgspec.json.encode(attempt), "oidc attempt"))

    async def finish(
        self, kept: str, *, code: str, state: str, issuer: str | None, redirect_uri: str, whence: Whence
    ) -> str:
        """Return a code, good once and for a minute, for the session of whoever has signed in at the provider.

        Raises `unauthenticated` with `why`, `unavailable`.
        """
        attempt = self._attempt_of(kept)
        if not hmac.compare_digest(attempt.state.encode(), state.encode()):
            raise refused("state")
        row = await self.providers.find(attempt.channel_id)
        found = await self.discoveries.find(row.issuer)
        told = issuer is not None or found.authorization_response_iss_parameter_supported
        if row.issuer != attempt.issuer or (told and issuer != row.issuer):
            raise refused("issuer")  # RFC 9207: an answer of another provider than the one that was asked
        token = await self._exchange(row, found, code, attempt.verifier, redirect_uri)
        claims = await self._read(token, found)
        check_id_token(
            claims,
            issuer=row.issuer,
            client_id=row.client_id,
            nonce=attempt.nonce,
            now=self._clock.now(),
        )
        return await self._let_in(attempt.channel_id, claims, whence)

    async def take_up(self, code: str) -> SignedIn:
        """Return who has signed in, with a token; raises `unauthenticated` for a code that is wrong, used or over."""
        async with self._database.write_soon() as connection:
            session_id = await take_code(connection, _hash(code), self._clock.now())
        if session_id is None:
            raise RefusedError(Code.UNAUTHENTICATED, "This sign-in code is not valid, or no longer.")
        return await self._sessions.resume(session_id)

    async def _let_in(self, channel_id: str, claims: IdToken, whence: Whence) -> str:
        code, now = CODE_PREFIX + secrets.token_urlsafe(24), self._clock.now()
        async with self._database.write_soon() as connection:
            person = await person_of(connection, channel_id, claims, self._clock)
            session_id = await self._sessions.begin(connection, person.id, whence)
            kept = OidcCodeRow(code_sha256=_hash(code), session_id=session_id, ends_at=now + CODE_LIFETIME)
            await insert_code(connection, kept, now)
        return code

    def _attempt_of(self, kept: str) -> _Attempt:
        try:
            attempt = msgspec.json.decode(self._sealing.open(kept, "oidc attempt"), type=_Attempt)
        except (UnsealError, msgspec.MsgspecError):
            raise refused("state") from None
        if attempt.ends_at < time.time():
            raise refused("state")
        return attempt

    async def _exchange(
        self, row: OidcProviderRow, found: Discovery, code: str, verifier: str, redirect_uri: str
    ) -> str:
        try:
            answer: Any = await self._client(row, found, redirect_uri).fetch_token(
                found.token_endpoint, code=code, code_verifier=verifier
            )
        except (AuthlibBaseError, httpx.HTTPStatusError, json.JSONDecodeError):
            raise refused("exchange") from None
        except (httpx.HTTPError, TimeoutError):
            raise RefusedError(
                Code.UNAVAILABLE, "The provider does not answer.", retry_after_ms=2000
            ) from None
        token = answer.get("id_token") if isinstance(answer, dict) else None
        if not isinstance(token, str):
            raise refused("exchange")
        return token

    async def _read(self, token: str, found: Discovery) -> IdToken:
        """Return what an id token says, once its signature is the provider's."""
        head = read_head(token)
        if head is None or head.alg not in ALGORITHMS or head.crit is not None:
            raise refused("algorithm")
        keys = self._keys.setdefault(found.jwks_uri, Jwks(found.jwks_uri, self._outbound))
        for key in await keys.find(head.kid):
            try:
                signed = deserialize_compact(token, key, algorithms=[head.alg])
                return msgspec.json.decode(signed.payload, type=IdToken)
            except msgspec.MsgspecError:
                raise refused("form") from None
            except (JoseError, ValueError, TypeError):
                continue
        raise refused("signature")

    def _client(self, row: OidcProviderRow, found: Discovery, redirect_uri: str) -> AsyncOAuth2Client:
        """Return authlib's client for one request; the way out is the process's, so it is not closed with it."""
        methods = found.token_endpoint_auth_methods_supported or ["client_secret_basic"]
        method = "client_secret_basic" if "client_secret_basic" in methods else "client_secret_post"
        return AsyncOAuth2Client(
            row.client_id,
            self.providers.secret_of(row),
            token_endpoint_auth_method=method,
            scope=_SCOPE,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            transport=self._outbound.transport,
            trust_env=False,
            follow_redirects=False,
            timeout=ANSWER_SECONDS_MAX,
        )


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
