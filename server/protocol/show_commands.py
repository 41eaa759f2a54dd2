"""What staff say of a show while it runs, beside its steps. No I/O."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from server.protocol.command_kinds import EntityId, Keyed, Version

SlowSeconds = Annotated[int, Meta(ge=0, le=3600)]


class ShowModerate(Keyed, tag="show.moderate"):
    moderation: Literal["pre", "post"] | UnsetType = UNSET
    slow_seconds: SlowSeconds | UnsetType | None = UNSET
    version: Version | None = None


class ShowHandOver(Keyed, tag="show.hand_over"):
    """Without a show: taken back."""

    show: EntityId | None = None


class ArrivalDecline(Keyed, tag="arrival.decline"):
    """The audience of `show` is not taken, whether it comes already or not; `undo`: it may come after all."""

    show: EntityId
    undo: bool = False


class ArrivalSettle(Keyed, tag="arrival.settle"):
    """`show`: the one whose audience comes."""

    show: EntityId
