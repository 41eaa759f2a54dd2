"""Who speaks on a socket, as the features see it: the hub's connection, without its hub."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import msgspec

from server.access.roles import require_staff
from server.audit.trail import Actor
from server.journal.intents import Intent, intent_of
from server.pace.rates import By
from server.pace.service import Keys
from server.protocol.command_kinds import Command, Keyed


class Caller(Protocol):
    """A joined connection: its viewer, and the role that counts in its show."""

    @property
    def id(self) -> str: ...
    @property
    def host(self) -> str: ...
    @property
    def viewer_id(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def guest(self) -> bool: ...
    @property
    def channel_id(self) -> str: ...
    @property
    def show_id(self) -> str: ...
    @property
    def name(self) -> str: ...


CommandTable = dict[type[Command], Callable[[Caller, Any], Awaitable[bytes | None]]]
"""Which handler carries out which command; it returns the reply's line, or None when the command has no id."""


def paced_by(caller: Caller) -> Keys:
    """Return whom what the caller does is counted for."""
    return {
        By.VIEWER: caller.viewer_id,
        By.SOCKET: caller.id,
        By.ADDRESS: caller.host,
        By.SHOW: caller.show_id,
    }


def acting(caller: Caller) -> Actor:
    """Return the caller as a member of staff; raises `forbidden` when they are none."""
    require_staff(caller.role)
    return Actor(caller.viewer_id, caller.name, caller.role)


def intent_in(caller: Caller, command: Keyed) -> Intent | None:
    """Return what the caller wants once, in their show; None when the command has no key."""
    if command.key is None:
        return None
    plain = msgspec.structs.replace(command, id=None, key=None)
    return intent_of(caller.viewer_id, command.key, caller.show_id, plain)
