"""What a provider of sign-ins says: where it answers, and who somebody is (OpenID Connect Core 1.0, 3.1.3.7). Pure."""

from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from server.errors import RefusedError
from server.protocol.codes import Code

ALGORITHMS: Final = ("RS256", "ES256")
"""Never `none`, and never HS256, whose key the client's own secret would be."""
CLOCKS_APART_SECONDS: Final = 60.0
_Word = Annotated[str, Meta(min_length=1, max_length=255)]
_Url = Annotated[str, Meta(min_length=1, max_length=500)]


class Discovery(msgspec.Struct, frozen=True):
    """Where a provider answers (OpenID Connect Discovery 1.0)."""

    issuer: _Url
    authorization_endpoint: _Url
    token_endpoint: _Url
    jwks_uri: _Url
    token_endpoint_auth_methods_supported: list[str] | None = None
    authorization_response_iss_parameter_supported: bool = False


class IdToken(msgspec.Struct, frozen=True):
    """Who has signed in there."""

    iss: _Url
    sub: _Word
    aud: _Word | list[_Word]
    exp: float
    iat: float
    nonce: str = ""
    azp: str | None = None
    email: Annotated[str, Meta(max_length=320)] | None = None
    email_verified: bool | str = False
    name: Any = None


def refused(why: str) -> RefusedError:
    """Return the refusal of a sign-in by a provider; `why` is for who has set it up."""
    return RefusedError(Code.UNAUTHENTICATED, "The sign-in by your provider did not succeed.", why=why)


def check_id_token(claims: IdToken, *, issuer: str, client_id: str, nonce: str, now: datetime) -> None:
    """Raise `unauthenticated` with `why` unless the token is from this issuer, for this client and this attempt, and not over."""
    if claims.iss != issuer:
        raise refused("issuer")
    audience = [claims.aud] if isinstance(claims.aud, str) else claims.aud
    if client_id not in audience or (claims.azp or client_id) != client_id:
        raise refused("audience")
    if len(audience) > 1 and claims.azp is None:
        raise refused("audience")
    at = now.timestamp()
    if claims.exp <= at - CLOCKS_APART_SECONDS:
        raise refused("expired")
    if claims.iat > at + CLOCKS_APART_SECONDS:
        raise refused("not_yet")
    if not nonce or claims.nonce != nonce:
        raise refused("nonce")


def verified_email(claims: IdToken) -> str | None:
    """Return the address if the provider has made sure that it is theirs."""
    return claims.email if claims.email and claims.email_verified is True else None
