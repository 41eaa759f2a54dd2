"""Who speaks on a socket, as the features see it: the hub's connection, without its hub."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from server.access.roles import require_staff
from server.protocol.commands import Command
from server.shows.audit import Actor


class Caller(Protocol):
    """A joined connection: its viewer, and the role that counts in its show."""

    @property
    def id(self) -> str: ...
    @property
    def viewer_id(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def channel_id(self) -> str: ...
    @property
    def show_id(self) -> str: ...
    @property
    def name(self) -> str: ...


CommandTable = dict[type[Command], Callable[[Caller, Any], Awaitable[bytes | None]]]
"""Which handler carries out which command; it returns the reply's line, or None when the command has no id."""


def acting(caller: Caller) -> Actor:
    """Return the caller as a member of staff; raises `forbidden` when they are none."""
    require_staff(caller.role)
    return Actor(caller.viewer_id, caller.name, caller.role)
