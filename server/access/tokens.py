"""Signed tokens: who somebody is, in which channel, until when. Fixed algorithm, issuer, audience and type."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

import msgspec

from server.access.claims import (
    AUDIENCE,
    ISSUER,
    KIND,
    Claims,
    consent_of,
    id_by_signature,
    in_ms,
    read_claims,
)
from server.access.roles import Role
from server.access.signatures import Signatures
from server.clock import Clock
from server.errors import RefusedError
from server.ids import new_id
from server.protocol.codec import encode
from server.protocol.codes import Code
from server.settings import Settings
from server.text import clean_line
from server.text.names import default_name

NAME_CHARACTERS_MAX = 40

GUEST_LIFETIME = timedelta(hours=24)
REMEMBERED_LIFETIME = timedelta(days=90)
CUSTOMER_LIFETIME = timedelta(hours=24)
STAFF_LIFETIME = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class SignInEnds:
    """How long a sign-in may be renewed, counted from its first token: never beyond that."""

    staff: timedelta = timedelta(days=7)
    viewer: timedelta = timedelta(days=365)

    def of(self, role: Role) -> timedelta:
        """Return it for a role."""
        return self.viewer if role == "viewer" else self.staff


class Identity(msgspec.Struct, frozen=True, gc=False):
    """Who holds a token: a viewer by id, with a role that counts in `channel_id` alone.

    `guest`: made without an account. `remembered`: agreed to be recognised in later shows, a guest since `consent_at`. `name`: shown
    beside questions. `token_id`: of this token alone, a guest's first one has the guest's. `sign_in_id`: the `token_id` of the first
    one, at `signed_in_at`, which this one was renewed from, maybe several times.
    """

    viewer_id: str
    role: Role
    channel_id: str
    guest: bool
    remembered: bool
    name: str
    expires_at: datetime
    consent_at: datetime | None = None
    token_id: str = ""
    sign_in_id: str = ""
    signed_in_at: datetime | None = None


class Revoked(Protocol):
    """Who knows which tokens were ended before their time."""

    def holds(self, sign_in_id: str, viewer_id: str, issued_at: int, channel_id: str = "") -> bool:
        """Whether the token, of that channel, is one of them; `issued_at` in seconds. Asked at every join: no more than look-ups."""
        ...


class _NothingRevoked:
    def holds(self, sign_in_id: str, viewer_id: str, issued_at: int, channel_id: str = "") -> bool:
        return False


_NOTHING_REVOKED = _NothingRevoked()


class Tokens:
    """Signs identities with one secret and verifies them; stateless, so every process with the secret agrees.

    `old_secret`: while the secret is rotated, the one before: what it has signed is still believed. `revoked` knows what has ended
    before its time.
    """

    def __init__(
        self,
        secret: str,
        clock: Clock,
        *,
        old_secret: str | None = None,
        ends: SignInEnds | None = None,
        revoked: Revoked | None = None,
    ) -> None:
        self._signatures = Signatures(secret, old_secret)
        self._clock = clock
        self._ends = ends or SignInEnds()
        self._revoked = revoked or _NOTHING_REVOKED

    def sign(self, identity: Identity, *, after: datetime | None = None) -> str:
        """Return the token of `identity`: a JWT, HS256. It counts as made later than `after`, when all before was ended."""
        issued_at = int(self._clock.now().timestamp())
        if after is not None:
            issued_at = max(issued_at, int(after.timestamp()) + 1)
        renewed = identity.sign_in_id != identity.token_id
        claims = Claims(
            iss=ISSUER,
            aud=AUDIENCE,
            typ=KIND,
            sub=identity.viewer_id,
            ch=identity.channel_id,
            role=identity.role,
            name=identity.name,
            iat=issued_at,
            exp=int(identity.expires_at.timestamp()),
            guest=identity.guest,
            rem=identity.remembered,
            rem_at=in_ms(identity.consent_at),
            jti=identity.token_id or new_id("t"),
            sid=identity.sign_in_id if renewed else msgspec.UNSET,
            auth_time=int(identity.signed_in_at.timestamp()) if identity.signed_in_at else issued_at,
        )
        return self._signatures.sign(encode(claims))

    def verify(self, token: str) -> Identity:
        """Return who holds `token`.

        Raises `unauthenticated` when it is not ours, `token_expired` when its time is over, and `token_revoked` when it was ended
        before that; nothing else, whatever comes.
        """
        return self._identify(token, self._revoked)

    def recognise(self, token: str) -> Identity:
        """Return who holds `token`, ended before its time or not: for a renewal, which asks SQL what its bearer still is."""
        return self._identify(token, _NOTHING_REVOKED)

    def _identify(self, token: str, revoked: Revoked) -> Identity:
        claims, now = read_claims(self._signatures.read(token)), self._clock.now()
        if claims.nbf is not msgspec.UNSET and claims.nbf > now.timestamp():
            raise RefusedError(Code.UNAUTHENTICATED)
        expires_at = datetime.fromtimestamp(claims.exp, UTC)
        if expires_at <= now:
            raise _ended(Code.TOKEN_EXPIRED, claims)
        token_id = id_by_signature(token) if claims.jti is msgspec.UNSET else claims.jti
        sign_in_id = token_id if claims.sid is msgspec.UNSET else claims.sid
        if revoked.holds(sign_in_id, claims.sub, claims.iat, claims.ch):
            raise _ended(Code.TOKEN_REVOKED, claims)
        signed_in_at = claims.iat if claims.auth_time is msgspec.UNSET else claims.auth_time
        return Identity(
            viewer_id=claims.sub,
            role=claims.role,
            channel_id=claims.ch,
            guest=claims.guest,
            remembered=claims.rem,
            name=claims.name,
            expires_at=expires_at,
            consent_at=consent_of(claims),
            token_id=token_id,
            sign_in_id=sign_in_id,
            signed_in_at=min(now, datetime.fromtimestamp(signed_in_at, UTC)),
        )

    def new_guest(self, channel_id: str, *, name: str | None, remember: bool) -> Identity:
        """Return a new guest of `channel_id`; raises `invalid` for a name that holds nothing visible or too much.

        Without `name` the guest is called by a number, such as `Guest 4821`.
        """
        viewer_id, now = new_id("v"), self._clock.now()
        shown = clean_line(name, characters_max=NAME_CHARACTERS_MAX) if name else default_name(viewer_id)
        begun = now.replace(microsecond=0)
        expires_at = begun + (REMEMBERED_LIFETIME if remember else GUEST_LIFETIME)
        consent_at = _in_whole_ms(now) if remember else None
        # A guest signs in once, so one id is enough for both: a storm of joins makes and keeps one string the fewer for each.
        return Identity(
            viewer_id,
            "viewer",
            channel_id,
            True,
            remember,
            shown,
            expires_at,
            consent_at,
            viewer_id,
            viewer_id,
            begun,
        )

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
            consent_at = _in_whole_ms(self._clock.now())
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
        return self._begin(
            Identity(viewer_id or new_id("v"), role, channel_id, False, True, name, expires_at)
        )

    def begin(self, customer: Identity) -> Identity:
        """Return a customer, whom a shop's token has shown, with a token of ours; the sign-in is that of the shop's token."""
        now = self._clock.now().replace(microsecond=0)
        return msgspec.structs.replace(
            customer, expires_at=now + CUSTOMER_LIFETIME, token_id=new_id("t"), signed_in_at=now
        )

    def renew(self, identity: Identity) -> Identity:
        """Return the same identity with a fresh end; the rights stay what they were, and the sign-in ends when it must.

        Raises `token_expired` when that is over: the bearer has to sign in again.
        """
        lifetime = _lifetime_of(identity.role)
        if identity.guest and not identity.remembered:
            lifetime = GUEST_LIFETIME
        now = self._clock.now()
        last = (identity.signed_in_at or now).replace(microsecond=0) + self._ends.of(identity.role)
        if last <= now:
            raise RefusedError(Code.TOKEN_EXPIRED, "This sign-in can be renewed no more.")
        return msgspec.structs.replace(
            identity, expires_at=min(self._end_of(lifetime), last), token_id=new_id("t")
        )

    def _begin(self, identity: Identity) -> Identity:
        """Return the identity with the ids of a sign-in that begins now."""
        token_id, now = new_id("t"), self._clock.now().replace(microsecond=0)
        return msgspec.structs.replace(identity, token_id=token_id, sign_in_id=token_id, signed_in_at=now)

    def _end_of(self, lifetime: timedelta) -> datetime:
        """Return when a token ends that is made now: a token's times are whole seconds."""
        return self._clock.now().replace(microsecond=0) + lifetime


def tokens_for(settings: Settings, clock: Clock, *, revoked: Revoked | None = None) -> Tokens:
    """Return what signs and verifies by the settings."""
    ends = SignInEnds(
        timedelta(days=settings.staff_sign_in_days), timedelta(days=settings.viewer_sign_in_days)
    )
    secret, old = settings.signing_secret(), settings.old_signing_secret()
    return Tokens(secret, clock, old_secret=old, ends=ends, revoked=revoked)


def _ended(code: Code, claims: Claims) -> RefusedError:
    refused = RefusedError(code)
    refused.about = claims.sub
    return refused


def _in_whole_ms(at: datetime) -> datetime:
    """Return a moment as exactly as a token tells it."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def _lifetime_of(role: Role) -> timedelta:
    return REMEMBERED_LIFETIME if role == "viewer" else STAFF_LIFETIME
