"""Who may enter a show, pure: the one rule behind every door, whether socket, event stream, command, order or read."""

from collections.abc import Container
from dataclasses import dataclass
from typing import Protocol

from server.access.roles import is_staff, role_in
from server.access.tokens import Identity
from server.errors import RefusedError
from server.protocol.codes import Code


class Terms(Protocol):
    """What a show says of who may enter it."""

    @property
    def channel_id(self) -> str: ...
    @property
    def guests_allowed(self) -> bool: ...
    @property
    def hidden(self) -> bool: ...
    @property
    def banned(self) -> Container[str]: ...


@dataclass(frozen=True, slots=True)
class ShowTerms:
    """The terms as SQL has them; a room in memory has its own."""

    channel_id: str
    guests_allowed: bool
    banned: Container[str] = ()
    """Ids of viewers, of those who are asked about at least."""
    hidden: bool = False
    """Whether nobody but the channel's staff may know of the show."""


def _refusal(code: Code, identity: Identity | None, message: str | None = None) -> RefusedError:
    refused = RefusedError(code, message)
    refused.about = identity.viewer_id if identity else ""
    return refused


def may_see_hidden(identity: Identity | None, channel_id: str) -> bool:
    """Whether the bearer may know of the channel's drafts and rehearsals."""
    return identity is not None and is_staff(role_in(identity.role, identity.channel_id, channel_id))


def require_entry(identity: Identity | None, terms: Terms) -> None:
    """Raise unless the bearer may enter a show with these terms; None is somebody without a token: a guest, or about to be one.

    Raises `not_found` for whoever may not know of the show, `forbidden` for a token of another channel, `guests_refused` for a guest
    where only known viewers may come, and `banned`.
    """
    if terms.hidden and not may_see_hidden(identity, terms.channel_id):
        raise _refusal(Code.NOT_FOUND, identity)
    if identity is not None and identity.channel_id != terms.channel_id:
        raise _refusal(Code.FORBIDDEN, identity, "This token is of another channel.")
    if not terms.guests_allowed and (identity is None or identity.guest):
        raise _refusal(Code.GUESTS_REFUSED, identity)
    if identity is not None and identity.role == "viewer" and identity.viewer_id in terms.banned:
        raise _refusal(Code.BANNED, identity)
