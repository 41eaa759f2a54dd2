"""What each role may do, pure. A role counts in its own channel alone; elsewhere its bearer is a viewer."""

from collections.abc import Collection, Container
from typing import Literal, get_args

from server.errors import RefusedError
from server.protocol.codes import Code

Role = Literal["viewer", "moderator", "host", "analyst", "admin"]
ROLES: tuple[Role, ...] = ("viewer", "moderator", "host", "analyst", "admin")
STAFF = frozenset({"moderator", "host", "admin"})
RUNNERS = frozenset({"host", "admin"})
ANALYSTS = frozenset({"analyst", "host", "admin"})
ADMINS = frozenset({"admin"})
MEMBERS = frozenset({"moderator", "host", "analyst", "admin"})

Scope = Literal[
    "catalogue:read",
    "catalogue:write",
    "orders:read",
    "orders:report",
    "orders:write",
    "shows:write",
    "stats:read",
    "stats:write",
]
"""What an API key may be good for; a role is never one of them."""
SCOPES: tuple[Scope, ...] = get_args(Scope)
_INCLUDED: dict[Scope, frozenset[Scope]] = {
    "catalogue:read": frozenset({"catalogue:write"}),
    "orders:read": frozenset({"orders:write"}),
    "stats:read": frozenset({"stats:write"}),
}
"""Whoever may write may read too."""


def covers(held: Container[str], wanted: Scope) -> bool:
    """Whether a key with the scopes `held` may do what needs the scope `wanted`."""
    return wanted in held or any(wider in held for wider in _INCLUDED.get(wanted, ()))


def is_staff(role: str) -> bool:
    """Whether `role` moderates, announces, pins and restocks, and reads what only the host's side may read."""
    return role in STAFF


def may_run_show(role: str) -> bool:
    """Whether `role` starts, ends and creates shows."""
    return role in RUNNERS


def role_in(role: Role, own_channel: str, channel_id: str) -> Role:
    """Return what a bearer of `role` in `own_channel` is in `channel_id`: the same there, a viewer anywhere else."""
    return role if own_channel == channel_id else "viewer"


def require_staff(role: str) -> None:
    """Raise `forbidden` unless `role` is staff."""
    _require(is_staff(role), "Only moderators, hosts and admins of this channel may do this.")


def require_show_runner(role: str) -> None:
    """Raise `forbidden` unless `role` may start, end and create shows."""
    _require(may_run_show(role), "Only hosts and admins of this channel may do this.")


def require_role(role: str, roles: Collection[str]) -> None:
    """Raise `forbidden` unless `role` is one of these."""
    named = ", ".join(each for each in ROLES if each in roles)
    _require(role in roles, f"Of this channel's people these may do this: {named}.")


def require_admin(role: str) -> None:
    """Raise `forbidden` unless `role` may change the channel, its people and its keys."""
    _require(role == "admin", "Only admins of this channel may do this.")


def _require(allowed: bool, message: str) -> None:
    if not allowed:
        raise RefusedError(Code.FORBIDDEN, message)
