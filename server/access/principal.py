"""Who calls a route of the merchant's side: a member of staff with a token, or a program with an API key. Pure."""

from dataclasses import dataclass

from server.access.roles import Scope, covers, is_staff
from server.access.tokens import Identity


@dataclass(frozen=True, slots=True)
class Principal:
    """Who acts, in which channel. What they may was asked already; what they act on must be of `channel_id`, else it is `not_found`.

    `id`, `name` and `role` are what an audit keeps of them: for a key its own id and name, and the role `key`. `key_id` and `scopes`
    are those of the key, None and empty for staff; `identity` is whose token it was, None for a key.
    """

    channel_id: str
    id: str
    name: str
    role: str
    key_id: str | None = None
    scopes: frozenset[str] = frozenset()
    identity: Identity | None = None

    @property
    def is_key(self) -> bool:
        """Whether a program calls."""
        return self.key_id is not None

    def covers(self, scope: Scope) -> bool:
        """Whether the caller is a key that has the scope, or one that includes it."""
        return covers(self.scopes, scope)


def as_principal(identity: Identity) -> Principal:
    """Return the bearer of a token as who acts."""
    return Principal(identity.channel_id, identity.viewer_id, identity.name, identity.role, identity=identity)


def may_know_hidden(by: Principal | None, channel_id: str) -> bool:
    """Whether the caller may know of the channel's drafts and rehearsals: its staff, and keys that may write shows."""
    if by is None or by.channel_id != channel_id:
        return False
    return by.covers("shows:write") if by.is_key else is_staff(by.role)
