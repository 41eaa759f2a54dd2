"""Signed tokens: who somebody is, in which channel, until when. Fixed algorithm, issuer, audience and type."""

import hmac
from binascii import b2a_base64
from datetime import UTC, datetime, timedelta

import jwt
import msgspec

from server.access.roles import Role
from server.clock import Clock
from server.errors import RefusedError
from server.ids import new_id
from server.protocol.codec import encode
from server.protocol.codes import Code
from server.text import clean_line
from server.text.names import default_name

ALGORITHM = "HS256"
ISSUER = AUDIENCE = "showfloor"
KIND = "access"
NAME_CHARACTERS_MAX = 40

_URL_SAFE = bytes.maketrans(b"+/", b"-_")


def _base64url(data: bytes) -> bytes:
    return b2a_base64(data, newline=False).translate(_URL_SAFE).rstrip(b"=")


_HEADER = _base64url(b'{"alg":"HS256","typ":"JWT"}')

GUEST_LIFETIME = timedelta(hours=24)
REMEMBERED_LIFETIME = timedelta(days=90)
STAFF_LIFETIME = timedelta(hours=12)


class Identity(msgspec.Struct, frozen=True, gc=False):
    """Who holds a token: a viewer by id, with a role that counts in `channel_id` alone.

    `guest`: made without an account. `remembered`: agreed to be recognised in later shows, a guest since `consent_at`. `name`: shown
    beside questions.
    """

    viewer_id: str
    role: Role
    channel_id: str
    guest: bool
    remembered: bool
    name: str
    expires_at: datetime
    consent_at: datetime | None = None


class _Claims(msgspec.Struct):
    """A token's payload; decoding it strictly is what refuses a token that we signed for something else."""

    iss: str
    aud: str
    typ: str
    sub: str
    ch: str
    role: Role
    name: str
    iat: int
    exp: int
    guest: bool = False
    rem: bool = False
    rem_at: int | msgspec.UnsetType = msgspec.UNSET
    """Since when, in milliseconds; tokens from before this field agreed when they were signed."""


class Tokens:
    """Signs and verifies identities with one secret; stateless, so every process with the secret agrees."""

    def __init__(self, secret: str, clock: Clock) -> None:
        self._secret = secret
        self._mac = hmac.new(secret.encode(), digestmod="sha256")
        self._clock = clock

    def sign(self, identity: Identity) -> str:
        """Return the token of `identity`: a JWT, HS256."""
        claims = _Claims(
            iss=ISSUER,
            aud=AUDIENCE,
            typ=KIND,
            sub=identity.viewer_id,
            ch=identity.channel_id,
            role=identity.role,
            name=identity.name,
            iat=int(self._clock.now().timestamp()),
            exp=int(identity.expires_at.timestamp()),
            guest=identity.guest,
            rem=identity.remembered,
            rem_at=_in_ms(identity.consent_at),
        )
        # Signed here and not by PyJWT, which verifies: a join signs one, and this takes a tenth of the time.
        unsigned = _HEADER + b"." + _base64url(encode(claims))
        mac = self._mac.copy()
        mac.update(unsigned)
        return (unsigned + b"." + _base64url(mac.digest())).decode("ascii")

    def verify(self, token: str) -> Identity:
        """Return who holds `token`; raises `unauthenticated` when it is not ours and `token_expired` when its time is over."""
        claims = self._read_claims(token)
        expires_at = datetime.fromtimestamp(claims.exp, UTC)
        if expires_at <= self._clock.now():
            raise RefusedError(Code.TOKEN_EXPIRED)
        return Identity(
            viewer_id=claims.sub,
            role=claims.role,
            channel_id=claims.ch,
            guest=claims.guest,
            remembered=claims.rem,
            name=claims.name,
            expires_at=expires_at,
            consent_at=_consent_of(claims),
        )

    def new_guest(self, channel_id: str, *, name: str | None, remember: bool) -> Identity:
        """Return a new guest of `channel_id`; raises `invalid` for a name that holds nothing visible or too much.

        Without `name` the guest is called by a number, such as `Guest 4821`.
        """
        viewer_id = new_id("v")
        shown = clean_line(name, characters_max=NAME_CHARACTERS_MAX) if name else default_name(viewer_id)
        lifetime = REMEMBERED_LIFETIME if remember else GUEST_LIFETIME
        expires_at = self._end_of(lifetime)
        consent_at = self._now_in_ms() if remember else None
        return Identity(viewer_id, "viewer", channel_id, True, remember, shown, expires_at, consent_at)

    def revised(self, identity: Identity, *, name: str | None, remember: bool | None) -> Identity:
        """Return a guest as they now wish to be: called `name`, and remembered or no longer; None leaves that as it is.

        The viewer stays the same; who is no longer remembered has 24 h from now. Anybody but a guest, and a guest who wishes nothing
        new, is returned as given. Raises `invalid` as `new_guest` does.
        """
        if not identity.guest:
            return identity
        shown = clean_line(name, characters_max=NAME_CHARACTERS_MAX) if name else identity.name
        remembered = identity.remembered if remember is None else remember
        if (shown, remembered) == (identity.name, identity.remembered):
            return identity
        consent_at = identity.consent_at if remembered else None
        if remembered and not identity.remembered:
            consent_at = self._now_in_ms()
        wished = msgspec.structs.replace(identity, name=shown, remembered=remembered, consent_at=consent_at)
        return self.renew(wished)

    def new_member(
        self,
        channel_id: str,
        role: Role,
        *,
        name: str,
        viewer_id: str | None = None,
        lifetime: timedelta | None = None,
    ) -> Identity:
        """Return somebody who is known in `channel_id` as `role`; `viewer_id` is kept when given, else new."""
        expires_at = self._end_of(lifetime or _lifetime_of(role))
        return Identity(viewer_id or new_id("v"), role, channel_id, False, True, name, expires_at)

    def renew(self, identity: Identity) -> Identity:
        """Return the same identity with a fresh end; the rights stay what they were."""
        lifetime = _lifetime_of(identity.role)
        if identity.guest and not identity.remembered:
            lifetime = GUEST_LIFETIME
        return msgspec.structs.replace(identity, expires_at=self._end_of(lifetime))

    def _now_in_ms(self) -> datetime:
        """Return the present moment as exactly as a token tells it."""
        now = self._clock.now()
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    def _end_of(self, lifetime: timedelta) -> datetime:
        """Return when a token ends that is made now: a token's times are whole seconds."""
        return self._clock.now().replace(microsecond=0) + lifetime

    def _read_claims(self, token: str) -> _Claims:
        try:
            payload = jwt.decode(
                token,
                self._secret,
                algorithms=[ALGORITHM],
                issuer=ISSUER,
                audience=AUDIENCE,
                # The times are compared with our own clock above, which tests can move.
                options={
                    "require": ["iss", "aud", "exp", "iat", "sub"],
                    "verify_exp": False,
                    "verify_iat": False,
                },
            )
            claims = msgspec.convert(payload, _Claims)
        except (jwt.PyJWTError, msgspec.ValidationError, ValueError):
            raise RefusedError(Code.UNAUTHENTICATED) from None
        if claims.typ != KIND:
            raise RefusedError(Code.UNAUTHENTICATED)
        return claims


def _in_ms(at: datetime | None) -> int | msgspec.UnsetType:
    return msgspec.UNSET if at is None else round(at.timestamp() * 1000)


def _consent_of(claims: _Claims) -> datetime | None:
    if not (claims.guest and claims.rem):
        return None
    ms = claims.iat * 1000 if claims.rem_at is msgspec.UNSET else claims.rem_at
    return datetime.fromtimestamp(ms / 1000, UTC)


def _lifetime_of(role: Role) -> timedelta:
    return REMEMBERED_LIFETIME if role == "viewer" else STAFF_LIFETIME
