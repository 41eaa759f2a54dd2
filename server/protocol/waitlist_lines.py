"""What the server may write of places in line, as msgspec structs; the other lines are in `server.protocol.lines`."""

from typing import Literal

from msgspec import Struct

from server.protocol.lines import Reply

PlaceState = Literal["waiting", "called", "served", "missed", "left", "ended"]


class PlaceInLine(Struct, frozen=True, omit_defaults=True):
    """A viewer's place in line for `quantity` units of a product, or variant.

    `waiting`: `position` is 1 for whoever is next. `called`: the units are theirs until `expires_at`, by the `hold`. Then it has ended:
    `served`, `missed` (the turn was not used), `left`, or `ended` by us; `why` says more, where there is more to say.
    """

    place: str
    product: str
    quantity: int
    state: PlaceState
    joined_at: str
    position: int | None = None
    hold: str | None = None
    expires_at: str | None = None
    why: str | None = None


class InLine(Reply, frozen=True, tag="ok"):
    """How the place stands now."""

    place: str
    state: PlaceState
    quantity: int
    position: int | None = None
    hold: str | None = None
    expires_at: str | None = None


class PlaceChanged(Struct, frozen=True, tag_field="type", tag="waitlist.changed"):
    """A place of this viewer's as it stands now; told to their connections alone."""

    place: PlaceInLine
