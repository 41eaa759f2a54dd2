"""The pulse as it is told: the last value counts. No I/O."""

from msgspec import Struct


class Pulse(Struct, frozen=True, tag_field="type", tag="pulse", omit_defaults=True):
    """How the show feels right now; only what changed is there. `reactions_apart` is for staff: taps in no total, of any kind."""

    reactions: dict[str, int] | None = None
    viewers: int | None = None
    stock: dict[str, int] | None = None
    degraded: bool | None = None
    reactions_apart: int | None = None
