"""Signing in by the merchant's own provider: OpenID Connect with discovery, PKCE, state and nonce, by authlib.

Nobody becomes one of the channel's people by it. Who comes must be known: by the subject, or, the first time, by an address that the
provider has verified.
"""

import hashlib
import hmac
import json
import secrets
import time
import warnings
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, TypeVar

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
    verified_email,
)
from server.channels.oidc_repository import (
    bind_by_email,
    delete_provider,
    forget_subjects,
    insert_code,
    read_person_by_subject,
    read_provider,
    save_provider,
    take_code,
)
from server.channels.rules import email_key
from server.channels.sessions import Sessions, SignedIn, Whence
from server.channels.tables import OidcCodeRow, OidcProviderRow
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.http.outbound import Outbound, read_at_most
from server.protocol.codes import Code

with warnings.catch_warnings():
    # It asks for a successor of httpx that nothing else here needs, at each start, on standard error.
    warnings.simplefilter("ignore", AuthlibDeprecationWarning)
    from authlib.integrations.httpx_client import AsyncOAuth2Client

ATTEMPT_SECONDS: Final = 600
"""How long somebody may take at the provider."""
CODE_LIFETIME: Final = timedelta(minutes=1)
CODE_PREFIX: Final = "oc_"
KEPT_SECONDS: Final = 600.0
ANSWER_SECONDS_MAX: Final = 8.0
BYTES_MAX: Final = 64 * 1024
_SCOPE: Final = "openid email profile"
_WELL_KNOWN: Final = "/.well-known/openid-configuration"
T = TypeVar("T")


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
        self._found: dict[str, tuple[float, Discovery]] = {}
        self._keys: dict[str, Jwks] = {}

    async def provider_of(self, channel_id: str) -> OidcProviderRow:
        """Return the channel's provider; raises `not_found`."""
        async with self._database.read_soon() as connection:
            row = await read_provider(connection, channel_id)
        if row is None:
            raise RefusedError(Code.NOT_FOUND, "This channel has no provider of sign-ins.")
        return row

    async def set_provider(self, channel_id: str, issuer: str, client_id: str, client_secret: str) -> None:
        """Set the channel's provider, once it answers at its issuer; raises `invalid` for one that does not."""
        await self._outbound.require_fit(issuer)
        self._found.pop(issuer, None)
        try:
            await self._discover(issuer)
        except RefusedError:
            raise RefusedError(
                Code.INVALID,
                "No provider of sign-ins answers there.",
                errors=[{"at": "body/issuer", "why": "no provider of sign-ins answers there"}],
            ) from None
        sealed = self._sealing.seal(client_secret.encode(), f"oidc {channel_id}")
        row = OidcProviderRow(channel_id=channel_id, issuer=issuer, client_id=client_id, client_secret=sealed)
        async with self._database.write_soon() as connection:
            before = await read_provider(connection, channel_id)
            if before is not None and before.issuer != issuer:
                await forget_subjects(connection, channel_id)
            await save_provider(connection, row)

    async def remove_provider(self, channel_id: str) -> None:
        """Let nobody sign in by a provider any more; who is signed in stays."""
        async with self._database.write_soon() as connection:
            await delete_provider(connection, channel_id)

    async def begin(self, channel_id: str, redirect_uri: str) -> Begun:
        """Return where a browser goes to sign in; raises `not_found`, and `unavailable` when the provider does not answer."""
        row = await self.provider_of(channel_id)
        found = await self._discover(row.issuer)
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
        row = await self.provider_of(attempt.channel_id)
        found = await self._discover(row.issuer)
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
        email = verified_email(claims)
        async with self._database.write_soon() as connection:
            person = await read_person_by_subject(connection, channel_id, claims.sub)
            if person is None and email is not None:
                person = await bind_by_email(connection, channel_id, email_key(email), claims.sub)
            if person is None:
                raise refused("unknown_person")
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
        try:
            secret = self._sealing.open(row.client_secret, f"oidc {row.channel_id}").decode()
        except UnsealError:
            raise refused("client_secret") from None
        return AsyncOAuth2Client(
            row.client_id,
            secret,
            token_endpoint_auth_method=method,
            scope=_SCOPE,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            transport=self._outbound.transport,
            trust_env=False,
            follow_redirects=False,
            timeout=ANSWER_SECONDS_MAX,
        )

    async def _discover(self, issuer: str) -> Discovery:
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

    async def _ask(self, issuer: str) -> Discovery:
        url = issuer.rstrip("/") + _WELL_KNOWN
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        async with self._outbound.client.stream(
            "GET", url, headers=headers, timeout=ANSWER_SECONDS_MAX
        ) as answer:
            answer.raise_for_status()
            body = await read_at_most(answer, BYTES_MAX)
        if body is None:
            raise ValueError("too large")
        return msgspec.json.decode(body, type=Discovery)


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
