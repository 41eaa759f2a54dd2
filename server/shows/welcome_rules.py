"""Whose hand-over a channel takes. Pure."""

from collections.abc import Container
from typing import Literal

Whose = Literal["nobody", "named", "everybody"]
"""Of no other channel, of those that are named, of all. Its own shows hand over to one another in any case."""
CHANNELS_MAX = 100


def takes(whose: str, named: Container[str], channel_id: str) -> bool:
    """Whether an audience of the channel may be handed over."""
    return whose == "everybody" or (whose == "named" and channel_id in named)
