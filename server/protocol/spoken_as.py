"""What the description of the socket says of a command."""

from dataclasses import dataclass
from typing import Literal

from msgspec import Struct

from server.protocol.command_kinds import Command

Who = Literal["all", "staff", "host, admin"]


@dataclass(frozen=True, slots=True)
class Spoken:
    """A command, who may send it, how it is answered when it has an `id`, and what it does."""

    command: type[Command]
    who: Who
    replies: tuple[type[Struct], ...]
    does: str
