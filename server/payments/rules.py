"""What an event makes of a payment, pure: whatever the order in which events come, and however often.

States only rise, so the newest state is the highest that any event has led to. Two things happen at most once in a payment's life, each
on the way into a state that is left for none below it: the order is made on the way into `captured`, and the money is given back on the
way into `refunding`.
"""

from dataclasses import dataclass
from typing import Final, Literal, get_args

State = Literal[
    "created", "pending", "authorized", "failed", "cancelled", "captured", "refunding", "refunded"
]
"""From the lowest to the highest.

`created`: written down, and the provider's answer is not known. `pending`: it waits for the buyer, or for their bank or shop counter.
`authorized`: the money is set aside there and not taken. `failed`: declined, expired or cancelled at the provider. `cancelled`: given up by
the buyer, and cancelled there too. `captured`: the money is ours, and the order is made. `refunding`: the money came, can become no order,
and goes back.
"""
Kind = Literal[
    "pending", "authorized", "succeeded", "failed", "refunded", "bounced", "given_up", "unfillable"
]
"""What is told of a payment, by its provider but for the last two: it has ended there because the buyer wanted it no more (`given_up`); no
order can be made (`unfillable`). `bounced`: a refund was done, and the buyer's bank has sent it back.
"""
Deed = Literal["none", "confirm", "capture", "void", "refund"]
"""What is to be done: `confirm` within the transaction that writes the state, all else at the provider, after it."""

STATES: Final[tuple[State, ...]] = get_args(State)
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
OPEN: Final = frozenset[State]({"created", "pending", "authorized"})
"""The provider may still take the money as was meant: there is one such payment of a hold at most."""
UNFINISHED: Final = OPEN | {"refunding"}
"""Something is owed: an answer of the provider's, a capture, a refund."""


@dataclass(frozen=True, slots=True)
class Step:
    """The state after an event, and what is to be done now."""

    state: State
    deed: Deed = "none"


_FAILED, _GIVEN_UP = Step("failed"), Step("cancelled")
_CONFIRMED, _GOES_BACK = Step("captured", "confirm"), Step("refunding", "refund")
_TAKEN_UP = Step("authorized", "capture")

# What is not here changes nothing and asks for nothing.
_STEPS: Final[dict[tuple[State, Kind], Step]] = {
    ("created", "pending"): Step("pending"),
    ("created", "authorized"): _TAKEN_UP,
    ("created", "succeeded"): _CONFIRMED,
    ("created", "failed"): _FAILED,
    ("created", "given_up"): _GIVEN_UP,
    ("pending", "authorized"): _TAKEN_UP,
    ("pending", "succeeded"): _CONFIRMED,
    ("pending", "failed"): _FAILED,
    ("pending", "given_up"): _GIVEN_UP,
    ("authorized", "succeeded"): _CONFIRMED,
    ("authorized", "failed"): _FAILED,
    ("authorized", "given_up"): _GIVEN_UP,
    # Money that is set aside for a payment that has ended is let go.
    ("failed", "authorized"): Step("failed", "void"),
    ("cancelled", "authorized"): Step("cancelled", "void"),
    # It came late: an order if there still can be one.
    ("failed", "succeeded"): _CONFIRMED,
    # There is nothing to sell for it: what is set aside at the provider is let go, and never taken.
    ("authorized", "unfillable"): Step("failed", "void"),
    # The buyer had given it up: no order, whether or not there are units.
    ("cancelled", "succeeded"): _GOES_BACK,
    ("captured", "unfillable"): _GOES_BACK,
    ("refunding", "refunded"): Step("refunded"),
}


def step(state: State, kind: Kind) -> Step:
    """Return what `kind` makes of a payment in `state`; every pair has an answer.

    A refund that nobody here has asked for (`refunded` of a captured payment: the merchant's, at the provider) changes no state: the order
    stands, and its refunds are counted by `told_refund`. Nor does `bounced`, which undoes a refund. `unfillable` comes only in the
    transaction that would have made the order, or have set the units aside for it.
    """
    return _STEPS.get((state, kind), Step(state))


def told_refund(kind: Kind, refunded_minor: int | None, amount_minor: int) -> int:
    """Return how much an answer says has been given back of a payment of `amount_minor`: of `refunded` all, where it does not say."""
    if refunded_minor is not None:
        return min(refunded_minor, amount_minor)
    return amount_minor if kind == "refunded" else 0


def owed(state: State) -> Deed:
    """Return what is to be done at the provider for a payment that stands in `state`, by whoever finds it so after a crash."""
    if state == "authorized":
        return "capture"
    return "refund" if state == "refunding" else "none"
