"""Why a picture that lies elsewhere is not here. Pure."""

from dataclasses import dataclass
from typing import Literal

Why = Literal["address_refused", "unreachable", "not_found", "redirects", "too_large", "unreadable", "away"]
"""Why there is no picture: the address is none to which this server goes; nothing answers there; it answers that there is none; it sends
on and on; it is too large; it is no picture; our own store was away."""


@dataclass(frozen=True, slots=True)
class Unfetched:
    """There is no picture; `again` says that there may be one later."""

    why: Why
    again: bool = False
