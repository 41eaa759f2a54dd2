"""What the server may write of holds, as msgspec structs; the other lines are in `server.protocol.lines`."""

from typing import Literal

from msgspec import Struct

from server.protocol.lines import Reply

HoldState = Literal["placed", "confirmed", "released", "expired"]
HoldOrigin = Literal["waitlist"]


class HeldLine(Struct, frozen=True, omit_defaults=True):
    """`quantity` units of a product, or variant, at `price` each, in minor units of the hold's currency."""

    product: str
    quantity: int
    price: int
    offer: str | None = None


class HeldStock(Struct, frozen=True, omit_defaults=True):
    """A hold as its viewer sees it: all lines cost `amount`, in minor units of `currency`; the server's clock ends it at `expires_at`.

    `paying`: a payment of it is open, and until that is settled it does not expire. `order` is what it became. `why` it ended, where
    there is more to say than its state. `origin`: who placed it, where the viewer did not; `waitlist`: it is their turn in line.
    `auction`: whose lot it is. `exchanges`: the hold in whose place it came, with its time. `first_paid`: none of its units are set aside
    before it is paid: they go to whoever pays first.
    """

    hold: str
    state: HoldState
    lines: list[HeldLine]
    amount: int
    currency: str
    placed_at: str
    expires_at: str
    paying: bool = False
    ended_at: str | None = None
    why: str | None = None
    order: str | None = None
    origin: HoldOrigin | None = None
    auction: str | None = None
    exchanges: str | None = None
    first_paid: bool = False


class HoldPlaced(Reply, frozen=True, tag="ok"):
    """Set aside until `expires_at`: `amount` is to be paid, in minor units of `currency`.

    `first_paid`: may be paid until then, and nothing is set aside.
    """

    hold: str
    expires_at: str
    amount: int
    currency: str
    first_paid: bool = False


class HoldReleased(Reply, frozen=True, tag="ok"):
    """How the hold stands now."""

    hold: str
    state: HoldState


class HoldChanged(Struct, frozen=True, tag_field="type", tag="hold.changed"):
    """A hold of this viewer's as it stands now; told to their connections alone."""

    hold: HeldStock
