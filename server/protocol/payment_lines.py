"""The lines about payments; see `lines`, which says how such structs are used."""

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from server.protocol.lines import Reply

PaymentState = Literal[
    "created", "pending", "authorized", "failed", "cancelled", "captured", "refunding", "refunded"
]


class Paying(Reply, frozen=True, tag="ok"):
    """How the payment stands: `amount` in minor units of `currency`.

    `redirect`: where the buyer has to go, while they have to. `pay_by`: until when it may be paid, where that is later than the hold's own
    end. `order`: what it has become. `why`: why it failed or went back.
    """

    payment: str
    hold: str
    state: PaymentState
    amount: int
    currency: str
    redirect: str | UnsetType = UNSET
    pay_by: str | UnsetType = UNSET
    why: str | UnsetType = UNSET
    order: str | UnsetType = UNSET


class PaymentChanged(Struct, frozen=True, kw_only=True, tag_field="type", tag="payment.changed"):
    """To its buyer's connections alone: the payment stands otherwise than before; as in the reply to `pay`."""

    payment: str
    hold: str
    state: PaymentState
    amount: int
    currency: str
    redirect: str | UnsetType = UNSET
    pay_by: str | UnsetType = UNSET
    why: str | UnsetType = UNSET
    order: str | UnsetType = UNSET
