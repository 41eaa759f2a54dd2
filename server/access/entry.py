"""Who may enter a show, pure: the one rule behind every door, whether socket, event stream, command, order or read."""

from collections.abc import Collection, Container
from dataclasses import dataclass
from typing import Protocol

from msgspec.structs import replace

from server.access.roles import is_staff, role_in
from server.access.tokens import Identity
from server.errors import RefusedError
from server.protocol.codes import Code


class Terms(Protocol):
    """What a show says of who may enter it; `partners`: the channels that hold it together with its own, if any."""

    @property
    def channel_id(self) -> str: ...
    @property
    def guests_allowed(self) -> bool: ...
    @property
    def hidden(self) -> bool: ...
    @property
    def banned(self) -> Container[str]: ...
    @property
    def partners(self) -> Collection[str]: ...
    @property
    def leading(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class ShowTerms:
    """The terms as SQL has them; a room in memory has its own."""

    channel_id: str
    guests_allowed: bool
    banned: Container[str] = ()
    """Ids of viewers, of those who are asked about at least."""
    hidden: bool = False
    """Whether nobody but the channel's staff may know of the show."""
    partners: Collection[str] = ()
    """The channels that hold the show together with its own, which is one of them; empty where it is held by itself."""
    leading: bool = True
    """Whether people talk in it; in a show that is held in another one they do not."""


def _refusal(code: Code, identity: Identity | None, message: str | None = None) -> RefusedError:
    refused = RefusedError(code, message)
    refused.about = identity.viewer_id if identity else ""
    return refused


def may_see_hidden(identity: Identity | None, channel_id: str) -> bool:
    """Whether the bearer may know of the channel's drafts and rehearsals."""
    return identity is not None and is_staff(role_in(identity.role, identity.channel_id, channel_id))


def is_of(channel_id: str, terms: Terms) -> bool:
    """Whether the show is the channel's, be it together with others."""
    return channel_id == terms.channel_id or channel_id in terms.partners


def as_entrant(identity: Identity, terms: Terms, *, talks: bool = False) -> Identity:
    """Return the bearer, who may enter, as one of the show's channel.

    The people of a partner are no audience: they look on, as analysts do. `talks`: asked for what people say in the show; who runs or
    moderates shows of the partner moderates there, in the show that people talk in.
    """
    if identity.channel_id == terms.channel_id:
        return identity
    role = identity.role
    if role != "viewer":
        role = "moderator" if talks and terms.leading and is_staff(role) else "analyst"
    return replace(identity, channel_id=terms.channel_id, role=role)


def require_entry(identity: Identity | None, terms: Terms) -> None:
    """Raise unless the bearer may enter a show with these terms; None is somebody without a token: a guest, or about to be one.

    Raises `not_found` for whoever may not know of the show, `forbidden` for a token of another channel, `guests_refused` for a guest
    where only known viewers may come, and `banned`.
    """
    if terms.hidden and not may_see_hidden(identity, terms.channel_id):
        raise _refusal(Code.NOT_FOUND, identity)
    if identity is not None and not is_of(identity.channel_id, terms):
        raise _refusal(Code.FORBIDDEN, identity, "This token is of another channel.")
    if not terms.guests_allowed and (identity is None or identity.guest):
        raise _refusal(Code.GUESTS_REFUSED, identity)
    if identity is not None and identity.role == "viewer" and identity.viewer_id in terms.banned:
        raise _refusal(Code.BANNED, identity)
