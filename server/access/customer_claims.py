"""What a shop's own JSON Web Token says of its customer (RFC 7519), before it is known who signed it. Pure."""

from binascii import Error as NotBase64
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from server.access.claims import ISSUER
from server.access.signatures import from_base64url
from server.errors import RefusedError
from server.protocol.codes import Code

ALGORITHMS: Final = ("HS256", "RS256", "ES256")
LIFETIME_MAX: Final = timedelta(hours=24)
CLOCKS_APART_MAX: Final = timedelta(minutes=1)
"""So much the shop's clock may be ahead of ours."""
_SECONDS_MAX: Final = 253_402_300_799
OWN_PREFIX: Final = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJzaG93Zmxvb3Ii"
"""How each token begins that we sign: its header, and in its payload that it is ours."""

Why = Literal["form", "algorithm", "audience", "unknown_key", "signature", "not_yet", "too_long"]
_WORDS: Final[dict[Why, str]] = {
    "form": "This is no token of ours, and no JSON Web Token of a shop's: it needs aud, exp, and sub or, for an order, report.",
    "algorithm": "A shop's token is signed by HS256, RS256 or ES256, and by the one that its key is for.",
    "audience": "The token's aud is not the id of a channel whose shop signs its customers in.",
    "unknown_key": "The shop has no key with this kid.",
    "signature": "The token's signature is not the shop's.",
    "not_yet": "The token is not valid yet.",
    "too_long": "A shop's token is valid for at most 24 hours.",
}

_Second = Annotated[float, Meta(ge=0, le=_SECONDS_MAX)]
_Word = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]


class Head(msgspec.Struct, frozen=True):
    """The token's header."""

    alg: str
    kid: Annotated[str, Meta(max_length=200)] | None = None
    crit: Any = None


class ShopClaims(msgspec.Struct, frozen=True, kw_only=True):
    """What every token of a shop's says: for which channel it is, and for how long it is good."""

    # No pattern beside a list: msgspec 0.22 frees such a union wrongly, and the process dies when it ends.
    aud: (
        Annotated[str, Meta(min_length=1, max_length=200)]
        | Annotated[list[_Word], Meta(min_length=1, max_length=1)]
    )
    exp: _Second
    iat: _Second | UnsetType = UNSET
    nbf: _Second | UnsetType = UNSET

    def __post_init__(self) -> None:
        if "\x00" in self.channel_id:
            raise ValueError("no channel's id has a NUL")

    @property
    def channel_id(self) -> str:
        """The channel that the token is for."""
        return self.aud if isinstance(self.aud, str) else self.aud[0]

    def check_times(self, now: datetime) -> None:
        """Raise `token_expired`, or `unauthenticated` for a token that is not valid yet or for too long."""
        at, apart = now.timestamp(), CLOCKS_APART_MAX.total_seconds()
        if self.exp <= at:
            raise RefusedError(Code.TOKEN_EXPIRED, "The shop's token has ended; ask the shop for another.")
        begins = max(each for each in (self.iat, self.nbf, 0.0) if not isinstance(each, UnsetType))
        if begins > at + apart:
            raise refused("not_yet")
        issued = at if isinstance(self.iat, UnsetType) else min(self.iat, at)
        if self.exp - issued > LIFETIME_MAX.total_seconds() + apart:
            raise refused("too_long")

    @property
    def ends_at(self) -> datetime:
        """When the token ends."""
        return datetime.fromtimestamp(int(self.exp), UTC)


class CustomerClaims(ShopClaims, frozen=True, kw_only=True):
    """The payload of a token that says who somebody is."""

    sub: _Word
    name: Annotated[str, Meta(max_length=400)] | None = None
    consent: bool | None = None


class OrderClaims(ShopClaims, frozen=True, kw_only=True):
    """The payload of a token that says what was ordered.

    It names nobody in `sub`, so that it signs nobody in, and no sign-in is an order.
    """

    report: msgspec.Raw
    sub: UnsetType = UNSET


class _Issuer(msgspec.Struct):
    iss: Any = None


_Claims = TypeVar("_Claims", bound=ShopClaims)
_head = msgspec.json.Decoder(Head)
_payload = msgspec.json.Decoder(CustomerClaims)
_order = msgspec.json.Decoder(OrderClaims)
_issuer = msgspec.json.Decoder(_Issuer)


def refused(why: Why) -> RefusedError:
    """Return the refusal of a shop's token; `why` is told, since it is the shop's developer who reads it."""
    return RefusedError(Code.UNAUTHENTICATED, _WORDS[why], why=why)


def is_own(token: str) -> bool:
    """Whether a token says that it is one of ours, or is nobody's; asked at every join, so it is a comparison for those that we sign."""
    if token.startswith(OWN_PREFIX):
        return True
    try:
        _, payload, _ = token.encode("ascii").split(b".")
        return bool(_issuer.decode(from_base64url(payload)).iss == ISSUER)
    except (ValueError, NotBase64, msgspec.MsgspecError, RecursionError):
        return True


def read_head(token: str) -> Head | None:
    """Return the header of a signed token, unverified; None for what is none."""
    try:
        header, _, _ = token.encode("ascii").split(b".")
        return _head.decode(from_base64url(header))
    except (ValueError, NotBase64, msgspec.MsgspecError, RecursionError):
        return None


def read_customer_token(token: str) -> tuple[Head, CustomerClaims]:
    """Return what a shop's token says of a customer, unverified; raises `unauthenticated`."""
    return _read(token, _payload)


def read_order_token(token: str) -> tuple[Head, OrderClaims]:
    """Return what a shop's token says of an order, unverified; raises `unauthenticated`."""
    return _read(token, _order)


def _read(token: str, decoder: msgspec.json.Decoder[_Claims]) -> tuple[Head, _Claims]:
    try:
        header, payload, _ = token.encode("ascii").split(b".")
        head = _head.decode(from_base64url(header))
    except (ValueError, NotBase64, msgspec.MsgspecError, RecursionError):
        raise refused("form") from None
    if head.alg not in ALGORITHMS or head.crit is not None:
        raise refused("algorithm")
    try:
        return head, decoder.decode(from_base64url(payload))
    except (ValueError, NotBase64, msgspec.MsgspecError, RecursionError):
        raise refused("form") from None


def purpose_of_secret(id: str) -> str:
    """Return for what a secret that is shared with a shop is sealed."""
    return f"customer secret {id}"


def purpose_of_pseudonyms(channel_id: str) -> str:
    """Return for what the key is sealed that turns a channel's customers into viewers."""
    return f"customer pseudonyms {channel_id}"
