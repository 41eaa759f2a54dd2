"""What a token says, before it is known whether its time has come or gone: strict, so that one signed for something else is refused."""

import hashlib
from datetime import UTC, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from server.access.roles import Role
from server.errors import RefusedError
from server.protocol.codes import Code

ISSUER = AUDIENCE = "showfloor"
KIND = "access"

_SECONDS_MAX = 253_402_300_799
"""The last second of the year 9999, which is the last that a time of ours can hold."""
_Seconds = Annotated[int, Meta(ge=0, le=_SECONDS_MAX)]
_Milliseconds = Annotated[int, Meta(ge=0, le=_SECONDS_MAX * 1000)]
_Word = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
"""PostgreSQL keeps no NUL."""


class Claims(msgspec.Struct):
    """A token's payload; decoding it strictly is what refuses a token that we signed for something else."""

    iss: str
    aud: str
    typ: str
    sub: _Word
    ch: _Word
    role: Role
    name: _Word
    iat: _Seconds
    exp: _Seconds
    guest: bool = False
    rem: bool = False
    rem_at: _Milliseconds | msgspec.UnsetType = msgspec.UNSET
    """Since when, in milliseconds; tokens from before this field agreed when they were signed."""
    jti: _Word | msgspec.UnsetType = msgspec.UNSET
    """The token's own id; tokens from before this field are known by what they are signed with."""
    sid: _Word | msgspec.UnsetType = msgspec.UNSET
    """The `jti` of the first token of the sign-in, in those that were renewed from it."""
    auth_time: _Seconds | msgspec.UnsetType = msgspec.UNSET
    """When that one was made; in tokens from before this field, `iat`."""
    nbf: _Seconds | msgspec.UnsetType = msgspec.UNSET
    """Never ours; whoever else signs with the secret may say from when on the token is good."""


_decoder = msgspec.json.Decoder(Claims)


def read_claims(payload: bytes) -> Claims:
    """Return what the payload of a token of ours says; raises `unauthenticated` for anything else."""
    try:
        claims = _decoder.decode(payload)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise RefusedError(Code.UNAUTHENTICATED) from None
    if (claims.iss, claims.aud, claims.typ) != (ISSUER, AUDIENCE, KIND):
        raise RefusedError(Code.UNAUTHENTICATED)
    return claims


def id_by_signature(token: str) -> str:
    """Return the id of a token that was signed before tokens had ids: nobody else's token has the same."""
    return f"t_{hashlib.sha256(token.encode()).hexdigest()[:32]}"


def in_ms(at: datetime | None) -> int | msgspec.UnsetType:
    """Return a moment as a token tells it."""
    return msgspec.UNSET if at is None else round(at.timestamp() * 1000)


def consent_of(claims: Claims) -> datetime | None:
    """Return since when a guest agrees to be recognised; None for anybody else."""
    if not (claims.guest and claims.rem):
        return None
    ms = claims.iat * 1000 if claims.rem_at is msgspec.UNSET else claims.rem_at
    return datetime.fromtimestamp(ms / 1000, UTC)
